/** The rows of a map's CSV. */
import type { CellMeasurement, CellTheory } from "./measure-cell.ts";
import type { CellOutcome, CellResult, TheoryMapResults } from "./results.ts";

const COLUMNS = [
	"width",
	"scaling",
	"chi",
	"noiseVariance",
	"outcome",
	"letters",
	"theory",
	"letter",
	"status",
	"measuredDistance",
	"distance",
	"distanceStandardError",
	"behindInStandardErrors",
	"seconds",
	"rounds",
	"chains",
	"draws",
	"maxRHat",
	"minBulkEss",
	"divergences",
	"noiseFloor",
	"reason",
] as const;

type Row = Partial<Readonly<Record<(typeof COLUMNS)[number], number | string>>>;

/** One row for each cell and theory, with all digits; "" where there is nothing. */
export function theoryMapTable({ cells, families }: TheoryMapResults): (string | number)[][] {
	const letterOf = (label: string) => families.find(({ theories }) => theories.includes(label))?.letter;
	const rows = cells.flatMap((cell) => {
		const { measurement } = cell;
		if (measurement === undefined) return [placeOf(cell)];
		return measurement.theories.map((theory) => ({
			...placeOf(cell),
			...samplingOf(measurement),
			...theoryOf(theory, cell.outcome),
			letter: letterOf(theory.label) ?? "",
		}));
	});
	return [[...COLUMNS], ...rows.map((row: Row) => COLUMNS.map((name) => row[name] ?? ""))];
}

function placeOf({ width, exponent, chi, noiseVariance, outcome }: CellResult): Row {
	return {
		width,
		scaling: exponent,
		chi,
		noiseVariance,
		outcome: outcome.kind,
		letters: lettersOf(outcome).join(" "),
	};
}

/** Of the families that are not beaten, closest first; none in a cell without a verdict. */
export function lettersOf(outcome: CellOutcome): readonly string[] {
	if (outcome.kind === "decided") return [outcome.letter];
	return outcome.kind === "undecided" ? outcome.letters : [];
}

function samplingOf({ sampled }: CellMeasurement): Row {
	if (sampled === undefined || "reason" in sampled) return {};
	const { converged: _, advice: __, ...numbers } = sampled;
	return numbers;
}

function theoryOf(theory: CellTheory, { kind }: CellOutcome): Row {
	if ("reason" in theory) {
		return {
			theory: theory.label,
			status: theory.unsolved ? "not converged" : "no answer",
			reason: theory.reason,
		};
	}
	const { label, measured, distance, behind, beaten, seconds } = theory;
	const judged = kind === "decided" || kind === "undecided";
	return {
		theory: label,
		status: judged ? (beaten ? "beaten" : "closest") : "not judged",
		...(measured !== undefined && { measuredDistance: measured }),
		...(distance && { distance: distance.value, distanceStandardError: distance.standardError }),
		...(behind !== undefined && { behindInStandardErrors: behind }),
		seconds,
	};
}
