/**
 * npm run bench -- sampler [case ...] [--seconds n]: effective samples per second of the posterior mean of f at the test
 * points, of our samplers and of a plain Langevin sampler in Python, on the same posteriors, one thread each, in one run. Times
 * are those of the processor, so that other users of the machine matter little. The Langevin samplers run n seconds, a minute
 * or so a case in all.
 *
 * ESS: bulk effective sample size of the series whose average is the posterior mean, the median over test points. "draws of f"
 * counts the independent draws of f that would tell its mean as well: more where conditional means are averaged. Below an ESS
 * of 10 a chain has hardly moved: a rate is then an upper bound, and a ratio to it a lower one. `langevin` draws the part of the
 * first layer that the training inputs do not read afresh for every draw; the one in Python waits for it to diffuse.
 */
import { parseArgs } from "node:util";
import { bulkEss, mcseMean, parseProblem } from "@finitude/core";
import { createEngine } from "@finitude/engine";
import { findPython } from "../numpy.js";
import { formatTable, threeDigits } from "../table.js";
import { breakdown } from "./breakdown.js";
import { createCases, gradientProblem } from "./cases.js";
import { automaticStepSize, gradientSeconds, timedChain } from "./chains.js";
import { pythonLibraries, timedPythonChain } from "./python.js";

/** Steps between two draws of the Langevin samplers: far closer than their correlation time, so that nothing is lost. */
const EVERY = 50;

const HMC_WARMUP = 200;

/** Share of the time that the samplers of many effective draws a second get: theirs are counted well enough in less. */
const FAST_SHARE = 0.25;

/** An ESS below this is no estimate: the chain has hardly moved. */
const SMALLEST_ESS = 10;

const median = (values) => {
	const sorted = [...values].sort((a, b) => a - b);
	return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
};

function variance(x) {
	const mean = x.reduce((sum, v) => sum + v, 0) / x.length;
	return x.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (x.length - 1);
}

const known = (diagnostic) => (diagnostic.defined ? diagnostic.value : 0);

/** Bulk ESS of every test point's series, and how many independent draws of f would tell its mean as well. */
function effectiveSamples({ means, variances }) {
	return {
		bulk: means.map((series) => known(bulkEss([series]))),
		independent: means.map((series, i) => {
			const spread =
				variance(series) + (variances ? variances[i].reduce((a, b) => a + b, 0) / series.length : 0);
			const error = mcseMean([series]);
			return error.defined ? spread / error.value ** 2 : 0;
		}),
	};
}

/** "12.3", or with "< " where there are too few effective samples to count. */
function perSecond(ess, seconds) {
	return ess < SMALLEST_ESS ? `< ${threeDigits(SMALLEST_ESS / seconds)}` : threeDigits(ess / seconds);
}

/** The largest difference from the test means of `truth` in standard errors. */
function largestScore(run, truth) {
	const mean = (series) => series.reduce((sum, x) => sum + x, 0) / series.length;
	const scores = run.means.map((series, i) => {
		const error = Math.hypot(known(mcseMean([series])), known(mcseMean([truth.means[i]])));
		return Math.abs(mean(series) - mean(truth.means[i])) / error;
	});
	return Math.max(...scores);
}

/** Median ESS per second, an upper bound where there are too few effective samples to count. */
function rate(ess, seconds) {
	return Math.max(median(ess), SMALLEST_ESS) / seconds;
}

function rowOf(title, run, { baseline, truth }) {
	const { bulk, independent, seconds, warmupSeconds, gradients } = run;
	// A bound of the slower one bounds their ratio from below.
	const times = (name) => {
		if (run === baseline) return "1";
		const bound = median(baseline[name]) < SMALLEST_ESS ? "> " : "";
		return `${bound}${threeDigits(rate(run[name], seconds) / rate(baseline[name], baseline.seconds))}`;
	};
	return [
		title,
		threeDigits((1000 * seconds) / gradients),
		threeDigits(warmupSeconds),
		threeDigits(seconds),
		threeDigits(median(bulk)),
		perSecond(median(bulk), seconds),
		perSecond(Math.min(...bulk), seconds),
		perSecond(median(independent), seconds),
		run === truth ? "-" : threeDigits(largestScore(run, truth)),
		times("bulk"),
		times("independent"),
	];
}

