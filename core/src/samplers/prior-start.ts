import type { RandomState } from "@finitude/engine";
import { InputError } from "../errors.ts";
import type { Problem } from "../problem/problem.ts";
import type { HmcState, HmcTransition } from "./hmc-transition.ts";
import type { SamplingSpace } from "./sampling-space.ts";

/** Of the gradients along a trajectory. */
export type Precision = "float64" | "float32";

/** A start at weights drawn from the prior, at the noise that the potential has. Advances `stream`. */
export type PriorStart = (transition: HmcTransition, stream: RandomState) => HmcState;

/** @throws InputError, when the start is made, where the kernel cannot be factorized there. */
export function createPriorStart(
	{ engine, network, problem }: SamplingSpace,
	precision: Precision,
): PriorStart {
	const prior = engine.allocate(network.parameters);
	return (transition, stream) => {
		engine.fillNormal(stream, prior);
		const state = transition.stateAt(prior.data.slice(), stream);
		if (state !== undefined) return state;
		throw singularKernel(problem, precision);
	};
}

/** What is said where kernel + noise cannot be factorized at weights of the prior. */
export function singularKernel({ noiseVariance }: Problem, precision: Precision): InputError {
	const single = precision === "float32";
	return new InputError({
		where: "noiseVariance",
		wanted: `a noise that keeps kernel + noise positive definite in ${single ? "single" : "double"} precision`,
		got: `${noiseVariance}`,
		advice:
			"The Cholesky factorization failed at weights drawn from the prior: raise noiseVariance" +
			(single ? ", or use precision float64." : "."),
	});
}
