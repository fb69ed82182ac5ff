/** The classes that targets name, and how far a unit tells two of them apart. */
import { InputError } from "../../errors.ts";
import type { Problem } from "../../problem/problem.ts";
import type { CodingOptions } from "./options.ts";

export interface PointClass {
	/** "1", or "positive" where the sign decides. */
	readonly label: string;
	/** Indices of its training points. */
	readonly points: readonly number[];
}

/** Two classes: the class signal is the mean over the first minus that over the second. */
export interface ClassPair {
	readonly labels: readonly [string, string];
	/** m = direction . phi, one entry for each training point. */
	readonly direction: Float64Array;
}

/** More classes than this have more pairs than anybody looks at. */
const MOST_CLASSES = 6;

/**
 * The classes of the training points, the largest target first.
 *
 * @throws InputError for several outputs, for one class, and for too many distinct targets
 */
export function classesOf({ trainTargets }: Problem, by: CodingOptions["classes"]): PointClass[] {
	const { columns, data } = trainTargets;
	if (columns > 1) {
		throw new InputError({
			where: "trainTargets",
			wanted: "one output whose values name the classes",
			got: `${columns} outputs`,
		});
	}
	const groups = new Map<string, number[]>();
	const order = Array.from(data.keys()).sort((a, b) => data[b]! - data[a]!);
	for (const i of order) {
		const label = by === "sign" ? (data[i]! > 0 ? "positive" : "not positive") : String(data[i]!);
		groups.set(
			label,
			[...(groups.get(label) ?? []), i].sort((a, b) => a - b),
		);
	}
	if (groups.size < 2) {
		throw new InputError({
			where: "trainTargets",
			wanted: "two classes at least",
			got: `one, ${[...groups.keys()][0]}`,
		});
	}
	if (groups.size > MOST_CLASSES) {
		throw new InputError({
			where: "trainTargets",
			wanted: `at most ${MOST_CLASSES} distinct targets, each naming a class`,
			got: String(groups.size),
			advice: "Give options.classes: sign, or targets that name classes.",
		});
	}
	return [...groups].map(([label, points]) => ({ label, points }));
}

/** Every two classes, the larger target first. */
export function classPairs(classes: readonly PointClass[], P: number): ClassPair[] {
	return classes.flatMap((first, k) =>
		classes.slice(k + 1).map((second) => {
			const direction = new Float64Array(P);
			for (const i of first.points) direction[i] = 1 / first.points.length;
			for (const i of second.points) direction[i] = -1 / second.points.length;
			return { labels: [first.label, second.label] as const, direction };
		}),
	);
}
