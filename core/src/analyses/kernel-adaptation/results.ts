/** The results of a sweep: adaptation at every width, by every theory, in the infinite-width limit and as sampled. */
import type { AnalysisAnswer, AnalysisTable } from "../analysis.ts";
import type { SweptProblem } from "../sweep.ts";
import type { AdaptedKernels } from "./kernels.ts";
import type { Measures } from "./measures.ts";
import type { AdaptationOptions } from "./options.ts";
import type { SampledMeasures } from "./sampled-measures.ts";

/** The infinite-width limit with the prior of this width. */
export interface InfiniteWidthPoint extends Measures {
	readonly width: number;
	/** t_0^T C t_0: widths must exceed it for the limit to hold. */
	readonly emergentScale: number;
	/** s_a^2/chi times the emergent scale: the kernels change by an amount of order one at about this width. */
	readonly crossoverWidth: number;
	/** s_a^2 / chi and kappa as they are at this width. */
	readonly outputScale: number;
	readonly noiseVariance: number;
}

/** One theory over the widths. */
export interface TheoryAdaptation {
	readonly theory: string;
	/** The id, with the options that were given. */
	readonly label: string;
	readonly points: readonly (Measures & { readonly width: number })[];
	/** Widths without numbers, and why. */
	readonly missing: readonly { readonly width: number; readonly reason: string }[];
}

export interface AdaptationResults {
	readonly problem: SweptProblem;
	/** Prior variance of a weight of the first layer, s_1^2 over the fan-in: every eigenvalue of Sigma without adaptation. */
	readonly priorWeightVariance: number;
	readonly widths: readonly number[];
	readonly infiniteWidth: readonly InfiniteWidthPoint[];
	readonly theories: readonly TheoryAdaptation[];
	/** The widths that were sampled. */
	readonly sampled?: readonly (SampledMeasures & { readonly width: number })[];
	readonly kernels?: AdaptedKernels;
}

const COLUMNS = [
	"alpha",
	"rmseOverStd",
	"testRmse",
	"largestEigenvalue",
	"secondEigenvalue",
	"smallestEigenvalue",
	"teacherVariance",
	"alignment",
	"outlierOverlap",
	"logEvidence",
] as const;

/** A line for each width and theory, for the limit, and for each sampled network, the latter with a line of standard errors. */
export function adaptationTable({
	options: { sampling },
	results: { widths, infiniteWidth, theories, sampled = [] },
}: AnalysisAnswer<AdaptationOptions, AdaptationResults>): AnalysisTable {
	const at = <Point extends { readonly width: number }>(points: readonly Point[], width: number) =>
		points.find((point) => point.width === width);
	const row = (width: number, label: string, measures: Partial<Measures>, reason = "") => [
		width,
		label,
		...COLUMNS.map((name) => cells(measures)[name] ?? ""),
		reason,
	];
	return {
		columns: ["width", "answer", ...COLUMNS, "reason"],
		rows: widths.flatMap((width) => {
			const network = at(sampled, width);
			return [
				row(width, "infinite width", at(infiniteWidth, width)!),
				...theories.map(({ label, points, missing }) =>
					row(width, label, at(points, width) ?? {}, at(missing, width)?.reason),
				),
				...(network === undefined
					? []
					: [
							row(
								width,
								`sampled${sampling === false ? "" : ` (${sampling.sampler})`}`,
								network,
								network.converged ? "" : "chains not converged",
							),
							row(width, "standard error", network.standardErrors),
						]),
			];
		}),
	};
}

function cells(measures: Partial<Measures>): Partial<Record<(typeof COLUMNS)[number], number>> {
	const { eigenvalues = [], ...others } = measures;
	const [largest, second] = eigenvalues;
	const smallest = eigenvalues.length > 2 ? eigenvalues.at(-1) : undefined;
	return {
		...others,
		...(largest !== undefined && { largestEigenvalue: largest }),
		...(second !== undefined && { secondEigenvalue: second }),
		...(smallest !== undefined && { smallestEigenvalue: smallest }),
	};
}
