/** What the analysis says, for each quantity, and as a table. */
import type { Engine, Matrix } from "@finitude/engine";
import { mapBlocks } from "../../kernels/kernel-blocks.ts";
import { residualCovariance } from "../../kernels/residual.ts";
import type { AnalysisAnswer, AnalysisTable } from "../analysis.ts";
import type { ContinuumScale } from "./continuum-scale.ts";
import { type OptimalScale, SCANNED_SCALES } from "./optimal-scale.ts";
import type { ResidualScalingOptions } from "./options.ts";
import { logResponses } from "./pair-recursion.ts";
import type { ResidualQuestion } from "./question.ts";

/** Those of `kernels`. */
export interface KernelResults {
	/** C^(L), n x n. */
	readonly covariance: Matrix;
	/** K = sigma_v^2 G(C^(L)), n x n. */
	readonly output: Matrix;
	/** eta of the chosen pair. */
	readonly response: number;
}

/** Those of `optimalScale`. */
export interface OptimalScaleResults {
	/** rho*. */
	readonly optimalScale: number;
	/** log eta there, sigma_v = 1. */
	readonly logResponse: number;
}

/** Those of `continuumScale`. */
export interface ContinuumResults {
	/** s* = rho*^2 L. */
	readonly depthTimesScaleSquared: number;
	/** q at the optimum; of both inputs where their variances differ. */
	readonly outputVariance: number | readonly number[];
	/** c there. */
	readonly outputCovariance: number;
}

/** One depth of the default run. */
export interface DepthPoint extends OptimalScaleResults {
	readonly depth: number;
	/** rho* sqrt(L) sigma_w. */
	readonly scaledOptimum: number;
	/** The root of s* over L, divided by rho*, minus 1: the deep limit against this depth; left out where either is 0 or was not found. */
	readonly deepLimitError?: number;
	/** Whether rho* was found within the scan. */
	readonly found: boolean;
	/** eta / sigma_v^2 along the scan; those whose covariances grow too large are left out. */
	readonly curve: { readonly residualScale: readonly number[]; readonly response: readonly number[] };
}

/** Those of the default run. */
export interface DepthResults extends Partial<ContinuumResults> {
	readonly points: readonly DepthPoint[];
	/** C_aa, C_ab, C_bb of the pair before the first block. */
	readonly firstCovariance: readonly number[];
	/** sqrt(s*) sigma_w, what rho* sqrt(L) sigma_w tends to; left out where s* was not found. */
	readonly scaledDeepLimit?: number;
}

export type ResidualScalingResults = KernelResults | OptimalScaleResults | ContinuumResults | DepthResults;

/** Equation (1) at one residual scale, with the response (2) of the pair. */
export function kernelResults(
	engine: Engine,
	{ options, firstCovariance, pair, branch }: ResidualQuestion,
): KernelResults {
	const { depth, residualScale, readoutVariance, weightVariance, biasVariance } = options;
	const block = {
		residualScale: residualScale!,
		weightVariance: weightVariance!,
		biasVariance: biasVariance!,
	};
	let covariance = { train: firstCovariance };
	for (let l = 0; l < (depth as number); l++) {
		covariance = residualCovariance(covariance, mapBlocks(engine, branch.dual, covariance), block);
	}
	const { train } = mapBlocks(engine, branch.dual, covariance);
	const [log] = logResponses(
		engine,
		branch,
		pair,
		depth as number,
		Float64Array.of(residualScale! * residualScale!),
	);
	return {
		covariance: covariance.train,
		output: { ...train, data: train.data.map((G) => readoutVariance! * G) },
		response: readoutVariance! * Math.exp(log!),
	};
}

/** The deep limit in the results' words. */
export function continuumResults({ depthTimesScaleSquared, output }: ContinuumScale): ContinuumResults {
	const { first, second, cross } = output;
	return {
		depthTimesScaleSquared,
		outputVariance: first === second ? first : [first, second],
		outputCovariance: cross,
	};
}

/** The optima of several depths beside the deep limit. @param optima one for each depth, in order */
export function depthResults(
	{ options, pair }: ResidualQuestion,
	optima: readonly OptimalScale[],
	continuum: ContinuumScale,
): DepthResults {
	const sigma = Math.sqrt(options.weightVariance!);
	const { depthTimesScaleSquared: s, found } = continuum;
	return {
		firstCovariance: [pair.first, pair.cross, pair.second],
		points: optima.map((one) => ({
			depth: one.depth,
			optimalScale: one.scale,
			logResponse: one.logResponse,
			scaledOptimum: one.scale * Math.sqrt(one.depth) * sigma,
			...(found &&
				one.found &&
				one.scale > 0 && { deepLimitError: Math.sqrt(s / one.depth) / one.scale - 1 }),
			found: one.found,
			curve: responseCurve(one),
		})),
		...(found && { ...continuumResults(continuum), scaledDeepLimit: Math.sqrt(s) * sigma }),
	};
}

/** The scan with the optimum in its place. */
function responseCurve({ scan, scale, logResponse }: OptimalScale): DepthPoint["curve"] {
	const scanned = Array.from(SCANNED_SCALES, (x, i) => ({ x, log: scan[i]! }));
	const curve = [...scanned.filter(({ x }) => x !== scale), { x: scale, log: logResponse }]
		.filter(({ x, log }) => x > 0 && !Number.isNaN(log))
		.sort((a, b) => a.x - b.x);
	return { residualScale: curve.map(({ x }) => x), response: curve.map(({ log }) => Math.exp(log)) };
}

/** One line for each depth, or one for the quantity; of `kernels` one for each pair of inputs. */
export function residualScalingTable({
	results,
}: AnalysisAnswer<ResidualScalingOptions, ResidualScalingResults>): AnalysisTable {
	if ("points" in results) {
		return {
			columns: ["depth", "optimalScale", "logResponse", "scaledOptimum", "deepLimitError"],
			rows: results.points.map((point) => [
				point.depth,
				point.optimalScale,
				point.logResponse,
				point.scaledOptimum,
				point.deepLimitError ?? "",
			]),
		};
	}
	if ("optimalScale" in results) {
		return {
			columns: ["optimalScale", "logResponse"],
			rows: [[results.optimalScale, results.logResponse]],
		};
	}
	if ("depthTimesScaleSquared" in results) {
		const variances = [results.outputVariance].flat();
		return {
			columns: ["depthTimesScaleSquared", "outputVariance", "secondOutputVariance", "outputCovariance"],
			rows: [
				[
					results.depthTimesScaleSquared,
					variances[0]!,
					variances[variances.length - 1]!,
					results.outputCovariance,
				],
			],
		};
	}
	const { covariance, output } = results;
	const n = covariance.rows;
	return {
		columns: ["first", "second", "covariance", "output"],
		rows: Array.from({ length: n * n }, (_, k) => k)
			.filter((k) => k % n >= Math.floor(k / n))
			.map((k) => [Math.floor(k / n), k % n, covariance.data[k]!, output.data[k]!]),
	};
}
