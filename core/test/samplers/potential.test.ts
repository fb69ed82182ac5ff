import { load, matrix, multiply } from "@finitude/engine";
import { describe, expect, test } from "vitest";
import type { Problem } from "../../src/index.ts";
import { createPotential } from "../../src/samplers/potential.ts";
import { whitenNetwork } from "../../src/samplers/whitened-network.ts";
import { dense, engine, normalMatrix, potentialOf, randomProblem, residual } from "./problems.ts";

const architectures: [string, Problem][] = [
	["one erf layer, P < N", randomProblem({ points: 4, inputs: 3, layers: [dense(6, "erf")] })],
	["one erf layer, P > N", randomProblem({ points: 9, inputs: 3, layers: [dense(4, "erf", 2)] })],
	[
		"one tanh layer, biases, two outputs, mean-field",
		randomProblem({
			points: 5,
			inputs: 8,
			outputs: 2,
			layers: [dense(7, "tanh", 1.5, 0.3)],
			readout: { weightVariance: 2, biasVariance: 0.4 },
			scaling: "mean-field",
			noiseVariance: 0.02,
		}),
	],
	[
		"relu then erf, biases, P > N",
		randomProblem({
			points: 8,
			inputs: 5,
			layers: [dense(6, "relu", 2, 0.1), dense(4, "erf", 1.3, 0.2)],
			readout: { weightVariance: 0.7, biasVariance: 0.5 },
		}),
	],
	[
		"three layers, two outputs, no bias",
		randomProblem({
			points: 4,
			inputs: 6,
			outputs: 2,
			layers: [dense(3, "linear"), dense(5, "gelu", 2), dense(6, "tanh", 1.5)],
		}),
	],
	[
		"three layers, hidden biases, mean-field, P > N",
		randomProblem({
			points: 7,
			inputs: 2,
			layers: [dense(3, "erf", 1, 0.2), dense(4, "linear", 1, 0.3), dense(5, "gelu", 1, 0.4)],
			scaling: "mean-field",
			noiseVariance: 0.05,
		}),
	],
	[
		"residual blocks with biases between dense layers, two outputs",
		randomProblem({
			points: 6,
			inputs: 3,
			outputs: 2,
			layers: [
				dense(4, "erf", 1.5, 0.2),
				residual(4, "tanh", 0.7, 1.3, 0.3),
				residual(4, "gelu", 1.2, 0.8),
				dense(5, "erf", 2, 0.1),
				residual(5, "erf", 0.5, 1, 0.4),
			],
			readout: { weightVariance: 1.5, biasVariance: 0.3 },
		}),
	],
];

describe.each(architectures)("%s", (_, problem) => {
	test.each(["point-space", "feature-space"] as const)(
		"gradient agrees with central differences, %s",
		(form) => {
			const potential = potentialOf(problem, form);
			potential.evaluate();
			const gradient = potential.gradient.data.slice();
			const scale = Math.max(...gradient.map(Math.abs));
			const step = 1e-5;
			gradient.forEach((slope, i) => {
				const at = potential.position.data[i]!;
				const shifted = (by: number) => {
					potential.position.data[i] = at + by;
					return potential.energy();
				};
				const difference = (shifted(step) - shifted(-step)) / (2 * step);
				potential.position.data[i] = at;
				// The energy is of order 10 and its third derivative of order 10: rounding 1e-16 * 10 / 1e-5 and truncation
				// 1e-10 * 10 both leave about 1e-9.
				expect(Math.abs(difference - slope)).toBeLessThan(2e-8 * Math.max(1, scale));
			});
		},
	);

	test("both forms give the same energy and gradient", () => {
		const [a, b] = (["point-space", "feature-space"] as const).map((form) => potentialOf(problem, form));
		const [energyA, energyB] = [a!.evaluate(), b!.evaluate()];
		// Terms of order 10 whose condition numbers are below 1e4: 1e4 roundings of 1e-15 at most, seen 1e-13.
		expect(Math.abs(energyA - energyB)).toBeLessThan(1e-11);
		const scale = Math.max(...a!.gradient.data.map(Math.abs));
		a!.gradient.data.forEach((x, i) => {
			expect(Math.abs(x - b!.gradient.data[i]!)).toBeLessThan(1e-11 * scale);
		});
	});
});

