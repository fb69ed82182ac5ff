/** The posterior of the scale of a deep linear network with one output, on a lattice of its logarithm. */
import type { Engine } from "@finitude/engine";
import { createScalarFunctions, type ScalarFunctions } from "../samplers/scalar-functions.ts";
import type { Modes } from "../theories/kernel-rescaling/modes.ts";
import { type LatticeLaw, normalized, refined } from "./lattice-law.ts";
import { type ScaleLikelihood, scaleLikelihood } from "./scale-likelihood.ts";
import { createScaleProduct, NEGLIGIBLE, type ScaleProduct } from "./scale-product.ts";

export interface ScalePosterior extends LatticeLaw {
	/** Lattice point of the first node: node i lies at theta = (first + i) step, q = e^theta. */
	readonly first: number;
	/** log p(y). */
	readonly logEvidence: number;
	/** The prior law of theta on this lattice. */
	readonly prior: ScaleProduct;
	/** Whether doubling the step changes log p(y) by so little that its error at the step itself is 1e-12. */
	readonly converged: boolean;
}

/** Of the log evidence when the step is doubled: the step itself is then good to 1e-12. */
const LARGEST_RESIDUAL = 1e-6;

/**
 * Equation (3) of docs/theories/scale-mixture.md: w(theta) = p(theta) L(e^theta), theta = log q, for any number of likelihoods
 * in turn.
 *
 * The nodes reach out to where p(theta) times the largest likelihood that is possible further out is below e^-45 of the peak:
 * no mode can hide beyond them, and none of several is lost. None hides between them either: at a mode with scale q the
 * curvature of log w and of the integrands of the convolution is at most max N q^(1/L) plus that of the likelihood, and the
 * step is below the inverse root of that at the highest node. It is refined until doubling it makes no difference.
 *
 * @param widths N_1..N_L
 * @returns likelihood => law. The constant (P/2) log 2 pi and the shift of the modes are not in `logEvidence`.
 */
export function createScaleLattice(
	engine: Engine,
	widths: readonly number[],
): (likelihood: ScaleLikelihood) => ScalePosterior {
	const scalar = createScalarFunctions(engine);
	const productAt = createScaleProduct(engine, scalar, widths);
	const priors = new Map<number, ScaleProduct>();
	const priorAt = (step: number) => {
		const known = priors.get(step) ?? productAt(step);
		priors.set(step, known);
		return known;
	};
	const widest = Math.max(...widths);
	return (likelihood) => {
		const resolves = (step: number, theta: number) => {
			const q = scalar.exp(theta);
			const curvature = widest * scalar.exp(theta / widths.length) + likelihood.curvatureUpTo(q);
			return step ** 2 * curvature <= 1;
		};
		const explored = (step: number) => explore(scalar, priorAt(step), likelihood, step);
		let resolving = 1;
		while (!resolves(resolving, 0)) resolving /= 2;
		for (;;) {
			const { first, values } = explored(resolving);
			if (resolves(resolving, (first + values.length - 1) * resolving)) break;
			resolving /= 2;
		}
		// The first step to be accepted is half of this, and the one before is what it is judged by.
		const law = refined(2 * resolving, LARGEST_RESIDUAL, (step) => {
			const { first, values } = explored(step);
			return { first, prior: priorAt(step), ...normalized(scalar, values, scalar.log(step)) };
		});
		return {
			...law,
			logTotal: law.logTotal + likelihood.constant,
			logEvidence: law.logTotal + likelihood.constant,
			converged: law.residual <= LARGEST_RESIDUAL,
		};
	};
}

/**
 * The law of the scale of dense linear layers with one output, for any number of targets in turn.
 *
 * @param modes K and the noise in their common eigenbasis: every noise_k > 0, or every noise_k = 0 and K of full rank; then
 * the targets must not all vanish unless every N_l > P
 */
export function createScalePosterior(
	engine: Engine,
	modes: Modes,
	widths: readonly number[],
): (targets: Float64Array) => ScalePosterior {
	const scalar = createScalarFunctions(engine);
	const posteriorOf = createScaleLattice(engine, widths);
	const constant = logDensityConstant(scalar, modes);
	return (targets) => {
		const law = posteriorOf(scaleLikelihood(scalar, modes, modes.project(targets)));
		return { ...law, logEvidence: law.logTotal + constant };
	};
}

/** What a likelihood leaves out of log N(y; 0, A): -(P/2) log 2 pi - (log det A - sum_k log a_k)/2. */
export function logDensityConstant(
	{ log }: Pick<ScalarFunctions, "log">,
	{ signal, logDeterminantShift }: Modes,
): number {
	return -(signal.length * log(2 * Math.PI) + logDeterminantShift) / 2;
}

/** log w at all lattice points where it matters. */
function explore(
	{ exp }: ScalarFunctions,
	prior: ScaleProduct,
	likelihood: ScaleLikelihood,
	step: number,
): { first: number; values: number[] } {
	// The prior and the likelihood's power of q together: log-concave, so that once it falls it goes on falling.
	const density = (n: number) => prior.logDensity(n) - likelihood.power * n * step;
	let best = Number.NEGATIVE_INFINITY;
	/** Values at 0, direction, 2 direction, ... */
	const outward = (direction: 1 | -1) => {
		const values: number[] = [];
		const bound = direction === 1 ? likelihood.boundFrom : likelihood.boundUpTo;
		for (let n = 0; ; n += direction) {
			const here = density(n);
			const q = exp(n * step);
			const value = here + likelihood.at(q);
			values.push(value);
			best = Math.max(best, value);
			const falls = here < density(n - direction);
			if (falls && here + bound(q) < best - NEGLIGIBLE) return values;
		}
	};
	const above = outward(1);
	const below = outward(-1).slice(1);
	return { first: -below.length, values: [...below.reverse(), ...above] };
}
