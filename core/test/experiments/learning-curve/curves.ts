/** Learning curves measured in this thread. */
import { createEngine } from "@finitude/engine";
import {
	type LearningCurve,
	type MeasureContext,
	measureLearningCurve,
	resolveLearningCurve,
	sampleInProcess,
	solveTheories,
} from "../../../src/index.ts";
import { idxFile } from "../../helpers/data-files.ts";
import { filesOf } from "../../helpers/experiments.ts";

export const engine = await createEngine();

const table = `x,y,t\n${Array.from({ length: 12 }, (_, i) => `${i},${i * i},${i % 2}`).join("\n")}\n`;

const uneven = `x,y,t\n${Array.from({ length: 12 }, (_, i) => `${i},${i * i},${i < 8 ? i % 2 : 0}`).join("\n")}\n`;

/** Sixty images of 2 x 2 pixels in the place of MNIST, no two alike, of the digits 0, 1 and 2 in turn. */
const images = idxFile(
	[60, 2, 2],
	Array.from({ length: 240 }, (_, k) => (7 * k) % 256),
);
const labels = idxFile(
	[60],
	Array.from({ length: 60 }, (_, i) => i % 3),
);

export const files = {
	engine,
	readBytes: filesOf({ "table.csv": table, "uneven.csv": uneven }),
	mnist: () => ({ trainImages: images, trainLabels: labels, testImages: images, testLabels: labels }),
};

export const resolveCurve = (json: unknown): LearningCurve => resolveLearningCurve(json, files);

export const context: MeasureContext = {
	solve: async (problem, theories) => solveTheories(problem, theories, { engine, clock: () => 0 }),
	sample: sampleInProcess(engine),
};

export const measure = (curve: LearningCurve, changes: Partial<MeasureContext> = {}) =>
	measureLearningCurve(curve, { ...context, ...changes });

export const linearNetwork = {
	layers: [{ type: "dense", width: 10, activation: "linear", weightVariance: 1.5 }],
	readout: { weightVariance: 0.8 },
	scaling: "standard",
};

/** A noisy linear teacher of a linear network. */
export const linearTeacher = {
	name: "linear",
	seed: 3,
	data: {
		source: "teacher",
		teacher: { type: "linear", dimension: 4 },
		trainCount: 12,
		testCount: 20,
		targetNoiseVariance: 0.1,
	},
	network: linearNetwork,
	noiseVariance: 0.2,
	theories: ["nngp"],
	sampling: false,
};

/** Digits as they are, not preprocessed. */
export const digits = {
	data: { source: "mnist", classes: [0, 1, 2], trainCount: 24, testCount: 6 },
	network: linearNetwork,
	noiseVariance: 0.2,
	sampling: false,
};
