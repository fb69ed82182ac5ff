import { type Engine, matrix } from "@finitude/engine";
import type { Estimate } from "../../diagnostics/estimate.ts";
import { stacked } from "../../problem/stacked.ts";
import { shortestLength } from "../../samplers/combined-draws.ts";
import { savedNetworks } from "../../samplers/saved-networks.ts";
import type { SampledNetwork } from "../analysis.ts";
import { conditionalMeans } from "./conditional-mean.ts";
import { type FunctionMeasures, sampledFunctionMeasures } from "./function-measures.ts";
import { type Kurtosis, kurtosis } from "./kurtosis.ts";
import type { TaughtProblem } from "./setting.ts";
import { weightOverlap } from "./weight-overlap.ts";

/** What one sampled network says, or their average over data sets. */
export interface OverlapMeasures extends FunctionMeasures<Estimate> {
	/** (1): R. */
	readonly weightOverlap: Estimate;
	/** (R - 1/d) / (1 - 1/d); absent where d = 1. */
	readonly collapse?: Estimate;
	/** (3), of the pre-activations at fresh inputs. */
	readonly preactivationKurtosis: Kurtosis;
	/** (3), of w_i.u. */
	readonly projectionKurtosis: Kurtosis;
}

/** On one data set. */
export interface OverlapRun extends OverlapMeasures {
	readonly dataSeed: number;
	readonly converged: boolean;
	/** Of everything that the sampler monitors. */
	readonly maxRHat?: number;
	/** Of the overlap of single draws. */
	readonly overlapRHat?: number;
}

/** Fresh inputs at which pre-activations are looked at: their average is known far better than the kurtosis at each. */
const KURTOSIS_INPUTS = 100;

/** @param sampled with the weights of every draw */
export function overlapRun(
	engine: Engine,
	{ problem, direction, fresh, judges }: TaughtProblem,
	sampled: SampledNetwork,
	dataSeed: number,
): OverlapRun {
	const draws = shortestLength(sampled.chains);
	const chains = sampled.chains.map((chain) => savedNetworks(chain, draws));
	const { overlap, collapse, rHat } = weightOverlap(chains, direction);
	const inputs = direction.length;
	const looked = matrix(KURTOSIS_INPUTS, inputs, fresh.data.subarray(0, KURTOSIS_INPUTS * inputs));
	const all = stacked(problem.trainInputs, fresh);
	const means = conditionalMeans(engine, problem, chains, all, judges.targets);
	const { answer } = sampled;
	const { maxRHat } = answer.diagnostics;
	return {
		dataSeed,
		weightOverlap: overlap,
		...(collapse && { collapse }),
		...sampledFunctionMeasures(judges, means),
		preactivationKurtosis: kurtosis(engine, chains, looked, true),
		projectionKurtosis: kurtosis(engine, chains, matrix(1, inputs, direction), false),
		converged: answer.convergence.converged,
		...(maxRHat !== undefined && { maxRHat }),
		...(rHat !== undefined && { overlapRHat: rHat }),
	};
}
