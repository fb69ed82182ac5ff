/** What a readout fitted to each number of samples does. */
import type { Estimate } from "../../diagnostics/estimate.ts";
import type { AnalysisAnswer, AnalysisTable } from "../analysis.ts";
import {
	type FeatureTask,
	gaussianGap,
	READOUT_ERRORS,
	type ReadoutErrors,
	ridgelessErrors,
	type SolvedReadout,
	solveReadout,
} from "./gaussian-features.ts";
import type { FeatureCountTask, GapOptions } from "./options.ts";

/** At one number of samples. */
export interface GapPoint extends ReadoutErrors {
	/** 2 N_out / P. */
	readonly bound: number;
	/** 1 - (1 - N_out/P)^2, what Gaussian features reach without a ridge; only where P > N_out. */
	readonly gaussianBound?: number;
	/** Of averages over sampled networks. */
	readonly standardErrors?: ReadoutErrors;
}

/** The numbers themselves for one number of samples; for a list of them a point each. */
export type GapResults = (
	| GapPoint
	| { readonly points: readonly (GapPoint & { readonly samples: number })[] }
) & {
	/** Of sampled features: e_min, averaged over the networks, and their number. */
	readonly sampled?: { readonly unexplained: Estimate; readonly networks: number; readonly features: number };
};

export type GapTask = FeatureTask | FeatureCountTask;

export function featureCountOf(task: GapTask): number {
	return "spectrum" in task ? task.spectrum.length : task.featureCount;
}

/** The equations at one number of samples; only of more samples than features where no spectrum is known. */
export function solveTask(task: GapTask, samples: number, ridge: number): SolvedReadout {
	if ("spectrum" in task) return solveReadout(task, samples, ridge);
	const errors = ridgelessErrors(task.featureCount, task.unexplained, samples);
	return { errors, iterations: 0, residual: 0 };
}

export function gapPoint(features: number, samples: number, errors: ReadoutErrors): GapPoint {
	return {
		...errors,
		bound: (2 * features) / samples,
		...(samples > features && { gaussianBound: gaussianGap(features, samples) }),
	};
}

/** One line for each number of samples; with standard errors where networks were sampled. */
export function gapTable({ options, results }: AnalysisAnswer<GapOptions, GapResults>): AnalysisTable {
	const points = "points" in results ? results.points : [{ ...results, samples: options.samples as number }];
	const sampled = results.sampled !== undefined;
	return {
		columns: [
			"samples",
			...READOUT_ERRORS.flatMap((name) => (sampled ? [name, `${name}StandardError`] : [name])),
			"bound",
			"gaussianBound",
		],
		rows: points.map(({ standardErrors, ...one }) => [
			one.samples,
			...READOUT_ERRORS.flatMap((name) => (sampled ? [one[name], standardErrors![name]] : [one[name]])),
			one.bound,
			one.gaussianBound ?? "",
		]),
	};
}
