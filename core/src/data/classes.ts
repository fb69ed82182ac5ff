import type { Matrix } from "@finitude/engine";
import { InputError } from "../errors.ts";
import { counted } from "../problem/faults.ts";

/** A target for each class: a number, or a list of D numbers. */
export type ClassTargets = readonly (number | readonly number[])[];

/**
 * The targets as given, or -1 and 1 for two classes and unit vectors otherwise.
 * @throws InputError for repeated classes and for targets that do not match them in number or among themselves.
 */
export function classTargetsFor(classes: readonly number[], given: ClassTargets | undefined): ClassTargets {
	const twice = classes.find((label, k) => classes.indexOf(label) !== k);
	if (twice !== undefined) {
		throw new InputError({ where: "data.classes", wanted: "every class once", got: `${twice} again` });
	}
	if (given === undefined) {
		if (classes.length === 2) return [-1, 1];
		return classes.map((_, k) => classes.map((_, j) => (j === k ? 1 : 0)));
	}
	if (given.length !== classes.length) {
		throw new InputError({
			where: "data.classTargets",
			wanted: `${counted(classes.length, "target")}, one for each of data.classes`,
			got: String(given.length),
		});
	}
	const size = (target: number | readonly number[]) => (typeof target === "number" ? 1 : target.length);
	const odd = given.findIndex((target) => size(target) !== size(given[0]!));
	if (odd >= 0) {
		throw new InputError({
			where: `data.classTargets[${odd}]`,
			wanted: `${counted(size(given[0]!), "number")}, as in the first`,
			got: String(size(given[odd]!)),
		});
	}
	return given;
}

/** Labels as class indices (-1 for classes not asked for) and their targets (0 for those). */
export function targetsOfLabels(
	labels: Uint8Array | Float64Array,
	classes: readonly number[],
	classTargets: ClassTargets,
): { targets: Matrix; classOf: Int32Array; classes: readonly number[] } {
	const index = new Map(classes.map((label, k) => [label, k]));
	const classOf = Int32Array.from(labels, (label) => index.get(label) ?? -1);
	const rows = classTargets.map((target) => (typeof target === "number" ? [target] : target));
	const columns = rows[0]!.length;
	const data = new Float64Array(labels.length * columns);
	classOf.forEach((k, i) => {
		if (k >= 0) data.set(rows[k]!, i * columns);
	});
	return { targets: { rows: labels.length, columns, data }, classOf, classes };
}
