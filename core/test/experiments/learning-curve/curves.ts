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
import { filesOf, mnist } from "../../helpers/experiments.ts";

export const engine = await createEngine();

const table = `x,y,t\n${Array.from({ length: 12 }, (_, i) => `${i},${i * i},${i % 2}`).join("\n")}\n`;

export const resolveCurve = (json: unknown): LearningCurve =>
	resolveLearningCurve(json, { readBytes: filesOf({ "table.csv": table }), mnist, engine });

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
