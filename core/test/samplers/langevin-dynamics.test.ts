/** The step in whitened, rotated coordinates against the protocol written out in the weights of the network's definition. */
import { type Matrix, seedStream } from "@finitude/engine";
import { expect, test } from "vitest";
import { createFullPotential } from "../../src/samplers/full-potential.ts";
import { createLangevinDynamics } from "../../src/samplers/langevin-dynamics.ts";
import { createSamplingSpace } from "../../src/samplers/sampling-space.ts";
import { stableStepSize } from "../../src/samplers/stable-step-size.ts";
import { dense, engine, normalMatrix, randomProblem } from "./problems.ts";

const [P, d, N1, N2, D] = [3, 4, 3, 2, 2] as const;
const kappa = 0.3;
const s1 = { weightVariance: 1.7, biasVariance: 0.4 };
const s2 = { weightVariance: 2.2, biasVariance: 0.6 };
const sa = { weightVariance: 1.3, biasVariance: 0.9 };
const problem = randomProblem({
	points: P,
	inputs: d,
	outputs: D,
	layers: [
		dense(N1, "tanh", s1.weightVariance, s1.biasVariance),
		dense(N2, "tanh", s2.weightVariance, s2.biasVariance),
	],
	readout: sa,
	scaling: "mean-field",
	noiseVariance: kappa,
});

/** Rows of one unit's weights and, last, its bias: W1 (N1 x (d + 1)), W2 (N2 x (N1 + 1)), A (D x (N2 + 1)). */
const sizes = [N1 * (d + 1), N2 * (N1 + 1), D * (N2 + 1)];

/** The prior variance of every entry of the three matrices, written out. */
function variances(): number[] {
	const rows = (units: number, fanIn: number, weight: number, bias: number) =>
		Array.from({ length: units }, () => [...Array<number>(fanIn).fill(weight / fanIn), bias]).flat();
	return [
		...rows(N1, d, s1.weightVariance, s1.biasVariance),
		...rows(N2, N1, s2.weightVariance, s2.biasVariance),
		// Mean-field: another factor 1 / N2.
		...rows(D, N2, sa.weightVariance / N2, sa.biasVariance),
	];
}

/** 1/2 |f - Y|^2 + sum kappa w^2 / (2 sigma^2), by plain loops. */
function decayedLoss(weights: readonly number[]): number {
	const at = (matrix: number) => weights.slice(...offsets(matrix));
	const affine = (matrix: number[], units: number, x: number[]) =>
		Array.from({ length: units }, (_, i) =>
			[...x, 1].reduce((sum, value, j) => sum + matrix[i * (x.length + 1) + j]! * value, 0),
		);
	let loss = 0;
	for (let p = 0; p < P; p++) {
		const x = [...problem.trainInputs.data.subarray(p * d, (p + 1) * d)];
		const h1 = affine(at(0), N1, x).map(Math.tanh);
		const h2 = affine(at(1), N2, h1).map(Math.tanh);
		affine(at(2), D, h2).forEach((f, k) => {
			loss += (f - problem.trainTargets.data[p * D + k]!) ** 2 / 2;
		});
	}
	return loss + variances().reduce((sum, v, i) => sum + (kappa * weights[i]! ** 2) / (2 * v), 0);
}

function offsets(matrix: number): [number, number] {
	const start = sizes.slice(0, matrix).reduce((a, b) => a + b, 0);
	return [start, start + sizes[matrix]!];
}

/**
 * Unit vectors of the first layer's d + 1 prior-scaled weights along the sampled directions and, last, along what remains of
 * the bias: the row space has dimension 3 of 5 here.
 */
function directions(basis: Matrix): number[][] {
	const rows = Array.from({ length: basis.rows }, (_, k) => [
		...basis.data.subarray(k * basis.columns, (k + 1) * basis.columns),
	]);
	const bias = Array.from({ length: d + 1 }, (_, j) => (j === d ? 1 : 0));
	const rest = bias.map((x, j) => x - rows.reduce((sum, row) => sum + row[d]! * row[j]!, 0));
	const length = Math.hypot(...rest);
	return [...rows, rest.map((x) => x / length)];
}

