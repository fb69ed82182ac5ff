import { type Engine, load } from "@finitude/engine";
import type { ValidityNote } from "../answer/answer.ts";
import type { Problem } from "../problem/problem.ts";
import { createPotential, type Potential } from "./potential.ts";
import { RANK_THRESHOLD } from "./row-space.ts";
import { type WhitenedInputs, whitenInputs } from "./whitened-inputs.ts";
import { type WhitenedNetwork, whitenNetwork } from "./whitened-network.ts";

/**
 * A problem bound to an engine in coordinates where all weights are independent standard normals a priori, the first layer in
 * the row space of the training inputs. Every sampler works here, and the observer reads its draws here.
 */
export interface SamplingSpace {
	readonly engine: Engine;
	readonly problem: Problem;
	readonly network: WhitenedNetwork;
	readonly inputs: WhitenedInputs;
	/** -log p(Y | hidden weights), the readout integrated out, with its work space. */
	readonly potential: Potential;
	/** What the coordinates leave out. */
	readonly notes: readonly ValidityNote[];
}

/** Allocates the work space; the caller releases it. */
export function createSamplingSpace(engine: Engine, problem: Problem): SamplingSpace {
	const inputs = whitenInputs(engine, problem);
	const network = whitenNetwork(problem, inputs.directions);
	const potential = createPotential(engine, problem, network, load(engine, inputs.train));
	return { engine, problem, network, inputs, potential, notes: [rankNote(inputs, problem)] };
}

function rankNote({ rank, positions }: WhitenedInputs, { network, trainInputs }: Problem): ValidityNote {
	const first = network.layers[0]!;
	const fanIn = first.type === "dense" ? "inputs" : "inputs of a patch";
	const size = first.type === "dense" ? trainInputs.columns : trainInputs.columns / positions;
	const rows = trainInputs.rows * positions;
	return {
		name: "input rank",
		value: rank,
		message:
			`The first layer is sampled in the ${rank} directions that the ${rows} training ${first.type === "dense" ? "inputs" : "patches"} span ` +
			`(of ${size} ${fanIn}${first.biasVariance > 0 ? " and the bias" : ""}); singular values below ${RANK_THRESHOLD} of the largest are dropped.`,
	};
}
