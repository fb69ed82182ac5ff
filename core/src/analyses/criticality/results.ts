/** Results of the three questions, and the scan as a table. */
import type { AnalysisAnswer, AnalysisTable } from "../analysis.ts";
import type { DepthPoint } from "./depth-point.ts";
import type { CriticalityOptions } from "./options.ts";

/** One list for each measure, over the weight deviations. */
export type DepthScan = {
	readonly [Name in keyof DepthPoint]: readonly NonNullable<DepthPoint[Name]>[];
};

export interface DepthResults extends DepthScan {
	/** Hidden layers. */
	readonly depth: number;
}

/** The measures of the whole network stand beside those of every depth. */
export interface ScanResults extends DepthScan {
	readonly weightDeviations: readonly number[];
	/** chi_perp at each weight deviation. */
	readonly susceptibility: readonly number[];
	/** sigma_w at which chi_perp = 1. */
	readonly criticalWeightDeviation: number;
	readonly depths: readonly DepthResults[];
	/** What was scanned. */
	readonly problem: ScannedProblem;
}

export interface ScannedProblem {
	readonly trainPoints: number;
	readonly inputs: number;
	/** Activation of the first layer. */
	readonly activation: string;
	readonly widths: readonly number[];
	/** sigma_b^2 of the first layer. */
	readonly biasVariance: number;
	readonly noiseVariance: number;
	readonly scaling: "standard" | "mean-field";
}

export type PointResults =
	| { readonly criticalWeightDeviation: number; readonly fixedPointVariance?: number }
	| { readonly susceptibility: number; readonly fixedPointVariance?: number };

export type CriticalityResults = ScanResults | PointResults;

/** Lists over the weight deviations; measures that are absent at one of them are left out. */
export function depthScan(points: readonly DepthPoint[]): DepthScan {
	const list = <Name extends keyof DepthPoint>(name: Name) =>
		points.map((point) => point[name] as NonNullable<DepthPoint[Name]>);
	const aligned = points.every(({ alignmentPrior }) => alignmentPrior !== undefined);
	return {
		response: list("response"),
		backwardResponse: list("backwardResponse"),
		relativeKernelChange: list("relativeKernelChange"),
		projectedKernelChange: list("projectedKernelChange"),
		...((aligned
			? { alignmentPrior: list("alignmentPrior"), alignmentSlope: list("alignmentSlope") }
			: {}) as Pick<DepthScan, "alignmentPrior" | "alignmentSlope">),
		conjugateNorms: list("conjugateNorms"),
		expansion: list("expansion"),
	};
}

const COLUMNS = [
	"response",
	"backwardResponse",
	"relativeKernelChange",
	"projectedKernelChange",
	"alignmentPrior",
	"alignmentSlope",
	"expansion",
] as const;

/** One line for each weight deviation and depth; one line for a point. */
export function criticalityTable({
	results,
}: AnalysisAnswer<CriticalityOptions, CriticalityResults>): AnalysisTable {
	if (!("depths" in results)) {
		const entries = Object.entries(results) as [string, number][];
		return { columns: entries.map(([name]) => name), rows: [entries.map(([, value]) => value)] };
	}
	return {
		columns: ["weightDeviation", "susceptibility", "depth", ...COLUMNS],
		rows: results.weightDeviations.flatMap((sigma, i) =>
			results.depths.map((one) => [
				sigma,
				results.susceptibility[i]!,
				one.depth,
				...COLUMNS.map((name) => one[name]?.[i] ?? ""),
			]),
		),
	};
}
