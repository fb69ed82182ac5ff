import type { AnalysisTable } from "../analysis.ts";
import type { Measures } from "./measures.ts";
import type { AdaptationAnswer } from "./results.ts";

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
}: AdaptationAnswer): AnalysisTable {
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
