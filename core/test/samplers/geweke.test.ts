/**
 * Geweke's joint-distribution test (2004, JASA 99:799): drawing in turn data given weights and weights given data (by HMC
 * transitions) must leave the prior of the weights unchanged. It sees any error in the potential, its gradient's use, the
 * integrator or the acceptance step.
 */
import { seedStream } from "@finitude/engine";
import { expect, test } from "vitest";
import { mcseMean } from "../../src/diagnostics/index.ts";
import { createHmcTransition } from "../../src/samplers/hmc-transition.ts";
import { dense, engine, potentialOf, randomProblem } from "./problems.ts";

test("alternating data and HMC transitions leaves the prior of the weights and of the data invariant", () => {
	const problem = randomProblem({
		points: 3,
		inputs: 2,
		layers: [dense(2, "erf", 2, 0.3), dense(3, "tanh", 1.5)],
		readout: { weightVariance: 2, biasVariance: 0.2 },
		noiseVariance: 0.2,
	});
	const potential = potentialOf(problem);
	const transition = createHmcTransition(engine, potential);
	const stream = seedStream(5);
	const size = potential.position.length;
	const rows = potential.features.rows;
	const scale = 2 / 3;
	const normals = engine.allocate(Math.max(size, rows + 3));

	/** Y = F^T a + noise with the readout a ~ N(0, c) and the bias as a constant feature. */
	const drawTargets = () => {
		potential.energy();
		engine.fillNormal(stream, normals);
		const features = potential.features.block.data;
		for (let i = 0; i < 3; i++) {
			let f = Math.sqrt(0.2) * normals.data[rows + i]!;
			for (let m = 0; m < rows; m++) f += Math.sqrt(scale) * normals.data[m]! * features[m * 3 + i]!;
			potential.targets.block.data[i] = f;
		}
	};

	engine.fillNormal(stream, normals);
	let position = normals.data.slice(0, size);
	potential.position.data.set(position);
	drawTargets();
	let tuning = {
		...transition.stateAt(position, stream)!.tuning,
		stepSize: 0.6,
		averageLogStepSize: Math.log(0.6),
	};
	const draws = 20_000;
	const statistics = [
		"first weight squared",
		"last weight squared",
		"product",
		"fourth power",
		"target squared",
	];
	const series = statistics.map(() => new Float64Array(draws));
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
		const y = potential.targets.block.data[0]!;
		[w[0]! ** 2, w[size - 1]! ** 2, w[0]! * w[size - 1]!, w[1]! ** 4, Math.min(y * y, 100)].forEach(
			(value, k) => {
				series[k]![t] = value;
			},
		);
	}
	// A step so small that everything is accepted, or so large that nothing is, would prove nothing.
	expect(accepted / draws).toBeGreaterThan(0.5);
	expect(accepted / draws).toBeLessThan(0.99);
	const expected = [1, 1, 0, 3];
	const z = expected.map((truth, k) => {
		const error = mcseMean([series[k]!]);
		const mean = series[k]!.reduce((a, b) => a + b, 0) / draws;
		return error.defined ? (mean - truth) / error.value : Number.NaN;
	});
	// Four comparisons: 4 standard errors are exceeded by chance once in 4000 seeds.
	expect(z.filter((value) => !(Math.abs(value) < 4))).toEqual([]);
});
