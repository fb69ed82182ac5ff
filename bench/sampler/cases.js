/**
 * The posteriors that samplers are compared on. 100 training and 10 test points of 784 inputs whose principal components fall
 * off as those of images do, labels -1 and 1 from a linear teacher.
 */
import { seedStream, view } from "@finitude/engine";

const TRAIN = 100;
const TEST = 10;
const INPUTS = 784;

/** Standard normals, the component j scaled by 1/sqrt(j + 1), all rows of length sqrt(columns) on average. */
function inputRows(engine, rows, columns) {
	const block = engine.allocate(rows * columns);
	engine.fillNormal(seedStream(1), block);
	const scales = Array.from({ length: columns }, (_, j) => 1 / Math.sqrt(j + 1));
	const norm = Math.sqrt(columns / scales.reduce((sum, s) => sum + s * s, 0));
	return Array.from({ length: rows }, (_, i) =>
		scales.map((scale, j) => norm * scale * block.data[i * columns + j]),
	);
}

/** Labels of a linear teacher that looks at the leading components. */
function labels(rows) {
	return rows.map((x) => (x[0] + x[1] - x[2] + x[3] > 0 ? 1 : -1));
}

/**
 * The same rows in as many coordinates as there are rows, X = L Q with X X^T = L L^T: a rotation, under which all samplers here
 * behave as with all inputs, only faster.
 */
function rotated(engine, rows) {
	const n = rows.length;
	const x = view(engine.allocate(n * rows[0].length), n, rows[0].length);
	x.block.data.set(rows.flat());
	const gram = view(engine.allocate(n * n), n, n);
	engine.syrk(1, x, 0, gram);
	if (engine.cholesky(gram) >= 0) throw new Error("cases: the inputs are not independent.");
	return Array.from({ length: n }, (_, i) =>
		Array.from({ length: n }, (_, j) => (j <= i ? gram.block.data[i * n + j] : 0)),
	);
}

function problemOf(name, rows, targets, network, noiseVariance) {
	return {
		name,
		trainInputs: rows.slice(0, TRAIN),
		trainTargets: targets.slice(0, TRAIN),
		testInputs: rows.slice(TRAIN),
		network: { readout: { weightVariance: 1 }, scaling: "standard", ...network },
		noiseVariance,
	};
}

const dense = (width, activation, weightVariance = 1) => ({
	type: "dense",
	width,
	activation,
	weightVariance,
});

/** @param engine A scratch engine. @returns Cases with an `id`, a `title` and a `problem` as its JSON file has it. */
export function createCases(engine) {
	const rows = inputRows(engine, TRAIN + TEST, INPUTS);
	const targets = labels(rows);
	const fewer = rotated(engine, rows);
	// s^2 / fan-in stays what it is with all inputs.
	const kept = fewer.length / INPUTS;
	const onImages = (id, title, network, noiseVariance) => {
		const [first, ...others] = network.layers;
		const layers = [{ ...first, weightVariance: first.weightVariance * kept }, ...others];
		const problem = problemOf(title, fewer, targets, { ...network, layers }, noiseVariance);
		return { id, title, problem };
	};
	const sequences = inputRows(engine, TRAIN + TEST, 60);
	const convolution = {
		layers: [{ type: "convolution", channels: 50, patch: 10, activation: "linear", weightVariance: 1 }],
	};
	const cnn = "linear CNN, 50 channels, 6 patches of 10, P=100, kappa=0.05";
	return [
		onImages("erf", "erf, P=100, d=784 rotated, N=100, kappa=0.05", { layers: [dense(100, "erf")] }, 0.05),
		onImages(
			"mean-field",
			"erf, P=100, d=784 rotated, N=100, mean-field, kappa=0.1/N",
			{ layers: [dense(100, "erf")], scaling: "mean-field" },
			0.1 / 100,
		),
		onImages(
			"deep",
			"erf, 2 hidden layers, P=100, d=784 rotated, N=100, kappa=0.05",
			{ layers: [dense(100, "erf"), dense(100, "erf")] },
			0.05,
		),
		onImages(
			"relu",
			"relu, P=100, d=784 rotated, N=100, kappa=0.05",
			{ layers: [dense(100, "relu", 2)] },
			0.05,
		),
		{ id: "cnn", title: cnn, problem: problemOf(cnn, sequences, labels(sequences), convolution, 0.05) },
	];
}

/** 200 normal points of 50 inputs, one layer of 500 erf units: a size at which gradients are told apart. */
export function gradientProblem(engine) {
	const block = engine.allocate(200 * 51);
	engine.fillNormal(seedStream(1), block);
	const inputs = Array.from({ length: 200 }, (_, i) => [...block.data.subarray(50 * i, 50 * i + 50)]);
	return {
		trainInputs: inputs,
		trainTargets: [...block.data.subarray(200 * 50)],
		network: { layers: [dense(500, "erf")], readout: { weightVariance: 1 }, scaling: "standard" },
		noiseVariance: 0.1,
	};
}
