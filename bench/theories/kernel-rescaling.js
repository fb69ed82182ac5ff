/**
 * MNIST zeros and ones with 1,000 test points, erf units, N = 500: kernel, order parameters, predictions with variances. With torch
 * and deepbays in the Python that PYTHON names, its classes on the same data, ../python/deepbays_rescaling.py; their time is wall
 * time on all cores, ours processor time of one thread.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { resolveExperiment } from "@finitude/core";
import { readMnist } from "../../cli/dist/io/mnist.js";
import { threeDigits } from "../table.js";

export const size = "P";

const WIDTH = 500;
const TESTS = 1000;
const NOISE = 0.1;
const examples = fileURLToPath(new URL("../../examples", import.meta.url));

function digits(engine, points, layers) {
	const experiment = {
		name: "digits",
		seed: 1,
		data: {
			source: "mnist",
			classes: [0, 1],
			classTargets: [-1, 1],
			trainCount: points,
			testCount: TESTS,
			balanced: true,
			divideBy: 255,
			center: "train-mean",
			normalize: "unit-norm",
		},
		network: {
			layers: Array.from({ length: layers }, () => ({
				type: "dense",
				width: WIDTH,
				activation: "erf",
				weightVariance: 1,
			})),
			readout: { weightVariance: 1 },
			scaling: "standard",
		},
		noiseVariance: NOISE,
	};
	const context = {
		engine,
		readBytes: () => {
			throw new Error("MNIST is read as a whole");
		},
		mnist: () => readMnist(examples),
	};
	return resolveExperiment(experiment, context).problem;
}

const row = (title, points, layers, options = {}) => ({
	title,
	series: `L=${layers}`,
	size: points,
	options,
	problem: (engine) => digits(engine, points, layers),
});

export const cases = [
	row("L=1, P=200", 200, 1),
	row("L=1, P=1000", 1000, 1),
	row("L=1, P=3000", 3000, 1),
	row("L=3, P=500, vanilla", 500, 3),
	row("L=3, P=500, nested", 500, 3, { recursion: "nested" }),
	row("L=3, P=500, full", 500, 3, { recursion: "full" }),
];

const script = fileURLToPath(new URL("../python/deepbays_rescaling.py", import.meta.url));

/** A Python with deepbays; it imports cupy, which is needed for its CUDA class only. */
function findDeepbays() {
	const python = process.env.PYTHON || "python3";
	const check = "import torch, importlib.util, sys; sys.exit(importlib.util.find_spec('deepbays') is None)";
	return spawnSync(python, ["-c", check]).status === 0 ? python : undefined;
}

function runDeepbays(python, problem) {
	const folder = mkdtempSync(join(tmpdir(), "finitude-bench-"));
	try {
		for (const name of ["trainInputs", "trainTargets", "testInputs"]) {
			const { buffer, byteOffset, byteLength } = problem[name].data;
			writeFileSync(join(folder, name), new Uint8Array(buffer, byteOffset, byteLength));
		}
		const { network, noiseVariance, trainInputs } = problem;
		const description = {
			inputs: trainInputs.columns,
			layers: network.layers.length,
			width: WIDTH,
			weightVariance: network.layers[0].weightVariance,
			readoutVariance: network.readout.weightVariance,
			noiseVariance,
		};
		writeFileSync(join(folder, "case.json"), JSON.stringify(description));
		const { status, stdout, stderr } = spawnSync(python, [script, folder], {
			encoding: "utf8",
			maxBuffer: 2 ** 26,
		});
		if (status !== 0) throw new Error(`deepbays_rescaling.py: ${stderr}`);
		return JSON.parse(stdout);
	} finally {
		rmSync(folder, { recursive: true });
	}
}

const largest = (values) => values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);

/** max |a - b| / max |b|. */
const distance = (a, b) => largest(a.map((x, i) => x - b[i])) / largest(b);

/** Which of our cases is what deepbays computes: one layer, and its deep class, whose kernels are nested. */
const isTheirs = ({ network }, { recursion } = {}) => network.layers.length === 1 || recursion === "nested";

export const extra = (answer, { best }, { problem, options }) => {
	const columns = {
		"deepbays s": "-",
		"times as fast": "-",
		"Q differs": "-",
		"mean differs": "-",
		"variance differs": "-",
	};
	const python = findDeepbays();
	if (!python || !isTheirs(problem, options)) return columns;
	const theirs = runDeepbays(python, problem);
	if (theirs.error) return { ...columns, "deepbays s": `${threeDigits(theirs.seconds)}, ${theirs.error}` };
	const differs = (a, b) => distance(Float64Array.from(a), Float64Array.from(b)).toExponential(1);
	return {
		"deepbays s": threeDigits(theirs.seconds),
		"times as fast": threeDigits(theirs.seconds / best),
		"Q differs": differs(theirs.Q, answer.orderParameters.Q),
		"mean differs": differs(theirs.testMean, answer.testMean.data),
		"variance differs": differs(theirs.testVariance, answer.testVariance.data),
	};
};
