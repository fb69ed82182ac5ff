/**
 * Twenty inputs, one output, erf units in the mean-field scaling with kappa = 0.2/N; convolutions have P J = 400 sites. "passes"
 * are evaluations of the free energy and its gradient, "solve/pass" what the quickest solve took for each, everything else in it
 * included, "pass" the quickest of many products with the Hessian, each one pass. NumPy times the matrix products of one,
 * ../python/equations_of_state_pass.py.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { freeEnergyObjective } from "../../core/dist/theories/equations-of-state/free-energy.js";
import { gaussianOutput } from "../../core/dist/theories/equations-of-state/gaussian-output.js";
import { prepareModel } from "../../core/dist/theories/equations-of-state/model.js";
import { hessianProduct } from "../../core/dist/theories/equations-of-state/newton-cg.js";
import { cpuSeconds } from "../cpu-seconds.js";
import { findPython } from "../numpy.js";
import { threeDigits } from "../table.js";
import { teacherProblem } from "./teacher-student.js";

export const size = "P";

const WIDTH = 100;
const DIMENSION = 20;

const dense = (weightVariance) => ({ type: "dense", width: WIDTH, activation: "erf", weightVariance });

const convolution = (patch, weightVariance) => ({
	type: "convolution",
	channels: WIDTH,
	patch,
	activation: "erf",
	weightVariance,
});

const row = (title, points, layers, { dimension = DIMENSION, series = title } = {}) => ({
	title,
	series,
	size: points,
	problem: (engine) =>
		teacherProblem(engine, {
			points,
			dimension,
			network: { layers, readout: { weightVariance: 1 }, scaling: "mean-field" },
			noiseVariance: 0.2 / WIDTH,
		}),
});

const deep = [dense(1), dense(2)];

export const cases = [
	...[100, 200, 400, 1000].map((P) => row(`L=1, P=${P}`, P, [dense(1)], { series: "L=1" })),
	...[100, 200, 400].map((P) => row(`L=2, P=${P}`, P, deep, { series: "L=2" })),
	row("CNN, L=1, P=100, J=4", 100, [convolution(5, 1)]),
	row("CNN, L=2, P=100, J=8 and 4", 100, [convolution(5, 1), convolution(2, 2)], { dimension: 40 }),
];

const passesOf = ({ validity }) => validity.find(({ name }) => name === "passes").value;

const PASS_SECONDS = 2;

/** Processor seconds of the quickest product with the Hessian at infinite width. */
function quickestPass(engine, { network, noiseVariance, trainTargets, ...data }) {
	const weights = network.layers.map((layer) => layer.width ?? layer.channels);
	const output = gaussianOutput(trainTargets, noiseVariance, 1);
	const { model, start } = prepareModel(engine, { network, ...data }, { weights, output, jitter: 0 });
	const objective = freeEnergyObjective(engine, model);
	const energy = objective.at(start);
	let best = Number.POSITIVE_INFINITY;
	for (const end = cpuSeconds() + PASS_SECONDS; cpuSeconds() < end; ) {
		const begin = cpuSeconds();
		hessianProduct(engine, objective, start, energy, energy.gradients);
		best = Math.min(best, cpuSeconds() - begin);
	}
	return best;
}

export const extra = (answer, { best }, { engine, problem }) => ({
	passes: `${passesOf(answer)}`,
	"solve/pass ms": threeDigits((1000 * best) / passesOf(answer)),
	"pass ms": threeDigits(1000 * quickestPass(engine, problem)),
});

const TARGET = "L=2, P=400";
const SECONDS = { wasm: 15, native: 6 };
const TIMES_NUMPY = 3;

const script = fileURLToPath(new URL("../python/equations_of_state_pass.py", import.meta.url));

/** Processor seconds of the matrix products of one pass at P = 400, L = 2 in NumPy, one thread; `environment` adds variables. */
function numpyPass(python, environment) {
	const { status, stdout, stderr } = spawnSync(python, [script, "400", "2", `${DIMENSION}`], {
		encoding: "utf8",
		env: {
			...process.env,
			OPENBLAS_NUM_THREADS: "1",
			MKL_NUM_THREADS: "1",
			VECLIB_MAXIMUM_THREADS: "1",
			...environment,
		},
	});
	if (status !== 0) throw new Error(`equations_of_state_pass.py: ${stderr}`);
	return Number(stdout);
}

/** What the row of P = 400 and two layers should take, and did. */
export function targets(runs) {
	const target = runs.filter(({ title }) => title === TARGET);
	if (target.length === 0) return;
	for (const { variant, engine, first } of target) {
		const wanted = SECONDS[engine.split("-")[0]];
		if (wanted) console.log(`${TARGET}, ${variant}: ${threeDigits(first)} s, wanted below ${wanted} s`);
	}
	const python = findPython();
	if (!python) {
		console.log("No python3 with NumPy; name one in the environment variable PYTHON to compare a pass.");
		return;
	}
	const competitors = { NumPy: {}, "NumPy, AVX2": { OPENBLAS_CORETYPE: "Haswell" } };
	for (const [title, environment] of Object.entries(competitors)) {
		const numpy = numpyPass(python, environment);
		for (const { variant, extra } of target) {
			const ratio = Number(extra["pass ms"]) / (1000 * numpy);
			console.log(
				`a pass, ${variant}: ${extra["pass ms"]} ms, ${threeDigits(ratio)} times the ${threeDigits(1000 * numpy)} ms of its matrix products in ${title}; wanted at most ${TIMES_NUMPY}`,
			);
		}
	}
}
