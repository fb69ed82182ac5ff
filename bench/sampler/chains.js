/** Our samplers as competitors, one chain each, for a given time. */
import { runChain } from "@finitude/core";
import { createFullPotential } from "../../core/dist/samplers/full-potential.js";
import { createLangevinDynamics } from "../../core/dist/samplers/langevin-dynamics.js";
import { createSamplingSpace } from "../../core/dist/samplers/sampling-space.js";
import { createSinglePrecisionForce } from "../../core/dist/samplers/single-precision-force.js";
import { stableStepSize } from "../../core/dist/samplers/stable-step-size.js";
import { cpuSeconds } from "../cpu-seconds.js";

/** More draws than any run here keeps. */
const ROOM = 20_000;

/**
 * Runs a chain of `warmup` draws and then of `seconds` of computing.
 *
 * @returns Seconds of warm-up and sampling, gradients of the sampling, and for every test point the series that its mean is the
 * average of (`means`, conditional means where the readout is integrated out) and the conditional variances.
 */
export function timedChain(engine, problem, sampler, { warmup, seconds, options = {} }) {
	const start = cpuSeconds();
	let warm = start;
	const settings = { sampler, chains: 1, draws: ROOM, warmup, seed: 1, options };
	const chain = runChain(problem, engine, settings, 0, {
		onProgress({ phase }) {
			if (phase === "warmup") warm = cpuSeconds();
		},
		shouldStop: () => warm > start && cpuSeconds() - warm > seconds,
	});
	const points = problem.testInputs.rows;
	const seriesOf = (stored) =>
		Array.from({ length: points }, (_, i) =>
			Float64Array.from({ length: chain.completedDraws }, (_, t) => stored[t * points + i]),
		);
	return {
		warmupSeconds: warm - start,
		seconds: cpuSeconds() - warm,
		gradients: chain.gradientEvaluations,
		means: seriesOf(chain.testMean),
		variances: seriesOf(chain.testVariance),
	};
}

/** The step size that the option "auto" of `langevin` stands for. */
export function automaticStepSize(engine, problem) {
	const mark = engine.mark();
	const space = createSamplingSpace(engine, problem);
	const full = createFullPotential(space);
	const result = stableStepSize(space, full, createLangevinDynamics(space, full));
	engine.release(mark);
	return result;
}

/** Best seconds of one gradient: `integrated` of the potential without the readout, `single` of it in float32, `full` with it. */
export function gradientSeconds(engine, problem) {
	const mark = engine.mark();
	const space = createSamplingSpace(engine, problem);
	const full = createFullPotential(space);
	const force = createSinglePrecisionForce(space);
	space.potential.position.data.fill(0.1);
	full.position.data.fill(0.1);
	const best = (run) => {
		let seconds = Number.POSITIVE_INFINITY;
		const end = performance.now() + 500;
		while (performance.now() < end) {
			const start = performance.now();
			run();
			seconds = Math.min(seconds, (performance.now() - start) / 1000);
		}
		return seconds;
	};
	const result = {
		integrated: best(() => space.potential.evaluate()),
		single: best(() => force.evaluateGradient()),
		full: best(() => full.evaluate()),
	};
	engine.release(mark);
	return result;
}
