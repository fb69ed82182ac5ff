/** A problem small enough to solve and sample at once, as a user's file holds it. */
export const threePoints = {
	name: "three points",
	trainInputs: [
		[1, 0],
		[0, 1],
		[1, 1],
	],
	trainTargets: [1, -1, 0.5],
	testInputs: [[0.5, 0.5]],
	testTargets: [0.2],
	network: {
		layers: [{ type: "dense", width: 10, activation: "erf", weightVariance: 1 }],
		readout: { weightVariance: 1 },
		scaling: "standard",
	},
	noiseVariance: 0.1,
};
