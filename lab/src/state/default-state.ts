import type { LabState } from "@finitude/core/permalink";

/** What an address without a state shows: a curve that a wide network and a narrow one learn differently. */
export const defaultState: LabState = {
	experiment: {
		name: "a curve in one dimension",
		seed: 1,
		data: {
			source: "teacher",
			teacher: { type: "network", width: 3, activation: "sin", dimension: 1, inputVariance: 4 },
			trainCount: 24,
			testCount: 120,
			targetNoiseVariance: 0.005,
		},
		network: {
			layers: [{ type: "dense", width: 20, activation: "erf", weightVariance: 4, biasVariance: 1 }],
			readout: { weightVariance: 4, biasVariance: 0 },
			scaling: "standard",
		},
		noiseVariance: 0.005,
		theories: "all",
		sampling: { sampler: "hmc", chains: 4, draws: 1000, warmup: 500 },
	},
	scalingExponent: 0,
};