test("the energy is minus the log density of the targets, written out for one linear unit", () => {
	const problem = randomProblem({
		points: 2,
		inputs: 1,
		layers: [dense(1, "linear", 1)],
		noiseVariance: 0.3,
	});
	const potential = potentialOf(problem);
	const [w] = potential.position.data;
	const x = problem.trainInputs.data;
	const y = problem.trainTargets.data;
	// One input: the rotation is a sign and the length of x.
	const a = w! * w! * x[0]! * x[0]! + 0.3;
	const b = w! * w! * x[0]! * x[1]!;
	const c = w! * w! * x[1]! * x[1]! + 0.3;
	const determinant = a * c - b * b;
	const fit = (c * y[0]! ** 2 - 2 * b * y[0]! * y[1]! + a * y[1]! ** 2) / determinant;
	expect(potential.energy()).toBeCloseTo((Math.log(determinant) + fit) / 2, 12);
});

test("rotating the inputs to their row space changes nothing: 12 inputs and a bias, 5 points", () => {
	const problem = randomProblem({
		points: 5,
		inputs: 12,
		layers: [dense(6, "erf", 1.4, 0.3), dense(4, "relu", 2)],
	});
	const augmented = matrix(5, 13);
	for (let i = 0; i < 5; i++) {
		for (let j = 0; j < 12; j++) {
			augmented.data[i * 13 + j] = Math.sqrt(1.4 / 12) * problem.trainInputs.data[i * 12 + j]!;
		}
		augmented.data[i * 13 + 12] = Math.sqrt(0.3);
	}
	const plain = createPotential(engine, problem, whitenNetwork(problem, 13), load(engine, augmented));
	const rotated = potentialOf(problem);
	const weights = normalMatrix(5, 6, 13);
	plain.position.data.set(weights.data);
	plain.position.data.set(rotated.position.data.subarray(30), 78);
	// z = V^T w with V = A^T Z (Z^T Z)^-1; here through the pre-activations, which fix z: Z z = A w, Z square.
	const z = solveSquare(
		potentialCoordinates(problem),
		multiply(engine, augmented, weights, { transposeB: true }).data,
		6,
	);
	rotated.position.data.set(z);
	expect(rotated.energy()).toBeCloseTo(plain.energy(), 11);
});

function potentialCoordinates(problem: Problem): Float64Array {
	// With the identity as "activation" weights: unit k reads direction k alone, so the features are the coordinates.
	const linear: Problem = {
		...problem,
		network: { ...problem.network, layers: [dense(5, "linear", 1.4, 0.3)] },
	};
	const potential = potentialOf(linear);
	potential.position.data.fill(0);
	for (let k = 0; k < 5; k++) potential.position.data[6 * k] = 1;
	potential.energy();
	return potential.features.block.data.slice(0, 25);
}

/** Solves Z z = h for every unit by Gaussian elimination; Z given transposed (direction x point). Returns units x directions. */
function solveSquare(transposedZ: Float64Array, h: Float64Array, units: number): Float64Array {
	const n = 5;
	const rows = Array.from({ length: n }, (_, i) => [
		...Array.from({ length: n }, (_, k) => transposedZ[k * n + i]!),
		...Array.from({ length: units }, (_, u) => h[i * units + u]!),
	]);
	for (let p = 0; p < n; p++) {
		const best = rows
			.slice(p)
			.reduce((b, row, i) => (Math.abs(row[p]!) > Math.abs(rows[b]![p]!) ? p + i : b), p);
		[rows[p], rows[best]] = [rows[best]!, rows[p]!];
		for (let i = 0; i < n; i++) {
			if (i === p) continue;
			const factor = rows[i]![p]! / rows[p]![p]!;
			rows[i] = rows[i]!.map((x, j) => x - factor * rows[p]![j]!);
		}
	}
	return Float64Array.from({ length: units * n }, (_, index) => {
		const [u, k] = [Math.floor(index / n), index % n];
		return rows[k]![n + u]! / rows[k]![k]!;
	});
}
