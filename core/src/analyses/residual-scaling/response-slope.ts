import type { Engine } from "@finitude/engine";
import type { PairCovariance, ResidualBranch } from "./pair-recursion.ts";

/** d log eta / d rho^2 at one squared residual scale, by the derivative of the recursion. */
export function logResponseSlope(
	engine: Engine,
	branch: ResidualBranch,
	start: PairCovariance,
	depth: number,
	square: number,
): number {
	const { weightVariance: w, biasVariance } = branch;
	let at = start;
	let tangent: PairCovariance = { first: 0, second: 0, cross: 0 };
	let sum = 0;
	for (let l = 0; l < depth; l++) {
		const { kernels, ownSlopes, gradient } = kernelDerivatives(engine, branch, at);
		const change = slopeChange(engine, branch, at, tangent);
		sum += (w * (gradient.cross + square * change)) / (1 + square * w * gradient.cross);
		const step = (name: keyof PairCovariance, G: number, dG: number) => ({
			value: at[name] + square * (w * G + biasVariance),
			tangent: tangent[name] + w * G + biasVariance + square * w * dG,
		});
		const first = step("first", kernels.first, ownSlopes.first * tangent.first);
		const second = step("second", kernels.second, ownSlopes.second * tangent.second);
		const cross = step("cross", kernels.cross, along(gradient, tangent));
		at = { first: first.value, second: second.value, cross: cross.value };
		tangent = { first: first.tangent, second: second.tangent, cross: cross.tangent };
	}
	const { gradient } = kernelDerivatives(engine, branch, at);
	return sum + slopeChange(engine, branch, at, tangent) / gradient.cross;
}

function along(gradient: PairCovariance, direction: PairCovariance): number {
	return (
		gradient.first * direction.first + gradient.second * direction.second + gradient.cross * direction.cross
	);
}

/** The dual activation of a pair, with its first derivatives. */
export interface KernelDerivatives {
	/** G_aa, G_bb and G_ab. */
	readonly kernels: PairCovariance;
	/** dG_aa/dC_aa and dG_bb/dC_bb. */
	readonly ownSlopes: { readonly first: number; readonly second: number };
	/** Of G_ab by C_aa, C_bb and C_ab; `cross` is <phi'_a phi'_b>. */
	readonly gradient: PairCovariance;
}

export function kernelDerivatives(
	engine: Engine,
	{ dual }: ResidualBranch,
	{ first, second, cross }: PairCovariance,
): KernelDerivatives {
	const pairs = {
		variances: Float64Array.of(first, second),
		first: Int32Array.of(0, 1, 0),
		second: Int32Array.of(0, 1, 1),
		covariances: Float64Array.of(first, second, cross),
	};
	const kernel = dual.kernel(engine, pairs);
	const gradient = dual.gradient(engine, pairs);
	// One point twice: its three arguments move together.
	const together = (k: number) => gradient[3 * k]! + gradient[3 * k + 1]! + gradient[3 * k + 2]!;
	return {
		kernels: { first: kernel[0]!, second: kernel[1]!, cross: kernel[2]! },
		ownSlopes: { first: together(0), second: together(1) },
		gradient: { first: gradient[6]!, second: gradient[7]!, cross: gradient[8]! },
	};
}

/** Of the variances and of what is left below perfect correlation: truncation and rounding are both some 1e-10 then. */
const DIFFERENCE_STEP = 2e-3;

/**
 * The derivative of <phi'_a phi'_b> along a direction of the covariances: from the second derivatives of closed forms, else by
 * a difference of fourth order, since the Hermite expansions of second derivatives do not converge at variances of order 1.
 */
export function slopeChange(
	engine: Engine,
	{ dual, closedForm }: ResidualBranch,
	{ first, second, cross }: PairCovariance,
	direction: PairCovariance,
): number {
	if (closedForm) {
		const pair = {
			variances: Float64Array.of(first, second),
			first: Int32Array.of(0),
			second: Int32Array.of(1),
			covariances: Float64Array.of(cross),
		};
		const { hessian } = dual.derivatives(engine, pair);
		return along({ first: hessian[4]!, second: hessian[5]!, cross: hessian[2]! }, direction);
	}
	const size = Math.max(Math.abs(direction.first), Math.abs(direction.second), Math.abs(direction.cross));
	if (size === 0) return 0;
	const room = Math.min(first, second, Math.sqrt(first * second) - Math.abs(cross));
	const h = (DIFFERENCE_STEP * room) / size;
	const offsets = [-2 * h, -h, h, 2 * h];
	const gradient = dual.gradient(engine, {
		variances: Float64Array.from([
			...offsets.map((t) => first + t * direction.first),
			...offsets.map((t) => second + t * direction.second),
		]),
		first: Int32Array.of(0, 1, 2, 3),
		second: Int32Array.of(4, 5, 6, 7),
		covariances: Float64Array.from(offsets, (t) => cross + t * direction.cross),
	});
	const slope = (k: number) => gradient[3 * k + 2]!;
	return (slope(0) - 8 * slope(1) + 8 * slope(2) - slope(3)) / (12 * h);
}
