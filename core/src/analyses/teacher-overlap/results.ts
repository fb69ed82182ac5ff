/** The sweep over the number of samples. */
import type { Estimate } from "../../diagnostics/estimate.ts";
import { mean, variance } from "../../diagnostics/moments.ts";
import type { AnalysisAnswer, AnalysisTable } from "../analysis.ts";
import type { ExactMeasures } from "./exact-student.ts";
import type { Kurtosis } from "./kurtosis.ts";
import type { OverlapMeasures, OverlapRun } from "./measures.ts";
import type { OverlapOptions } from "./options.ts";

/** At one number of samples: averages over data sets, and every data set. */
export interface OverlapPoint extends OverlapMeasures {
	/** P. */
	readonly samples: number;
	/** P / n_par. */
	readonly samplesPerParameter: number;
	/** 2 N_out / P. */
	readonly bound: number;
	/** Averages of the exact values on the same data sets, for students with one linear hidden layer. */
	readonly exact?: ExactMeasures;
	readonly converged: boolean;
	readonly runs: readonly (OverlapRun & { readonly exact?: ExactMeasures })[];
}

export interface OverlapResults {
	/** d. */
	readonly inputs: number;
	/** n_par. */
	readonly parameters: number;
	/** N_out, the width of the last hidden layer. */
	readonly lastWidth: number;
	/** "dense erf", from the inputs up. */
	readonly layers: readonly string[];
	readonly noiseVariance: number;
	/** 1/d, the weight overlap of the prior. */
	readonly priorOverlap: number;
	readonly points: readonly OverlapPoint[];
}

/** @param runs on different data sets of one size */
export function overlapPoint(
	samples: number,
	{ parameters, lastWidth }: Pick<OverlapResults, "parameters" | "lastWidth">,
	runs: OverlapPoint["runs"],
): OverlapPoint {
	const over = (read: (run: OverlapMeasures) => Estimate) => averaged(runs.map(read));
	const kurtosisOver = (read: (run: OverlapMeasures) => Kurtosis): Kurtosis => ({
		pooled: over((run) => read(run).pooled),
		between: over((run) => read(run).between),
		within: over((run) => read(run).within),
	});
	const exact = runs.flatMap((run) => run.exact ?? []);
	const exactOver = (name: keyof ExactMeasures) => mean(Float64Array.from(exact, (one) => one[name]));
	return {
		samples,
		samplesPerParameter: samples / parameters,
		weightOverlap: over((run) => run.weightOverlap),
		...(runs[0]!.collapse && { collapse: over((run) => run.collapse!) }),
		functionOverlap: over((run) => run.functionOverlap),
		preactivationKurtosis: kurtosisOver((run) => run.preactivationKurtosis),
		projectionKurtosis: kurtosisOver((run) => run.projectionKurtosis),
		trainError: over((run) => run.trainError),
		testError: over((run) => run.testError),
		memorizationIndex: over((run) => run.memorizationIndex),
		bound: (2 * lastWidth) / samples,
		...(exact.length > 0 && {
			exact: {
				weightOverlap: exactOver("weightOverlap"),
				functionOverlap: exactOver("functionOverlap"),
				memorizationIndex: exactOver("memorizationIndex"),
			},
		}),
		converged: runs.every(({ converged }) => converged),
		runs,
	};
}

/** Of one data set the Monte-Carlo error; of several that of the mean over them, which contains it. */
function averaged(estimates: readonly Estimate[]): Estimate {
	if (estimates.length === 1) return estimates[0]!;
	const values = Float64Array.from(estimates, ({ value }) => value);
	return { value: mean(values), standardError: Math.sqrt(variance(values) / values.length) };
}

/** One line for each number of samples. */
export function overlapTable({ results }: AnalysisAnswer<OverlapOptions, OverlapResults>): AnalysisTable {
	const columns: Readonly<Record<string, (point: OverlapPoint) => Estimate | undefined>> = {
		weightOverlap: (point) => point.weightOverlap,
		collapse: (point) => point.collapse,
		functionOverlap: (point) => point.functionOverlap,
		preactivationKurtosis: (point) => point.preactivationKurtosis.pooled,
		preactivationKurtosisBetween: (point) => point.preactivationKurtosis.between,
		preactivationKurtosisWithin: (point) => point.preactivationKurtosis.within,
		projectionKurtosis: (point) => point.projectionKurtosis.pooled,
		projectionKurtosisBetween: (point) => point.projectionKurtosis.between,
		projectionKurtosisWithin: (point) => point.projectionKurtosis.within,
		trainError: (point) => point.trainError,
		testError: (point) => point.testError,
		memorizationIndex: (point) => point.memorizationIndex,
	};
	return {
		columns: [
			"samples",
			"samplesPerParameter",
			...Object.keys(columns).flatMap((name) => [name, `${name}StandardError`]),
			"bound",
			"exactWeightOverlap",
			"exactFunctionOverlap",
			"exactMemorizationIndex",
			"converged",
		],
		rows: results.points.map((point) => [
			point.samples,
			point.samplesPerParameter,
			...Object.values(columns).flatMap((read): (number | string)[] => {
				const estimate = read(point);
				return estimate ? [estimate.value, estimate.standardError] : ["", ""];
			}),
			point.bound,
			point.exact?.weightOverlap ?? "",
			point.exact?.functionOverlap ?? "",
			point.exact?.memorizationIndex ?? "",
			point.converged ? "yes" : "no",
		]),
	};
}
