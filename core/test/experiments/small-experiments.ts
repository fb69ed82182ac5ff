/** Experiments to change one thing in. */
import { resolveExperiment } from "@finitude/core";
import { createEngine } from "@finitude/engine";
import { filesOf, mnist } from "../helpers/experiments.ts";

const engine = await createEngine();
export const network = {
	layers: [{ type: "dense", width: 5, activation: "erf", weightVariance: 1 }],
	readout: { weightVariance: 1 },
	scaling: "standard",
};
export const teacher = {
	data: { source: "teacher", teacher: { type: "linear", dimension: 3 }, trainCount: 4, testCount: 2 },
	network,
	noiseVariance: 0.1,
};
export const problem = {
	trainInputs: [
		[1, 2],
		[3, 4],
	],
	trainTargets: [1, 2],
	network,
	noiseVariance: 0.1,
};
const files = filesOf({
	"problem.yaml": `name: on file\ntrainInputs: [[1, 2], [3, 4]]\ntrainTargets: [1, 2]\nnetwork: ${JSON.stringify(network)}\nnoiseVariance: 0.1\n`,
	"broken.yaml": `trainInputs: [[1, 2], [3, 4]]\ntrainTargets: [1, 2]\nnetwork: ${JSON.stringify(network)}\nnoiseVariance: -1\n`,
	"twice.json": '{"name": 1, "name": 2}',
});
export const resolve = (json: unknown) => resolveExperiment(json, { readBytes: files, mnist, engine });
