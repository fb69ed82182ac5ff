import { findSampler, InputError, type Problem } from "@finitude/core";

/** A sampler that the experiment names is left out where it does not apply; one that the command names must not be. */
export function refuseUnlessItSamples(id: string, problem: Problem): void {
	const applies = findSampler(id, "--sampler").applies(problem);
	if (applies === true) return;
	throw new InputError({ where: "--sampler", wanted: "a sampler of this problem", got: id, advice: applies });
}
