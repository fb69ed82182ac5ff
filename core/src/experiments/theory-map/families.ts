/** Theories that are one: the same equations under two names, or two roads to the same answer. */
import type { CellMeasurement } from "./measure-cell.ts";

/** Theories that agree wherever they are compared. */
export interface TheoryFamily {
	/** "A", "B", ..., the family with the most cells first; after Z come "A2", "B2", ... */
	readonly letter: string;
	/** In the order in which the map has them. */
	readonly theories: readonly string[];
	/** "self-consistent (variant tree) = multi-scale". */
	readonly label: string;
	/** Cells in which it is the one family that is not beaten. */
	readonly won: number;
	/** Cells in which it is one of several. */
	readonly tied: number;
}

/**
 * Two theories are of one family when they agree in every cell in which both are compared, and there is such a cell; families are what such pairs
 * connect. Agreement in one corner of the map (all theories of wide networks) makes no family.
 *
 * @param labels of all theories, in order; those that are compared nowhere are in no family
 * @param unbeaten the labels that are not beaten in a cell; undefined where the cell is not judged
 */
export function familiesOf(
	labels: readonly string[],
	cells: readonly CellMeasurement[],
	unbeaten: (cell: CellMeasurement) => readonly string[] | undefined,
): TheoryFamily[] {
	const compared = labels.filter((label) => cells.some((cell) => isCompared(cell, label)));
	const members = connected(compared, agreeingPairs(compared, cells));
	const verdicts = cells.flatMap((cell) => {
		const left = unbeaten(cell);
		return left === undefined ? [] : [left];
	});
	return members
		.map((theories) => {
			const present = verdicts.filter((left) => left.some((label) => theories.includes(label)));
			const won = present.filter((left) => left.every((label) => theories.includes(label))).length;
			return { theories, won, tied: present.length - won };
		})
		.sort((a, b) => b.won - a.won || b.tied - a.tied)
		.map(({ theories, won, tied }, i) => ({
			letter: letterOf(i),
			theories,
			label: theories.join(" = "),
			won,
			tied,
		}));
}

function isCompared({ theories }: CellMeasurement, label: string): boolean {
	return theories.some((one) => "beaten" in one && one.label === label);
}

function agreeingPairs(
	labels: readonly string[],
	cells: readonly CellMeasurement[],
): (readonly [string, string])[] {
	const agree = ({ agreements }: CellMeasurement, a: string, b: string) =>
		agreements.some((pair) => pair.includes(a) && pair.includes(b));
	return labels.flatMap((a, i) =>
		labels.slice(i + 1).flatMap((b) => {
			const both = cells.filter((cell) => isCompared(cell, a) && isCompared(cell, b));
			return both.length > 0 && both.every((cell) => agree(cell, a, b)) ? [[a, b] as const] : [];
		}),
	);
}

/** The labels in groups, each in order, the groups in the order of their first labels. */
function connected(labels: readonly string[], pairs: readonly (readonly [string, string])[]): string[][] {
	const groups: string[][] = [];
	for (const label of labels) {
		const joined = groups.filter((group) =>
			pairs.some(([a, b]) => (a === label && group.includes(b)) || (b === label && group.includes(a))),
		);
		const [first, ...rest] = joined;
		if (first === undefined) {
			groups.push([label]);
			continue;
		}
		first.push(...rest.flat(), label);
		for (const group of rest) groups.splice(groups.indexOf(group), 1);
	}
	return groups.map((group) => group.sort((a, b) => labels.indexOf(a) - labels.indexOf(b)));
}

function letterOf(index: number): string {
	const cycle = Math.floor(index / 26);
	return `${String.fromCharCode(65 + (index % 26))}${cycle === 0 ? "" : cycle + 1}`;
}
