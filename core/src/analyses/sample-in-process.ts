import type { Engine } from "@finitude/engine";
import type { Problem } from "../problem/problem.ts";
import { biasRun } from "../samplers/bias-run.ts";
import { runChain } from "../samplers/chain.ts";
import { combineChains } from "../samplers/combine-chains.ts";
import type { SamplingSettings } from "../samplers/sampler.ts";
import { stepSizeBias } from "../samplers/step-size-bias.ts";
import type { SampleNetwork } from "./analysis.ts";

/** Samples networks in this thread, one chain after another: the same bits as any number of workers give. */
export function sampleInProcess(engine: Engine): SampleNetwork {
	const chainsOf = (problem: Problem, settings: SamplingSettings) =>
		Array.from({ length: settings.chains }, (_, chain) => runChain(problem, engine, settings, chain));
	return async (problem, settings) => {
		const chains = chainsOf(problem, settings);
		const answer = combineChains(problem, settings, chains);
		const second = biasRun(settings, chains);
		if (second === undefined) return { answer, chains };
		const shorter = combineChains(problem, second, chainsOf(problem, second));
		const validity = [...answer.validity, ...stepSizeBias(answer, shorter)];
		return { answer: { ...answer, validity }, chains };
	};
}
