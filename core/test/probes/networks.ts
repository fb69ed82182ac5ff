/** One network as probes see it, of given weights or drawn from the prior. */
import { seedStream } from "@finitude/engine";
import type { Problem } from "../../src/index.ts";
import type { DrawProbe, ProbeContext, ProbedNetwork } from "../../src/probes/probe.ts";
import { createProbedNetworks } from "../../src/probes/probed-networks.ts";
import { createPriorNetworks } from "../../src/samplers/prior-networks.ts";
import { engine } from "../samplers/problems.ts";

/** Arrays as they are saved: readout weights N_L x D. */
export type Weights = Readonly<Record<string, Float64Array>>;

export function networkOf(problem: Problem, weights: Weights): ProbedNetwork {
	return createProbedNetworks(engine, problem)({ draws: 1, array: (name) => weights[name] }, 0);
}

export function priorWeights(problem: Problem, seed: number): Weights {
	const saved = createPriorNetworks(engine, problem)(seedStream(seed));
	const names = problem.network.layers.flatMap((_, l) => [`weights_${l + 1}`, `biases_${l + 1}`]);
	return Object.fromEntries(
		[...names, "readout_weights", "readout_biases"].flatMap((name) => {
			const values = saved.array(name, 0);
			return values ? [[name, values.slice()]] : [];
		}),
	);
}

/** What a probe says of one network, by layer and quantity: numbers, or the reason. */
export function readingsOf(
	probe: DrawProbe,
	problem: Problem,
	weights: Weights,
	context: Partial<ProbeContext> = {},
): Record<string, number[] | string> {
	const evaluate = probe.prepare(engine, { problem, prior: { kernels: [] }, ...context });
	return Object.fromEntries(
		evaluate(networkOf(problem, weights)).map((one) => [
			`${one.layer} ${one.quantity}`,
			"values" in one ? Array.from(one.values) : one.reason,
		]),
	);
}
