export {
	AGREEMENT,
	type Measured,
	NOT_PREDICTED,
	type Predicted,
	type ProbeResult,
	type ProbeRow,
	type Probing,
} from "./measured.ts";
export { comparisonQuantities, probeComparison } from "./probe-comparison.ts";
export {
	type ProbedChains,
	type ProbedExperiment,
	type ProbingInput,
	probeExperiment,
} from "./probe-experiment.ts";
export { taughtDirection } from "./taught-direction.ts";
