/** A problem small enough to solve and sample in a second, with test targets. */
export const fourPoints = {
	trainInputs: [
		[1, 0.2],
		[-0.3, 1],
		[0.7, -1.1],
		[-1.2, -0.4],
	],
	trainTargets: [0.8, -0.6, 0.3, -0.9],
	testInputs: [
		[0.5, 0.5],
		[-0.6, 0.1],
	],
	testTargets: [0.4, -0.5],
	network: {
		layers: [{ type: "dense", width: 8, activation: "erf", weightVariance: 1 }],
		readout: { weightVariance: 1 },
		scaling: "standard",
	},
	noiseVariance: 0.1,
};
