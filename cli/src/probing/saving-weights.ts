import type { Experiment, Probe } from "@finitude/core";

/** Networks of each chain that probes of draws look at, at most: their averages need no more. */
const NETWORKS = 100;

/** The experiment with the weights of some draws kept, where a probe looks at networks and not at moments alone. */
export function savingWeights(experiment: Experiment, probes: readonly Probe[]): Experiment {
	const { sampling, problem } = experiment;
	const needed = probes.some((probe) => probe.of === "draws" && probe.applies(problem) === true);
	if (sampling === false || !needed) return experiment;
	const weightsEvery = Math.ceil(sampling.draws / NETWORKS);
	return { ...experiment, sampling: { ...sampling, saveWeights: true, weightsEvery } };
}
