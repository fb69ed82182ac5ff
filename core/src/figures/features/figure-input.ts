import type { ProbedExperiment } from "../../experiments/probing/probe-experiment.ts";

/** What the page of a probing shows. */
export interface FeaturesFigureData {
	readonly title: string;
	readonly subtitle: string;
	readonly probed: ProbedExperiment;
	/** P: the point drawn in each row and column of a kernel. */
	readonly order: ArrayLike<number>;
	/** What the order is: "training point, sorted by target". */
	readonly axisLabel: string;
}
