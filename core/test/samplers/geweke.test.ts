/**
 * Geweke's joint-distribution test (2004, JASA 99:799): drawing in turn data given weights and weights given data (by HMC
 * transitions) must leave the prior of the weights unchanged. At this length a log determinant that is wrong by a tenth fails.
 */
import { seedStream } from "@finitude/engine";
import { expect, test } from "vitest";
import { mcseMean } from "../../src/diagnostics/index.ts";
import { createHmcTransition } from "../../src/samplers/hmc-transition.ts";
import { dense, engine, potentialOf, randomProblem } from "./problems.ts";

test("alternating data and HMC transitions leaves the prior of the weights invariant", () => {
	const problem = randomProblem({
		points: 3,
		inputs: 2,
		outputs: 3,
		layers: [dense(2, "erf", 2, 0.3), dense(2, "tanh", 2)],
		readout: { weightVariance: 2, biasVariance: 0.2 },
		noiseVariance: 0.5,
	});
	const potential = potentialOf(problem);
	const transition = createHmcTransition(engine, potential);
	const stream = seedStream(5);
	const size = potential.position.length;
	const rows = potential.features.rows;
	// c = s_a^2 / N of the last layer.
	const scale = 2 / 2;
	const normals = engine.allocate(Math.max(size, rows + 3));

	/** For each output Y = F^T a + noise with the readout a ~ N(0, c), the bias being a constant feature. */
	const drawTargets = () => {
		potential.energy();
		const features = potential.features.block.data;
		for (let output = 0; output < 3; output++) {
			engine.fillNormal(stream, normals);
			for (let i = 0; i < 3; i++) {
				let f = Math.sqrt(0.5) * normals.data[rows + i]!;
				for (let m = 0; m < rows; m++) f += Math.sqrt(scale) * normals.data[m]! * features[m * 3 + i]!;
				potential.targets.block.data[3 * i + output] = f;
			}
		}
	};

	engine.fillNormal(stream, normals);
	let position: Float64Array = normals.data.slice(0, size);
	potential.position.data.set(position);
	drawTargets();
	let tuning = {
		...transition.stateAt(position, stream)!.tuning,
		stepSize: 0.3,
		averageLogStepSize: Math.log(0.3),
	};
	const draws = 60_000;
	const firstLayer = size - 4;
	const series = [0, 1, 2, 3].map(() => new Float64Array(draws));
	let accepted = 0;
	for (let t = 0; t < draws; t++) {
		potential.position.data.set(position);
		drawTargets();
		const energy = potential.evaluate();
		const state = { position, energy, gradient: potential.gradient.data.slice(), tuning };
		const outcome = transition.step(state, stream, false);
		accepted += outcome.info.acceptance;
		({ position, tuning } = outcome.state);
		const w = position;
		const meanSquare = (x: Float64Array) => x.reduce((sum, v) => sum + v * v, 0) / x.length;
		series[0]![t] = meanSquare(w.subarray(0, firstLayer));
		series[1]![t] = meanSquare(w.subarray(firstLayer));
		series[2]![t] = w[0]! * w[size - 1]!;
		series[3]![t] = w[1]! ** 4;
	}
	// A step so small that everything is accepted, or so large that nothing is, would prove nothing.
	expect(accepted / draws).toBeGreaterThan(0.5);
	expect(accepted / draws).toBeLessThan(0.99);
	// Moments of standard normals.
	const expected = [1, 1, 0, 3];
	const z = expected.map((truth, k) => {
		const error = mcseMean([series[k]!]);
		const mean = series[k]!.reduce((a, b) => a + b, 0) / draws;
		return error.defined ? (mean - truth) / error.value : Number.NaN;
	});
	// Four comparisons: 4 standard errors are exceeded by chance once in 4000 seeds.
	expect(z.filter((value) => !(Math.abs(value) < 4))).toEqual([]);
});
