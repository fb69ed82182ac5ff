/** The rows of a learning curve's CSV. */
import type { Average } from "./averages.ts";
import type { CurvePoint, TheoryPoint } from "./curve-point.ts";
import { CURVE_QUANTITIES, type CurveErrors } from "./measurement.ts";
import type { LearningCurveResults, WidthCurve } from "./results.ts";

const COLUMNS = [
	"widths",
	"features",
	"samples",
	"series",
	"status",
	"repetitions",
	...CURVE_QUANTITIES.flatMap((name) => [name, `${name}StandardError`]),
	"publishedGapLine",
	"differenceFromSampled",
	"differenceStandardError",
	"differenceInStandardErrors",
	"nearest",
	"maxRHat",
	"minBulkEss",
	"minTailEss",
	"divergences",
	"reason",
] as const;

type Row = Partial<Readonly<Record<(typeof COLUMNS)[number], number | string>>>;

/** One row for each network, number of points and series, with all digits; "" where there is nothing. */
export function learningCurveTable({ curves, sampler }: LearningCurveResults): (string | number)[][] {
	const rows = curves.flatMap((curve) =>
		curve.points.flatMap((point) => {
			const common: Row = {
				widths: curve.widths.join(" "),
				features: curve.features,
				samples: point.samples,
				repetitions: point.repetitions,
				publishedGapLine: publishedGapLine(curve, point),
			};
			const sampled = sampler === undefined ? [] : sampledRow(point, sampler);
			return [...point.theories.map((theory) => theoryRow(theory, point)), ...sampled].map((row) => ({
				...common,
				...row,
			}));
		}),
	);
	return [[...COLUMNS], ...rows.map((row: Row) => COLUMNS.map((name) => row[name] ?? ""))];
}

/** 2 N_out / P: published for trained networks as an observation (Ariosto et al. 2022, arXiv 2201.11022), not a bound. */
export function publishedGapLine({ features }: WidthCurve, { samples }: CurvePoint): number {
	return (2 * features) / samples;
}

function theoryRow(theory: TheoryPoint, { nearest }: CurvePoint): Row {
	const series = theory.theory;
	if ("reason" in theory) {
		return { series, status: theory.unsolved ? "not converged" : "refused", reason: theory.reason };
	}
	const { difference } = theory;
	return {
		series,
		status: "answered",
		...errorCells(theory.errors),
		...(difference && {
			differenceFromSampled: difference.value,
			differenceStandardError: difference.standardError,
			...(difference.inStandardErrors !== undefined && {
				differenceInStandardErrors: difference.inStandardErrors,
			}),
			nearest: nearest?.theory === series ? "yes" : "no",
		}),
	};
}

function sampledRow({ sampled }: CurvePoint, series: string): Row[] {
	if (sampled === undefined) return [];
	if ("reason" in sampled) return [{ series, status: "refused", reason: sampled.reason }];
	const { errors, converged, advice, maxRHat, minBulkEss, minTailEss, divergences } = sampled;
	return [
		{
			series,
			status: converged ? "sampled" : "not converged",
			...errorCells(errors),
			...(maxRHat !== undefined && { maxRHat }),
			...(minBulkEss !== undefined && { minBulkEss }),
			...(minTailEss !== undefined && { minTailEss }),
			divergences,
			...(advice !== undefined && { reason: advice }),
		},
	];
}

function errorCells(errors: CurveErrors<Average>): Row {
	return Object.fromEntries(
		CURVE_QUANTITIES.flatMap((name) => {
			const { value, standardError } = errors[name];
			return [
				[name, value],
				[`${name}StandardError`, standardError ?? ""],
			];
		}),
	);
}
