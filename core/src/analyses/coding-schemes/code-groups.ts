/** Whether the units of one network fall into a few groups that repeat a code. */
import {
	dot,
	type Engine,
	type Matrix,
	matrix,
	multiply,
	type RandomState,
	splitStream,
} from "@finitude/engine";
import { normals } from "../../data/random.ts";
import { type Clusters, kMeans } from "./k-means.ts";
import type { UnitCode } from "./sampled-units.ts";

export interface CodeGroups {
	/** The number of groups by the gap statistic. */
	readonly groups: number;
	/** The fewest groups that hold 90 % of sum a_i^2. */
	readonly groupsHolding90: number;
	/** Fractions of the units that answer at all, the largest first: the same whatever the order of units. */
	readonly sizes: readonly number[];
	/** Gap(k), k = 1, 2, ... */
	readonly gaps: readonly number[];
}

/** More groups than this would not be few. */
const MOST_GROUPS = 8;

/** Sets of reference units: their logarithmic spread varies by a few percent. */
const REFERENCES = 10;

const HELD = 0.9;

/**
 * Clusters of phi_i/|phi_i|, for an odd activation with the sign of the readout, which (a, phi) -> (-a, -phi) leaves alone. Their
 * number is the smallest k with Gap(k) >= Gap(k + 1) - s_{k+1}, Gap(k) the mean of log W_k over reference units less that of the
 * units, W_k the spread within clusters (Tibshirani, Walther and Hastie 2001, J. R. Stat. Soc. B 63:411). The reference are units
 * of an analog code: the same readouts, and features that are Gaussian around what is proportional to them, with the covariance
 * of the units. Those of a linear network are such units, and fall into one group.
 *
 * @param odd whether the activation is
 * @param stream not advanced
 */
export function codeGroups(
	engine: Engine,
	code: UnitCode,
	odd: boolean,
	stream: RandomState,
): CodeGroups | undefined {
	const { points, readout } = normalized(code, odd);
	const n = points.rows;
	if (n < 2) return undefined;
	const most = Math.min(MOST_GROUPS, n - 1);
	const found = clusterings(engine, points, most, splitStream(stream, 0));
	const references = Array.from({ length: REFERENCES }, (_, b) => {
		const random = splitStream(stream, b + 1);
		const units = normalized(analogCode(engine, code, random), odd).points;
		return clusterings(engine, units, Math.min(most, units.rows), random).map(({ spread }) => logOf(spread));
	});
	const steps = found.map(({ spread }, k) => {
		const logs = references.map((one) => one[k]!);
		const mean = logs.reduce((sum, x) => sum + x, 0) / REFERENCES;
		const deviation = Math.sqrt(logs.reduce((sum, x) => sum + (x - mean) ** 2, 0) / REFERENCES);
		return { gap: mean - logOf(spread), error: deviation * Math.sqrt(1 + 1 / REFERENCES) };
	});
	const enough = steps.findIndex(
		({ gap }, k) => k === most - 1 || gap >= steps[k + 1]!.gap - steps[k + 1]!.error,
	);
	const { members } = found[enough]!;
	const groups = enough + 1;
	const [counts, squares] = [new Float64Array(groups), new Float64Array(groups)];
	members.forEach((c, i) => {
		counts[c]!++;
		squares[c]! += readout[i]! ** 2;
	});
	return {
		groups,
		groupsHolding90: fewestHolding(squares),
		sizes: Array.from(counts, (count) => count / n).sort((a, b) => b - a),
		gaps: steps.map(({ gap }) => gap),
	};
}

/** Units that answer at some point, on the unit sphere. */
function normalized(
	{ features, readout }: UnitCode,
	odd: boolean,
): { points: Matrix; readout: Float64Array } {
	const P = features.columns;
	const lengths = Float64Array.from({ length: features.rows }, (_, i) =>
		Math.hypot(...features.data.subarray(i * P, (i + 1) * P)),
	);
	const active = Array.from(lengths.keys()).filter((i) => lengths[i]! > 0);
	const points = matrix(active.length, P);
	active.forEach((i, row) => {
		const sign = odd && readout[i]! < 0 ? -1 : 1;
		for (let a = 0; a < P; a++) points.data[row * P + a] = (sign * features.data[i * P + a]!) / lengths[i]!;
	});
	return { points, readout: Float64Array.from(active, (i) => readout[i]!) };
}

function clusterings(engine: Engine, points: Matrix, most: number, stream: RandomState): Clusters[] {
	return Array.from({ length: most }, (_, k) => kMeans(engine, points, k + 1, stream));
}

/** Units that are all alike have no spread: the logarithm of what rounding would leave. */
function logOf(spread: number): number {
	return Math.log(Math.max(spread, Number.EPSILON));
}

/**
 * Units with the readouts of a network and features a b + e, b the regression of its features on them and e Gaussian with the
 * covariance of what the regression leaves, around what they have in common.
 *
 * @param stream advanced
 */
function analogCode(engine: Engine, { features, readout, draw }: UnitCode, stream: RandomState): UnitCode {
	const { rows: n, columns: P } = features;
	const square = dot(readout, readout);
	const along = multiply(engine, matrix(1, n, readout), features).data.map((x) =>
		square === 0 ? 0 : x / square,
	);
	const means = new Float64Array(P);
	const rest = matrix(
		n,
		P,
		features.data.map((x, e) => x - readout[Math.floor(e / P)]! * along[e % P]!),
	);
	rest.data.forEach((x, e) => {
		means[e % P]! += x / n;
	});
	const centered = matrix(
		n,
		P,
		rest.data.map((x, e) => x - means[e % P]!),
	);
	const mixing = matrix(n, n, normals(engine, stream, n * n));
	const noise = multiply(engine, mixing, centered, { alpha: 1 / Math.sqrt(n) });
	return {
		draw,
		readout,
		features: matrix(
			n,
			P,
			noise.data.map((x, e) => x + means[e % P]! + readout[Math.floor(e / P)]! * along[e % P]!),
		),
	};
}

function fewestHolding(squares: Float64Array): number {
	const total = squares.reduce((sum, x) => sum + x, 0);
	const sorted = Array.from(squares).sort((a, b) => b - a);
	let count = 0;
	for (let held = 0; count < sorted.length && held < HELD * total; count++) held += sorted[count]!;
	return count;
}
