/** Two inputs of a residual network of infinite width, block by block: (1) and (2) of docs/analyses/residual-scaling.md. */
import type { Engine } from "@finitude/engine";
import type { DualActivation } from "../../kernels/dual-activation.ts";
import type { GaussianPairs } from "../../kernels/gaussian-pairs.ts";

/** Covariances of two inputs: C_aa, C_bb and C_ab. */
export interface PairCovariance {
	readonly first: number;
	readonly second: number;
	readonly cross: number;
}

/** The residual branches of a network. */
export interface ResidualBranch {
	readonly dual: DualActivation;
	/**
	 * <phi'_a phi'_b> of each pair as the kernel of phi', where the dual activation is no closed form: quicker there than the
	 * gradient of that of phi.
	 */
	readonly slopeKernel?: ((engine: Engine, pairs: GaussianPairs) => Float64Array) | undefined;
	/** sigma_w^2. */
	readonly weightVariance: number;
	/** sigma_b^2. */
	readonly biasVariance: number;
}

/** Products of two variances, which closed forms contain, must not overflow. */
const LARGEST_VARIANCE = 1e150;

/** Up to which variances a scan goes: quadrature takes ever longer, and optima lie at variances of order 1 or near the first. */
export function largestVariance({ slopeKernel }: ResidualBranch, { first, second }: PairCovariance): number {
	return slopeKernel === undefined ? LARGEST_VARIANCE : Math.max(100, 10 * first, 10 * second);
}

/** <phi'_a phi'_b> of each pair. */
export function pairSlopes(
	engine: Engine,
	{ dual, slopeKernel }: ResidualBranch,
	pairs: GaussianPairs,
): Float64Array {
	if (slopeKernel !== undefined) return slopeKernel(engine, pairs);
	const gradient = dual.gradient(engine, pairs);
	return pairs.covariances.map((_, k) => gradient[3 * k + 2]!);
}

/**
 * log eta_ab of equation (2) for several squared residual scales at once, sigma_v = 1; NaN where variances grow beyond
 * a limit.
 * The logarithm, because the product of L factors overflows.
 *
 * @param squares rho^2, each at least 0
 */
export function logResponses(
	engine: Engine,
	branch: ResidualBranch,
	start: PairCovariance,
	depth: number,
	squares: Float64Array,
	limit = LARGEST_VARIANCE,
): Float64Array {
	const states = pairStates(engine, branch, start, squares.length, limit);
	const { weightVariance } = branch;
	const log = new Float64Array(squares.length);
	for (let l = 0; l < depth; l++) {
		const slopes = states.slopes();
		for (let k = 0; k < log.length; k++) log[k]! += Math.log1p(squares[k]! * weightVariance * slopes[k]!);
		states.advance(squares);
	}
	const last = states.slopes();
	return log.map((value, k) => (states.overflowed[k] ? Number.NaN : value + Math.log(last[k]!)));
}

/** The covariances of one pair of inputs at several residual scales, side by side: one call of the dual activation a block. */
function pairStates(
	engine: Engine,
	branch: ResidualBranch,
	start: PairCovariance,
	count: number,
	limit: number,
) {
	const { dual, weightVariance, biasVariance } = branch;
	const variances = new Float64Array(2 * count).fill(start.first, 0, count).fill(start.second, count);
	const cross = new Float64Array(count).fill(start.cross);
	const overflowed = new Uint8Array(count);
	const range = (n: number, offset = 0) => Int32Array.from({ length: n }, (_, i) => i + offset);
	const joined = { variances, first: range(count), second: range(count, count), covariances: cross };
	const alone = { variances, first: range(2 * count), second: range(2 * count), covariances: variances };
	return {
		overflowed,
		/** <phi'_a phi'_b> of each. */
		slopes: () => pairSlopes(engine, branch, joined),
		/** C <- C + rho^2 (sigma_w^2 G(C) + sigma_b^2). Those that grow too large begin again, where averages are quick. */
		advance(squares: Float64Array): void {
			const own = dual.kernel(engine, alone);
			const mixed = dual.kernel(engine, joined);
			const after = (c: number, G: number, k: number) =>
				c + squares[k]! * (weightVariance * G + biasVariance);
			for (let k = 0; k < count; k++) {
				const first = after(variances[k]!, own[k]!, k);
				const second = after(variances[count + k]!, own[count + k]!, k);
				if (!(Math.max(first, second) < limit)) {
					overflowed[k] = 1;
					[variances[k], variances[count + k], cross[k]] = [start.first, start.second, start.cross];
					continue;
				}
				cross[k] = after(cross[k]!, mixed[k]!, k);
				[variances[k], variances[count + k]] = [first, second];
			}
		},
	};
}
