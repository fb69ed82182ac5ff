import type { RandomState } from "@finitude/engine";
import { InputError } from "../errors.ts";
import type { Problem } from "../problem/problem.ts";
import type { HmcState, HmcTransition } from "./hmc-transition.ts";
import type { SamplingSpace } from "./sampling-space.ts";

/** A start at weights drawn from the prior, at the noise that the potential has. Advances `stream`. */
export type PriorStart = (transition: HmcTransition, stream: RandomState) => HmcState;

/** @throws InputError, when the start is made, where the kernel cannot be factorized there. */
export function createPriorStart({ engine, network, problem }: SamplingSpace): PriorStart {
	const prior = engine.allocate(network.parameters);
	return (transition, stream) => {
		engine.fillNormal(stream, prior);
		const state = transition.stateAt(prior.data.slice(), stream);
		if (state !== undefined) return state;
		throw singularKernel(problem);
	};
}

/** What is said where kernel + noise cannot be factorized at weights of the prior. */
export function singularKernel({ noiseVariance }: Problem): InputError {
	return new InputError({
		where: "noiseVariance",
		wanted: "a noise that keeps kernel + noise positive definite in double precision",
		got: `${noiseVariance}`,
		advice: "The Cholesky factorization failed at weights drawn from the prior: raise noiseVariance.",
	});
}