const HEADER = [
	"",
	"ms/gradient",
	"warm-up s",
	"sampling s",
	"ESS",
	"ESS/s median",
	"ESS/s smallest",
	"draws of f/s",
	"|z| from hmc",
	"ratio of ESS/s",
	"of draws of f/s",
];

function runCase(engine, python, libraries, { title, problem: json }, seconds) {
	const problem = parseProblem(json);
	const competitors = [];
	const add = (name, result) => {
		competitors.push([name, { ...result, ...effectiveSamples(result) }]);
		process.stderr.write(`${title}: ${name}\n`);
	};
	const gradient = gradientSeconds(engine, problem);
	const fast = FAST_SHARE * seconds;
	const warmupFor = (stepsPerDraw, time) => Math.ceil((0.2 * time) / (stepsPerDraw * gradient.full));
	add("hmc", timedChain(engine, problem, "hmc", { warmup: HMC_WARMUP, seconds: fast }));
	const malaSteps = 20;
	add(
		"mala",
		timedChain(engine, problem, "mala", {
			warmup: warmupFor(malaSteps, fast),
			seconds: fast,
			options: { stepsPerDraw: malaSteps },
		}),
	);
	const { stepSize } = automaticStepSize(engine, problem);
	const options = { stepSize, stepsPerDraw: EVERY };
	add(
		"langevin",
		timedChain(engine, problem, "langevin", { warmup: warmupFor(EVERY, seconds), seconds, options }),
	);
	for (const { name, title: library } of libraries) {
		const settings = { stepSize, every: EVERY, warmupSeconds: 0.2 * seconds, seconds };
		add(`langevin, ${library}`, timedPythonChain(python, name, json, settings));
	}
	const against = { truth: competitors[0][1], baseline: competitors[libraries.length > 0 ? 3 : 2][1] };
	console.log(`\n${title}`);
	console.log(formatTable([HEADER, ...competitors.map(([name, run]) => rowOf(name, run, against))]));
	console.log(
		`gradient, best: ${threeDigits(1000 * gradient.integrated)} ms with the readout integrated out, ` +
			`${threeDigits(1000 * gradient.single)} ms in float32, ` +
			`${threeDigits(1000 * gradient.full)} ms with all weights; eta ${stepSize.toPrecision(3)}, a tenth of the largest stable step`,
	);
	const parts = breakdown(engine, problem, HMC_WARMUP);
	console.log(`hmc: ${parts.map(([part, share]) => `${part} ${Math.round(100 * share)} %`).join(", ")}`);
}

/** @param words Arguments after "sampler". */
export async function benchSamplers(words) {
	const { values, positionals } = parseArgs({
		args: words,
		options: { seconds: { type: "string", default: "20" } },
		allowPositionals: true,
	});
	const seconds = Number(values.seconds);
	const engine = await createEngine({ engine: "wasm" });
	const python = findPython();
	const libraries = python ? pythonLibraries(python) : [];
	if (libraries.length === 0)
		console.log("No python3 with NumPy and SciPy; name one in the environment variable PYTHON to compare.");
	console.log(`Node ${process.versions.node}, ${process.platform} ${process.arch}, engine ${engine.variant}`);
	const size = gradientSeconds(engine, parseProblem(gradientProblem(engine)));
	console.log(
		`gradient, erf, N=500, d=50, P=200: ${threeDigits(1000 * size.integrated)} ms with the readout integrated out, ` +
			`${threeDigits(1000 * size.single)} ms in float32, ${threeDigits(1000 * size.full)} ms with all weights`,
	);
	for (const one of createCases(engine)) {
		if (positionals.length > 0 && !positionals.includes(one.id)) continue;
		runCase(engine, python, libraries, one, seconds);
	}
}
