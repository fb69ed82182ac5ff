/** Gradients in float32 along trajectories, energies in float64: close to the gradients in float64, and exactly the posterior. */
import { type Matrix, seedStream } from "@finitude/engine";
import { describe, expect, test } from "vitest";
import { combineChains, InputError, type Problem, runChain } from "../../src/index.ts";
import { squaredNorm } from "../../src/samplers/block-operations.ts";
import { createSamplingSpace } from "../../src/samplers/sampling-space.ts";
import { createSinglePrecisionForce } from "../../src/samplers/single-precision-force.ts";
import { integrate } from "../../src/samplers/trajectory.ts";
import { linearPosterior } from "./linear-posterior.ts";
import {
	convolution,
	dense,
	engine,
	narrowLinear,
	normalMatrix,
	randomProblem,
	residual,
} from "./problems.ts";

const architectures: [string, Problem][] = [
	["one erf layer", randomProblem({ points: 20, inputs: 6, layers: [dense(30, "erf")] })],
	[
		"two layers, biases, two outputs, mean-field",
		randomProblem({
			points: 12,
			inputs: 5,
			outputs: 2,
			layers: [dense(9, "relu", 2, 0.1), dense(7, "tanh", 1.3, 0.2)],
			readout: { weightVariance: 2, biasVariance: 0.4 },
			scaling: "mean-field",
		}),
	],
	[
		"a convolution, then functions of exp and log",
		randomProblem({
			points: 8,
			inputs: 16,
			inputShape: [4, 4, 1],
			layers: [convolution(4, 2, "softplus"), dense(5, "sigmoid", 2)],
		}),
	],
	[
		"plain loops and gelu",
		randomProblem({ points: 7, inputs: 4, layers: [dense(6, "sin"), dense(8, "gelu")] }),
	],
	[
		"residual blocks with a bias",
		randomProblem({
			points: 9,
			inputs: 4,
			layers: [dense(8, "erf", 2), residual(8, "tanh", 0.8, 1.5, 0.2), residual(8, "erf", 0.6)],
		}),
	],
];

describe.each(architectures)("%s", (_, problem) => {
	test.each(["point-space", "feature-space"] as const)(
		"the gradient is that of float64 to rounding, %s",
		(form) => {
			const space = createSamplingSpace(engine, problem);
			const { potential } = space;
			const force = createSinglePrecisionForce(space, form);
			engine.fillNormal(seedStream(3), potential.position);
			const energy = potential.evaluate();
			const exact = potential.gradient.data.slice();
			expect(force.evaluate()).toBe(energy);
			const scale = Math.max(...exact.map(Math.abs));
			// Tens of roundings of 6e-8, amplified by condition numbers below 1e3; seen 1e-5.
			exact.forEach((slope, i) => {
				expect(Math.abs(force.gradient.data[i]! - slope)).toBeLessThan(1e-4 * scale);
			});
			expect(Array.from(force.gradient.data)).not.toEqual(Array.from(exact));
		},
	);
});

test("gradient and energy depend on the position alone, to the bit", () => {
	const space = createSamplingSpace(engine, architectures[1]![1]);
	const force = createSinglePrecisionForce(space);
	const [here, elsewhere] = [1, 2].map((seed) => normalMatrix(seed, force.position.length, 1).data);
	const at = (position: Float64Array, evaluate: () => unknown) => {
		force.position.data.set(position);
		return [evaluate(), ...force.gradient.data];
	};
	const first = at(here!, force.evaluate);
	at(elsewhere!, force.evaluate);
	expect(at(here!, force.evaluate)).toEqual(first);
	at(elsewhere!, force.evaluateGradient!);
	expect(at(here!, force.evaluateGradient!)).toEqual([true, ...first.slice(1)]);
});

