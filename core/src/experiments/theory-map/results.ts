/** A whole map: what became of every cell. */

import type { Estimate } from "../../diagnostics/estimate.ts";
import { layerNames } from "../../network/network.ts";
import { chiAt } from "../../problem/output-scaling.ts";
import { familiesOf, type TheoryFamily } from "./families.ts";
import type { CellMeasurement, CellTheory } from "./measure-cell.ts";
import type { MapQuantity } from "./schema.ts";
import { type MapCell, mapCells, type TheoryMap } from "./theory-map.ts";

/** What the map shows in a cell. */
export type CellOutcome =
	/** One family is ahead of all others. */
	| { readonly kind: "decided"; readonly letter: string }
	/** Families between which the errors of the samples and of averages over nodes do not tell, the closest first. */
	| { readonly kind: "undecided"; readonly letters: readonly string[] }
	| { readonly kind: "not converged" | "not sampled" | "no theory" | "interrupted" };

export interface CellResult extends MapCell {
	readonly chi: number;
	readonly noiseVariance: number;
	readonly outcome: CellOutcome;
	/** Of the closest theory, the sampling noise taken off; absent where nothing is compared. */
	readonly closest?: { readonly label: string; readonly distance?: Estimate };
	/** Absent where the run was interrupted. */
	readonly measurement?: CellMeasurement;
}

export interface TheoryMapResults {
	readonly inputs: number;
	readonly trainPoints: number;
	readonly testPoints: number;
	readonly layers: readonly string[];
	/** kappa_0, the noise variance at chi = 1. */
	readonly noiseVariance: number;
	readonly quantity: MapQuantity;
	readonly sampler: string;
	readonly widths: readonly number[];
	readonly scalings: readonly number[];
	/** Labels of the theories, in order. */
	readonly theories: readonly string[];
	readonly families: readonly TheoryFamily[];
	/** In the order of `mapCells`. */
	readonly cells: readonly CellResult[];
	/** Every cell was measured. */
	readonly complete: boolean;
	/** Complete, and every theory that answered was solved, and all chains converged. */
	readonly converged: boolean;
}

/** @param measured of any cells of the map, in any order */
export function theoryMapResults(map: TheoryMap, measured: readonly CellMeasurement[]): TheoryMapResults {
	const { experiment, settings, sampling, theories } = map;
	const { network, noiseVariance, trainInputs, testInputs } = experiment.problem;
	const labels = theories.map(({ label }) => label);
	const families = familiesOf(labels, measured, unbeaten);
	const cells = mapCells(settings).map((cell): CellResult => {
		const measurement = measured.find(
			({ width, exponent }) => width === cell.width && exponent === cell.exponent,
		);
		const chi = chiAt(cell.width, cell.exponent);
		return {
			...cell,
			chi,
			noiseVariance: noiseVariance / chi,
			outcome: outcomeOf(measurement, families),
			...(measurement && { measurement, ...closestOf(measurement) }),
		};
	});
	const complete = cells.every(({ measurement }) => measurement !== undefined);
	return {
		inputs: trainInputs.columns,
		trainPoints: trainInputs.rows,
		testPoints: testInputs?.rows ?? 0,
		layers: layerNames(network),
		noiseVariance,
		quantity: settings.quantity,
		sampler: sampling.sampler,
		widths: settings.widths,
		scalings: settings.scalings,
		theories: labels,
		families,
		cells,
		complete,
		converged: complete && cells.every(({ measurement }) => isSolved(measurement!)),
	};
}

/** Every theory that answered was solved, and the chains converged where the network was sampled. */
function isSolved({ theories, sampled }: CellMeasurement): boolean {
	return (
		theories.every((theory) => !("unsolved" in theory)) &&
		(sampled === undefined || "reason" in sampled || sampled.converged)
	);
}

/** Labels of the theories that are not beaten, closest first; undefined where the samples cannot judge. */
function unbeaten({ theories, sampled }: CellMeasurement): string[] | undefined {
	if (sampled === undefined || "reason" in sampled || !sampled.converged) return undefined;
	return theories.flatMap((one) => ("beaten" in one && !one.beaten ? [one.label] : []));
}

/** Theories that were compared, closest first. */
export function comparedTheories({ theories }: CellMeasurement) {
	return theories.flatMap((one: CellTheory) => ("beaten" in one ? [one] : []));
}

function outcomeOf(cell: CellMeasurement | undefined, families: readonly TheoryFamily[]): CellOutcome {
	if (cell === undefined) return { kind: "interrupted" };
	if (cell.sampled === undefined) return { kind: "no theory" };
	if ("reason" in cell.sampled) return { kind: "not sampled" };
	const left = unbeaten(cell);
	if (left === undefined) return { kind: "not converged" };
	const letters = [
		...new Set(left.map((label) => families.find((one) => one.theories.includes(label))!.letter)),
	];
	return letters.length === 1 ? { kind: "decided", letter: letters[0]! } : { kind: "undecided", letters };
}

/** A distance as people read it: an upper bound, two standard errors above it, where the distance does not exceed as much. */
export function shownDistance({ value, standardError }: Estimate): { value: number; isBound: boolean } {
	const isBound = value <= 2 * standardError;
	return { value: isBound ? value + 2 * standardError : value, isBound };
}

function closestOf(cell: CellMeasurement): Pick<CellResult, "closest"> {
	const [first] = comparedTheories(cell);
	if (first === undefined) return {};
	const { label, distance } = first;
	return { closest: { label, ...(distance && { distance }) } };
}
