/**
 * The tree as one JSON text whose groups have the form that `arviz.from_dict` takes: {group: {variable: nested lists}}.
 *
 * JSON has no room for names of dimensions inside nested lists, so they stand beside the groups, in the form of that
 * function's own arguments:
 *   dims           variable -> names of its dimensions without the leading chain and draw. One entry serves all groups; a
 *                  variable on ArviZ's default dimensions (NAME_dim_0, ...) has none, nor has one whose dimensions differ
 *                  between groups: its attribute `dimensions` tells them.
 *   coords         dimension -> labels. One entry serves all groups; a dimension whose length differs between groups has
 *                  none, and is numbered from 0.
 *   attrs          group -> attributes, "/" for those of the root.
 *   variable_attrs group -> variable -> attributes, for which from_dict has no argument.
 */
import {
	type Attributes,
	checkDataTree,
	type DataTree,
	type DataVariable,
	isCoordinate,
} from "./data-tree.ts";
import { nestedLists } from "./nested-lists.ts";

/** Long enough to write at once, short enough not to matter in memory. */
const CHUNK_LENGTH = 2 ** 16;

/** Added by ArviZ itself in front of the dimensions of every variable of a group of draws. */
const SAMPLE_DIMENSIONS = ["chain", "draw"];

/**
 * The text in chunks, for however large a tree.
 * @throws Error for a number that is not finite.
 */
export function* arvizJson(tree: DataTree): Generator<string> {
	checkDataTree(tree);
	let text = "";
	for (const piece of pieces(tree)) {
		text += piece;
		if (text.length < CHUNK_LENGTH) continue;
		yield text;
		text = "";
	}
	yield text;
}

function* pieces(tree: DataTree): Generator<string> {
	const ambiguous = ambiguousNames(tree);
	yield `{"dims": ${JSON.stringify(dimsOf(tree, ambiguous))}`;
	yield ',\n"coords": {';
	yield* members(coordsOf(tree), nestedLists);
	yield `},\n"attrs": ${JSON.stringify(attrsOf(tree))}`;
	yield `,\n"variable_attrs": ${JSON.stringify(variableAttrsOf(tree, ambiguous))}`;
	for (const [name, group] of Object.entries(tree.groups)) {
		yield `,\n${JSON.stringify(name)}: {`;
		yield* members(
			Object.entries(group.variables).filter(([key, variable]) => !isCoordinate(key, variable)),
			nestedLists,
		);
		yield "}";
	}
	yield "}\n";
}

function* members<T>(
	entries: Iterable<[string, T]>,
	text: (value: T, name: string) => Iterable<string>,
): Generator<string> {
	let separator = "\n ";
	for (const [name, value] of entries) {
		yield `${separator}${JSON.stringify(name)}: `;
		yield* text(value, name);
		separator = ",\n ";
	}
}

function allVariables(tree: DataTree): [string, DataVariable][] {
	return Object.values(tree.groups).flatMap((group) => Object.entries(group.variables));
}

const ownDimensions = ({ dimensions }: DataVariable) =>
	dimensions.filter((dimension) => !SAMPLE_DIMENSIONS.includes(dimension));

/** Names of variables whose dimensions differ between groups. */
function ambiguousNames(tree: DataTree): Set<string> {
	const known = new Map<string, string>();
	const ambiguous = new Set<string>();
	for (const [name, variable] of allVariables(tree)) {
		const own = ownDimensions(variable).join();
		if ((known.get(name) ?? own) !== own) ambiguous.add(name);
		known.set(name, own);
	}
	return ambiguous;
}

function dimsOf(tree: DataTree, ambiguous: ReadonlySet<string>): Record<string, string[]> {
	return Object.fromEntries(
		allVariables(tree)
			.filter(([name, variable]) => !isCoordinate(name, variable) && !ambiguous.has(name))
			.map(([name, variable]) => [name, ownDimensions(variable)] as const)
			.filter(([name, own]) => own.some((dimension, axis) => dimension !== `${name}_dim_${axis}`)),
	);
}

/** @throws Error for a dimension whose labels differ between groups and are not 0, 1, ...: one entry cannot serve both. */
function coordsOf(tree: DataTree): Map<string, DataVariable> {
	const coordinates = allVariables(tree).filter(([name, variable]) => isCoordinate(name, variable));
	const coords = new Map<string, DataVariable>();
	const numbered = new Set<string>();
	for (const [name, variable] of coordinates) {
		const known = coords.get(name);
		if (known !== undefined && !sameLabels(known, variable)) numbered.add(name);
		coords.set(name, variable);
	}
	for (const [name, variable] of coordinates) {
		if (!numbered.has(name)) continue;
		if (!labelsOf(variable).every((label, i) => label === i)) {
			throw new Error(`arviz-json: the labels of ${name} differ between groups.`);
		}
		coords.delete(name);
	}
	return coords;
}

const labelsOf = ({ shape, read }: DataVariable) => read(0, shape[0]!);

function sameLabels(a: DataVariable, b: DataVariable): boolean {
	const others = labelsOf(b);
	return a.shape[0] === b.shape[0] && labelsOf(a).every((label, i) => label === others[i]);
}

function attrsOf(tree: DataTree): Record<string, Attributes> {
	const groups = Object.entries(tree.groups).map(([name, { attributes }]) => [name, attributes] as const);
	return { "/": tree.attributes, ...Object.fromEntries(groups) };
}

function variableAttrsOf(
	tree: DataTree,
	ambiguous: ReadonlySet<string>,
): Record<string, Record<string, Attributes>> {
	const ofGroup = (variables: Readonly<Record<string, DataVariable>>) =>
		Object.fromEntries(
			Object.entries(variables)
				.map(([name, { attributes, dimensions }]) => [
					name,
					ambiguous.has(name) ? { ...attributes, dimensions } : attributes,
				])
				.filter(([, attributes]) => Object.keys(attributes!).length > 0),
		);
	return Object.fromEntries(
		Object.entries(tree.groups).map(([name, { variables }]) => [name, ofGroup(variables)]),
	);
}