test("a trajectory with the momentum reversed returns to its start, and ends with the energy in float64", () => {
	const space = createSamplingSpace(engine, architectures[1]![1]);
	const { potential } = space;
	const force = createSinglePrecisionForce(space);
	const momentum = engine.allocate(force.position.length);
	engine.fillNormal(seedStream(5), force.position);
	engine.fillNormal(seedStream(6), momentum);
	const start = force.position.data.slice();
	const total = force.evaluate() + (squaredNorm(force.position) + squaredNorm(momentum)) / 2;
	const end = integrate(force, momentum, 0.05, 20);
	expect(end).toBe(potential.energy());
	// Second order in the step: the trajectory is that of float64 to a part in a thousand.
	expect(Math.abs(end + (squaredNorm(force.position) + squaredNorm(momentum)) / 2 - total)).toBeLessThan(
		0.05,
	);
	momentum.data.forEach((p, i) => {
		momentum.data[i] = -p;
	});
	integrate(force, momentum, 0.05, 20);
	// The way back sees positions that differ by roundings of 1e-16, which the float32 position hides or makes a step of
	// 6e-8 in the force, over 40 steps of size 0.05 and curvatures below 1e2.
	start.forEach((x, i) => {
		expect(Math.abs(force.position.data[i]! - x)).toBeLessThan(1e-5);
	});
});

test("hmc with float32 gradients samples the exact posterior", () => {
	const problem = narrowLinear(9, 4, 5);
	const settings = {
		sampler: "hmc",
		chains: 4,
		draws: 1500,
		warmup: 200,
		seed: 1,
		options: { precision: "float32" },
	};
	const chains = [0, 1, 2, 3].map((chain) => runChain(problem, engine, settings, chain));
	const answer = combineChains(problem, settings, chains);
	const exact = linearPosterior(problem);
	const z = (estimate: Matrix, error: Matrix, truth: ArrayLike<number>) =>
		Array.from(estimate.data, (x, i) => (x - truth[i]!) / error.data[i]!);
	const all = [
		...z(answer.trainMean, answer.trainMeanStandardError, exact.mean.slice(0, 9)),
		...z(answer.testMean!, answer.testMeanStandardError!, exact.mean.slice(9)),
		...z(answer.trainVariance, answer.trainVarianceStandardError, exact.variance.slice(0, 9)),
		...z(answer.testVariance!, answer.testVarianceStandardError!, exact.variance.slice(9)),
		...z(answer.kernels.output as Matrix, answer.kernelStandardErrors.output as Matrix, exact.kernel.data),
	];
	expect(all.length).toBeGreaterThan(100);
	// Exceeded by chance once in 16,000: not in these hundred with this seed.
	expect(all.filter((value) => !(Math.abs(value) < 4))).toEqual([]);
	expect(answer.convergence).toMatchObject({ converged: true });
});

test("tempered replicas want float64", () => {
	const problem = architectures[0]![1];
	const settings = { sampler: "hmc", chains: 1, draws: 10, warmup: 0, seed: 1 };
	const options = { precision: "float32", temper: 4 };
	expect(() => runChain(problem, engine, { ...settings, options }, 0)).toThrow(
		new InputError({
			where: "sampling.options.precision",
			wanted: "float64 with temper or evidence, whose replicas exchange energies at several noises",
			got: "float32",
		}),
	);
});

test("a kernel that float32 cannot tell from a singular one has no gradient, and hmc says what to do", () => {
	const problem = randomProblem({
		points: 40,
		inputs: 3,
		layers: [dense(60, "linear")],
		noiseVariance: 1e-12,
	});
	const force = createSinglePrecisionForce(createSamplingSpace(engine, problem));
	engine.fillNormal(seedStream(3), force.position);
	expect(force.evaluateGradient!()).toBe(false);
	expect(force.evaluate()).toBe(Number.POSITIVE_INFINITY);
	const settings = {
		sampler: "hmc",
		chains: 1,
		draws: 10,
		warmup: 0,
		seed: 1,
		options: { precision: "float32" },
	};
	expect(() => runChain(problem, engine, settings, 0)).toThrow(
		new InputError({
			where: "noiseVariance",
			wanted: "a noise that keeps kernel + noise positive definite in single precision",
			got: "1e-12",
			advice:
				"The Cholesky factorization failed at weights drawn from the prior: raise noiseVariance, or use precision float64.",
		}),
	);
});
