import { type Engine, type Matrix, type RandomState, splitStream } from "@finitude/engine";
import { InputError } from "../errors.ts";
import { counted } from "../problem/faults.ts";
import { entrySize, type NumericArray } from "./numeric-array.ts";
import { permutation } from "./random.ts";

/** The points that a file offers. */
export interface Pool {
	/** P x d, or P x height x width x channels. */
	readonly inputs: NumericArray;
	/** P x D. */
	readonly targets: Matrix;
	/** Index of each point's class, -1 for classes not asked for; absent when points have no classes. */
	readonly classOf?: Int32Array;
	/** The labels of the classes asked for. */
	readonly classes?: readonly number[];
}

export interface Choice {
	readonly trainCount: number | "all";
	readonly testCount: number | "all";
	readonly balanced: boolean;
}

export interface Points {
	readonly inputs: Matrix;
	readonly targets: Matrix;
	/** Index of each point's class, where equally many of every class were asked for. */
	readonly classOf?: Int32Array;
}

/**
 * The training and test points of a choice. A number draws without replacement, "all" keeps the order of the file; test
 * points come from the test pool or, where there is none, from what the training points left.
 *
 * @param trainStream draws the training points in place of `stream`
 * @throws InputError when a class has too few points.
 */
export function choosePoints(
	pools: { train: Pool; test?: Pool },
	choice: Choice,
	engine: Engine,
	stream: RandomState,
	trainStream = stream,
): { train: Points; test?: Points } {
	const { balanced } = choice;
	const order = candidates(pools.train, choice.trainCount !== "all", engine, splitStream(trainStream, 0));
	const train = take(pools.train, order, choice.trainCount, balanced, "data.trainCount");
	const rest = () => {
		const taken = new Set(train);
		return order.filter((i) => !taken.has(i));
	};
	const testPool = pools.test ?? pools.train;
	const testOrder = pools.test
		? candidates(pools.test, choice.testCount !== "all", engine, splitStream(stream, 1))
		: rest();
	const test = take(testPool, testOrder, choice.testCount, balanced, "data.testCount");
	return {
		train: {
			...gather(pools.train, train),
			...(balanced &&
				pools.train.classOf && { classOf: Int32Array.from(train, (i) => pools.train.classOf![i]!) }),
		},
		...(test.length > 0 && { test: gather(testPool, test) }),
	};
}

/** The points of the classes asked for, in random order or in that of the file. */
function candidates(pool: Pool, shuffled: boolean, engine: Engine, stream: RandomState): number[] {
	const count = pool.inputs.shape[0]!;
	const order = shuffled
		? [...permutation(engine, stream, count)]
		: Array.from({ length: count }, (_, i) => i);
	return pool.classOf ? order.filter((i) => pool.classOf![i]! >= 0) : order;
}

function take(
	pool: Pool,
	order: readonly number[],
	count: number | "all",
	balanced: boolean,
	where: string,
): number[] {
	if (count === "all") {
		if (order.length > 0 || where.endsWith("testCount")) return [...order];
		throw new InputError({
			where,
			wanted: "at least one point of the classes asked for",
			got: "none in the file",
		});
	}
	const quotas = quotasOf(count, balanced ? (pool.classes?.length ?? 1) : 1);
	const taken: number[] = [];
	const room = [...quotas];
	for (const i of order) {
		if (taken.length === count) break;
		const k = balanced && pool.classOf ? pool.classOf[i]! : 0;
		if (room[k]! > 0) {
			room[k]!--;
			taken.push(i);
		}
	}
	if (taken.length < count) {
		const short = room.findIndex((left) => left > 0);
		const offered = quotas[short]! - room[short]!;
		const one = quotas.length > 1;
		throw new InputError({
			where,
			wanted: `at most ${counted(offered, "point")}${one ? ` of class ${pool.classes![short]}` : ""}, as many as there are`,
			got: `${quotas[short]}${one ? ` (${count} over all classes)` : ""}`,
			advice: one ? "Or say balanced: false." : "",
		});
	}
	return taken;
}

/** How many points to take of every class: equal numbers, the first classes one more when the count does not divide. */
function quotasOf(count: number, classes: number): number[] {
	return Array.from(
		{ length: classes },
		(_, k) => Math.floor(count / classes) + (k < count % classes ? 1 : 0),
	);
}

function gather(pool: Pool, indices: readonly number[]): Points {
	const size = entrySize(pool.inputs);
	const inputs = new Float64Array(indices.length * size);
	const targets = new Float64Array(indices.length * pool.targets.columns);
	indices.forEach((i, row) => {
		inputs.set(pool.inputs.data.subarray(i * size, (i + 1) * size), row * size);
		const { columns, data } = pool.targets;
		targets.set(data.subarray(i * columns, (i + 1) * columns), row * columns);
	});
	return {
		inputs: { rows: indices.length, columns: size, data: inputs },
		targets: { rows: indices.length, columns: pool.targets.columns, data: targets },
	};
}
