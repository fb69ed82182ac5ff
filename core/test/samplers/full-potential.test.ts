import { expect, test } from "vitest";
import type { Problem } from "../../src/index.ts";
import { createFullPotential } from "../../src/samplers/full-potential.ts";
import { createSamplingSpace } from "../../src/samplers/sampling-space.ts";
import { convolution, dense, engine, normalMatrix, randomProblem, residual } from "./problems.ts";

const architectures: [string, Problem][] = [
	["one erf layer", randomProblem({ points: 4, inputs: 3, layers: [dense(6, "erf", 2)] })],
	[
		"relu then tanh, biases, two outputs, mean-field",
		randomProblem({
			points: 6,
			inputs: 9,
			outputs: 2,
			layers: [dense(5, "relu", 2, 0.3), dense(4, "tanh", 1.5, 0.2)],
			readout: { weightVariance: 3, biasVariance: 0.4 },
			scaling: "mean-field",
			noiseVariance: 0.05,
		}),
	],
	[
		"two convolutions and a dense layer, biases, three outputs",
		randomProblem({
			points: 3,
			inputs: 4 * 8 * 2,
			outputs: 3,
			inputShape: [4, 8, 2],
			layers: [
				convolution(3, 2, "erf", 1.5, 0.2),
				convolution(2, 2, "tanh", 2, 0.3),
				dense(4, "erf", 2, 0.1),
			],
			readout: { weightVariance: 2, biasVariance: 0.2 },
		}),
	],
	[
		"residual blocks with biases, two outputs",
		randomProblem({
			points: 4,
			inputs: 3,
			outputs: 2,
			layers: [dense(4, "erf", 1.5, 0.2), residual(4, "tanh", 0.7, 1.3, 0.3), residual(4, "gelu", 1.2, 0.8)],
		}),
	],
];

test.each(architectures)("gradient agrees with central differences: %s", (_, problem) => {
	const { position, gradient, evaluate } = createFullPotential(createSamplingSpace(engine, problem));
	position.data.set(normalMatrix(3, 1, position.length).data);
	evaluate();
	const slopes = gradient.data.slice();
	const scale = Math.max(...slopes.map(Math.abs));
	const step = 1e-5;
	slopes.forEach((slope, i) => {
		const at = position.data[i]!;
		const shifted = (by: number) => {
			position.data[i] = at + by;
			return evaluate();
		};
		const difference = (shifted(step) - shifted(-step)) / (2 * step);
		position.data[i] = at;
		// Energies and third derivatives up to a few hundred: rounding 1e-14 / 1e-5 and truncation 1e-10 times 1e2.
		expect(Math.abs(difference - slope)).toBeLessThan(1e-8 * Math.max(1, scale));
	});
	expect(slopes.filter((slope) => slope === 0).length).toBeLessThan(slopes.length / 2);
});

test("targets can be set anew, as tests of joint distributions do", () => {
	const problem = randomProblem({ points: 2, inputs: 3, layers: [dense(4, "erf")], noiseVariance: 0.5 });
	const space = createSamplingSpace(engine, problem);
	const full = createFullPotential(space);
	full.position.data.fill(0);
	space.potential.targets.block.data.set([3, 4]);
	// f = 0: (9 + 16) / (2 x 0.5).
	expect(full.evaluate()).toBe(25);
});
