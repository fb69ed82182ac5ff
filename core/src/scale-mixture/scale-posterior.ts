/** The posterior of the scale of a deep linear network with one output, on a lattice of its logarithm. */
import type { Engine } from "@finitude/engine";
import { createScalarFunctions, type ScalarFunctions } from "../samplers/scalar-functions.ts";
import type { Modes } from "../theories/kernel-rescaling/modes.ts";
import { type LatticeLaw, normalized, refined } from "./lattice-law.ts";
import { scaleLikelihood } from "./scale-likelihood.ts";
import { createScaleProduct, NEGLIGIBLE, type ScaleProduct } from "./scale-product.ts";

export interface ScalePosterior extends LatticeLaw {
	/** Lattice point of the first node: node i lies at theta = (first + i) step, q = e^theta. */
	readonly first: number;
	/** log p(y), the constant (P/2) log 2 pi included. */
	readonly logEvidence: number;
	/** The prior law of theta on this lattice. */
	readonly prior: ScaleProduct;
}

/** Of the log evidence when the step is doubled: the step itself is then good to 1e-12. */
const LARGEST_RESIDUAL = 1e-6;

/**
 * Equation (3) of docs/samplers/exact.md: w(theta) = p(theta) prod_k N(yt_k; 0, a_k), theta = log q, for any number of targets
 * in turn.
 *
 * The nodes reach out to where p(theta) times the largest likelihood that is possible further out is below e^-45 of the peak:
 * no mode can hide beyond them, and none of several is lost. None hides between them either: at a mode with scale q the
 * curvature of log w and of the integrands of the convolution is at most max N q^(1/L) + P, and the step is below the inverse
 * root of that at the highest node. It is refined until doubling it makes no difference.
 *
 * @param modes K and the noise in their common eigenbasis; for every k noise_k > 0, or signal_k > 0 and yt_k is not 0
 * @param widths N_1..N_L
 */
export function createScalePosterior(
	engine: Engine,
	modes: Modes,
	widths: readonly number[],
): (targets: Float64Array) => ScalePosterior {
	const scalar = createScalarFunctions(engine);
	const productAt = createScaleProduct(engine, scalar, widths);
	const priors = new Map<number, ScaleProduct>();
	const priorAt = (step: number) => {
		const known = priors.get(step) ?? productAt(step);
		priors.set(step, known);
		return known;
	};
	const points = modes.signal.length;
	const constant = -(points * scalar.log(2 * Math.PI) + modes.logDeterminantShift) / 2;
	const resolves = (step: number, theta: number) =>
		step ** 2 * (Math.max(...widths) * scalar.exp(theta / widths.length) + points) <= 1;
	let coarsest = 1;
	while (!resolves(coarsest, 0)) coarsest /= 2;
	return (targets) => {
		const likelihood = scaleLikelihood(scalar, modes, modes.project(targets));
		const explored = (step: number) => explore(scalar, priorAt(step), likelihood, step);
		let resolving = coarsest;
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
		return { ...law, logEvidence: law.logTotal + constant };
	};
}

/** log w at all lattice points where it matters. */
function explore(
	{ exp }: ScalarFunctions,
	prior: ScaleProduct,
	likelihood: ReturnType<typeof scaleLikelihood>,
	step: number,
): { first: number; values: number[] } {
	let best = Number.NEGATIVE_INFINITY;
	/** Values at 0, direction, 2 direction, ... */
	const outward = (direction: 1 | -1) => {
		const values: number[] = [];
		const bound = direction === 1 ? likelihood.boundFrom : likelihood.boundUpTo;
		for (let n = 0; ; n += direction) {
			const density = prior.logDensity(n);
			const q = exp(n * step);
			const value = density + likelihood.at(q);
			values.push(value);
			best = Math.max(best, value);
			// The prior is log-concave: once it falls it goes on falling.
			const falls = density < prior.logDensity(n - direction);
			if (falls && density + bound(q) < best - NEGLIGIBLE) return values;
		}
	};
	const above = outward(1);
	const below = outward(-1).slice(1);
	return { first: -below.length, values: [...below.reverse(), ...above] };
}
