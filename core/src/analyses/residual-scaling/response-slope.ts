/** Derivatives of the response: where it is largest, and where its deep limit is. */
import type { Engine } from "@finitude/engine";
import { logResponses, type PairCovariance, pairSlopes, type ResidualBranch } from "./pair-recursion.ts";

/** Step of a difference in log rho^2: truncation and rounding are both some 1e-10 then. */
const SCALE_STEP = 0.01;

/**
 * d log eta / d log rho^2: by the derivative of the recursion where the dual activation has closed forms, else by a difference
 * of fourth order.
 *
 * @param square rho^2 > 0
 */
export function logResponseSlope(
	engine: Engine,
	branch: ResidualBranch,
	start: PairCovariance,
	depth: number,
	square: number,
): number {
	if (branch.slopeKernel === undefined) return square * recursionSlope(engine, branch, start, depth, square);
	const squares = STENCIL.map((offset) => square * Math.exp(SCALE_STEP * offset));
	return (
		centralDifference(logResponses(engine, branch, start, depth, Float64Array.from(squares))) / SCALE_STEP
	);
}

/** d log eta / d rho^2, for closed forms. */
function recursionSlope(
	engine: Engine,
	branch: ResidualBranch,
	start: PairCovariance,
	depth: number,
	square: number,
): number {
	const { dual, weightVariance: w, biasVariance } = branch;
	let at = start;
	let tangent: PairCovariance = { first: 0, second: 0, cross: 0 };
	let sum = 0;
	for (let l = 0; l < depth; l++) {
		const pairs = pairsOf(at);
		const kernels = dual.kernel(engine, pairs);
		const gradient = dual.gradient(engine, pairs);
		const change = slopeChange(engine, branch, at, tangent);
		sum += (w * (gradient[8]! + square * change)) / (1 + square * w * gradient[8]!);
		// One point twice: its three arguments move together.
		const own = (k: number) => gradient[3 * k]! + gradient[3 * k + 1]! + gradient[3 * k + 2]!;
		const step = (name: keyof PairCovariance, G: number, dG: number) => ({
			value: at[name] + square * (w * G + biasVariance),
			tangent: tangent[name] + w * G + biasVariance + square * w * dG,
		});
		const first = step("first", kernels[0]!, own(0) * tangent.first);
		const second = step("second", kernels[1]!, own(1) * tangent.second);
		const cross = step("cross", kernels[2]!, along(gradient.subarray(6), tangent));
		at = { first: first.value, second: second.value, cross: cross.value };
		tangent = { first: first.tangent, second: second.tangent, cross: cross.tangent };
	}
	return sum + slopeChange(engine, branch, at, tangent) / slopeAt(engine, branch, at);
}

/** d/ds of C_aa, C_bb and C_ab: equation (3). */
export function flow(
	engine: Engine,
	{ dual, weightVariance, biasVariance }: ResidualBranch,
	at: PairCovariance,
): PairCovariance {
	const [first, second, cross] = dual.kernel(engine, pairsOf(at));
	const rate = (G: number) => weightVariance * G + biasVariance;
	return { first: rate(first!), second: rate(second!), cross: rate(cross!) };
}

/**
 * How far the left side of (4) exceeds the right one, relative to the left one; with the factor sigma_w^2 <phi'_a phi'_b> it is
 * d log eta / ds, and at the first covariance d log eta / d rho^2 of one block at rho = 0.
 */
export function growthExcess(engine: Engine, branch: ResidualBranch, at: PairCovariance): number {
	const slope = slopeAt(engine, branch, at);
	const change = slopeChange(engine, branch, at, flow(engine, branch, at));
	return 1 + change / (branch.weightVariance * slope * slope);
}

function slopeAt(engine: Engine, branch: ResidualBranch, { first, second, cross }: PairCovariance): number {
	return pairSlopes(engine, branch, {
		variances: Float64Array.of(first, second),
		first: Int32Array.of(0),
		second: Int32Array.of(1),
		covariances: Float64Array.of(cross),
	})[0]!;
}

/** Of the variances and of what is left below perfect correlation: truncation and rounding are both some 1e-10 then. */
const DIFFERENCE_STEP = 2e-3;

/**
 * The derivative of <phi'_a phi'_b> along a direction of the covariances: from the second derivatives of closed forms, else by
 * a difference of fourth order, since the Hermite expansions of second derivatives may not converge at variances of order 1.
 */
function slopeChange(
	engine: Engine,
	branch: ResidualBranch,
	{ first, second, cross }: PairCovariance,
	direction: PairCovariance,
): number {
	if (branch.slopeKernel === undefined) {
		const { hessian } = branch.dual.derivatives(engine, {
			variances: Float64Array.of(first, second),
			first: Int32Array.of(0),
			second: Int32Array.of(1),
			covariances: Float64Array.of(cross),
		});
		return along([hessian[4]!, hessian[5]!, hessian[2]!], direction);
	}
	const size = Math.max(Math.abs(direction.first), Math.abs(direction.second), Math.abs(direction.cross));
	const room = Math.min(first, second, Math.sqrt(first * second) - Math.abs(cross));
	const h = (DIFFERENCE_STEP * room) / size;
	const moved = (from: number, slope: number) => STENCIL.map((offset) => from + h * offset * slope);
	const slopes = pairSlopes(engine, branch, {
		variances: Float64Array.from([...moved(first, direction.first), ...moved(second, direction.second)]),
		first: Int32Array.of(0, 1, 2, 3),
		second: Int32Array.of(4, 5, 6, 7),
		covariances: Float64Array.from(moved(cross, direction.cross)),
	});
	return centralDifference(slopes) / h;
}

const STENCIL = [-2, -1, 1, 2];

/** f' times the step, from f at the points of the stencil. */
function centralDifference(f: Float64Array): number {
	return (f[0]! - 8 * f[1]! + 8 * f[2]! - f[3]!) / 12;
}

function along(gradient: ArrayLike<number>, { first, second, cross }: PairCovariance): number {
	return gradient[0]! * first + gradient[1]! * second + gradient[2]! * cross;
}

/** Each input with itself, then both. */
function pairsOf({ first, second, cross }: PairCovariance) {
	return {
		variances: Float64Array.of(first, second),
		first: Int32Array.of(0, 1, 0),
		second: Int32Array.of(0, 1, 1),
		covariances: Float64Array.of(first, second, cross),
	};
}
