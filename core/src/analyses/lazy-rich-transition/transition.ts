import { InputError } from "../../errors.ts";
import { overlapRoot, softThreshold } from "./overlap.ts";
import type { TransitionParameters } from "./sweep.ts";

/** What the scalar equation says; symbols as on docs/analyses/lazy-rich-transition.md. */
export interface Transition {
	/** s_a^2 s_w^2 / (M S chi): prior variance of an entry of Theta. */
	readonly lambda: number;
	/** lambda n / kappa. */
	readonly epsilon: number;
	/** lambda (n theta* / kappa)^2 / C: the transition is at 1. */
	readonly r: number;
	/** n_c, the number of points at which r = 1. */
	readonly criticalSamples: number;
	/** The lazy value eps / (1 + eps) of the infinitely wide network. */
	readonly alphaGp: number;
	/** The root of (4). */
	readonly alpha: number;
	/** The limit of (4) for eps -> 0. */
	readonly alphaSoftThreshold: number;
	/** The root of (5), which keeps the determinant. */
	readonly alphaLogDet: number;
}

export interface SolvedTransition {
	readonly transition: Transition;
	/** Of the two roots, the larger one each. */
	readonly iterations: number;
	readonly residual: number;
}

/** Equations (4) and (5) at one set of numbers. @throws InputError when float64 does not hold epsilon, r or n_c. */
export function transitionAt(parameters: TransitionParameters): SolvedTransition {
	const { windows, patch, channels, samples, noiseVariance, targetAmplitude } = parameters;
	const chi = parameters.scaling === "standard" ? 1 : channels;
	const lambda = (parameters.readoutWeightVariance * parameters.weightVariance) / (windows * patch * chi);
	const epsilon = (lambda * samples) / noiseVariance;
	const r = (lambda * ((samples * targetAmplitude) / noiseVariance) ** 2) / channels;
	const criticalSamples = (noiseVariance / targetAmplitude) * Math.sqrt(channels / lambda);
	for (const [name, value] of Object.entries({ lambda, epsilon, r, criticalSamples })) {
		if (value > 0 && Number.isFinite(value)) continue;
		throw new InputError({
			where: "options",
			wanted: `numbers whose ${name} float64 can hold`,
			got: `${name} = ${value}`,
			advice: "Rescale targetAmplitude and noiseVariance.",
		});
	}
	const tree = overlapRoot(epsilon, r);
	const withDeterminant = overlapRoot(epsilon, r, windows / channels);
	return {
		transition: {
			lambda,
			epsilon,
			r,
			criticalSamples,
			alphaGp: epsilon / (1 + epsilon),
			alpha: tree.alpha,
			alphaSoftThreshold: softThreshold(r),
			alphaLogDet: withDeterminant.alpha,
		},
		iterations: Math.max(tree.iterations, withDeterminant.iterations),
		residual: Math.max(tree.residual, withDeterminant.residual),
	};
}