test("the drift is that of gradient descent with weight decay in the unwhitened weights, biases included", () => {
	const space = createSamplingSpace(engine, problem);
	const full = createFullPotential(space);
	const dynamics = createLangevinDynamics(space, full);
	expect(space.inputs.directions).toBe(3);
	expect(dynamics.outside).toBe(N1);
	const start = normalMatrix(8, 1, full.position.length).data;
	const startOutside = normalMatrix(9, 1, N1).data;
	const unit = directions(space.inputs.basis);
	const sigma = variances().map(Math.sqrt);

	const weights: number[] = [];
	for (let i = 0; i < N1; i++) {
		const whitened = [...start.subarray(3 * i, 3 * i + 3), startOutside[i]!];
		for (let j = 0; j <= d; j++) {
			const u = unit.reduce((sum, vector, k) => sum + whitened[k]! * vector[j]!, 0);
			weights.push(u * sigma[weights.length]!);
		}
	}
	const second = 3 * N1;
	for (let i = 0; i < sizes[1]!; i++) weights.push(start[second + i]! * sigma[weights.length]!);
	const readout = second + sizes[1]!;
	for (let k = 0; k < D; k++) {
		// M x D there, D x M here.
		for (let m = 0; m <= N2; m++) weights.push(start[readout + m * D + k]! * sigma[weights.length]!);
	}

	const stepSize = 0.01;
	const step = (slope?: Float64Array) => {
		full.position.data.set(start);
		full.evaluate();
		if (slope) full.gradient.data.set(slope);
		const outside = slope ? new Float64Array(N1) : startOutside.slice();
		dynamics.step(stepSize, outside, seedStream(2));
		return { position: full.position.data.slice(), outside };
	};
	const moved = step();
	// With the gradient of the decay cancelled the same noise moves alone.
	const shaken = step(start.map((u) => -u));

	const h = 1e-5;
	const drift = weights.map((w, i) => {
		const shifted = (by: number) => decayedLoss(weights.with(i, w + by));
		return (-stepSize * (shifted(h) - shifted(-h))) / (2 * h) / sigma[i]!;
	});
	const expected: number[] = [];
	for (let i = 0; i < N1; i++) {
		const row = drift.slice(i * (d + 1), (i + 1) * (d + 1));
		expected.push(...unit.map((vector) => vector.reduce((sum, x, j) => sum + x * row[j]!, 0)));
	}
	const found = Array.from({ length: N1 }, (_, i) => [
		...[0, 1, 2].map((k) => moved.position[3 * i + k]! - shaken.position[3 * i + k]!),
		moved.outside[i]! - startOutside[i]! - shaken.outside[i]!,
	]).flat();
	for (let i = 0; i < sizes[1]!; i++) {
		expected.push(drift[offsets(1)[0] + i]!);
		found.push(moved.position[second + i]! - shaken.position[second + i]!);
	}
	for (let m = 0; m <= N2; m++) {
		for (let k = 0; k < D; k++) {
			expected.push(drift[offsets(2)[0] + k * (N2 + 1) + m]!);
			found.push(moved.position[readout + m * D + k]! - shaken.position[readout + m * D + k]!);
		}
	}
	expect(found.length).toBe(12 + 8 + 6);
	// Central differences of a loss of order 10: rounding 1e-15 / 1e-5 and truncation 1e-10, times steps below 0.1.
	found.forEach((x, i) => {
		expect(Math.abs(x - expected[i]!)).toBeLessThan(1e-9);
	});
});

test("the noise has variance 2 kappa eta for every unwhitened weight, also along the bias", () => {
	const space = createSamplingSpace(engine, problem);
	const full = createFullPotential(space);
	const dynamics = createLangevinDynamics(space, full);
	const stream = seedStream(4);
	const unit = directions(space.inputs.basis);
	const size = full.position.length;
	const draws = 20_000;
	const sums = new Float64Array(size + 2);
	for (let t = 0; t < draws; t++) {
		full.position.data.fill(0);
		full.gradient.data.fill(0);
		const outside = new Float64Array(N1);
		dynamics.step(0.5 / kappa, outside, stream);
		full.position.data.forEach((x, i) => {
			sums[i]! += x * x;
		});
		// The first unit's bias, and the sum of its weights on the sampled directions apart from it.
		const whitened = [...full.position.data.subarray(0, 3), outside[0]!];
		const along = unit.map((vector) => vector[d]!);
		const bias = whitened.reduce((sum, x, k) => sum + x * along[k]!, 0);
		sums[size]! += bias * bias;
		sums[size + 1]! += bias * (whitened[0]! - bias * along[0]!);
	}
	const [weight, biasVariance] = [s1.weightVariance / d, s1.biasVariance];
	const mixed = unit.slice(0, 3).map((vector) => {
		const b = vector[d]!;
		return (1 - b * b) / weight + (b * b) / biasVariance;
	});
	const expected = [
		...Array.from({ length: N1 }, () => mixed).flat(),
		...variances()
			.slice(sizes[0], sizes[0]! + sizes[1]!)
			.map((v) => 1 / v),
		...[0, 1, 2].flatMap((m) => Array<number>(D).fill(1 / variances()[offsets(2)[0] + m]!)),
		1 / biasVariance,
	];
	expected.forEach((variance, i) => {
		// Mean squares of Gaussians: relative deviation sqrt(2 / draws).
		expect(Math.abs(sums[i]! / draws / variance - 1) / Math.sqrt(2 / draws)).toBeLessThan(4);
	});
	const product = Math.sqrt((mixed[0]! - unit[0]![d]! ** 2 / biasVariance) / biasVariance / draws);
	expect(Math.abs(sums[size + 1]! / draws) / product).toBeLessThan(4);
});

test("the automatic step size is 0.2 over the curvature, here of one known quadratic", () => {
	// f = 0 for all weights of the first layer 0: only the decay kappa / sigma^2 is left with enormous noise, and
	// the readout, whose prior variance is the smallest, has the largest curvature: 1e8 / (0.5 / 20).
	const quadratic = randomProblem({
		points: 3,
		inputs: 5,
		layers: [dense(20, "linear", 2)],
		readout: { weightVariance: 0.5, biasVariance: 0 },
		noiseVariance: 1e8,
	});
	const space = createSamplingSpace(engine, quadratic);
	const full = createFullPotential(space);
	const { stepSize, curvature } = stableStepSize(space, full, createLangevinDynamics(space, full));
	// The likelihood adds 1e-8; power iteration from 20 + 60 coordinates separates 1e8/0.025 from 1e8/0.4 by 16 a step.
	expect(curvature).toBeCloseTo(4e9, -3);
	expect(stepSize).toBe(0.2 / curvature);
});
