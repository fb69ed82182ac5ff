import { type Matrix, matrix, multiply } from "@finitude/engine";
import { expect, test } from "vitest";
import type { DenseLayer, Network } from "../../src/index.ts";
import { whitenInputs } from "../../src/samplers/whitened-inputs.ts";
import { dense, engine, normalMatrix } from "./problems.ts";

const layer = dense(3, "erf", 1.7, 0.4);

/** s^2/d X1 X2^T + s_b^2: the covariance of the first pre-activations. */
function covariance(a: Matrix, b: Matrix): Matrix {
	const c = multiply(engine, a, b, { transposeB: true, alpha: layer.weightVariance / a.columns });
	return matrix(
		c.rows,
		c.columns,
		c.data.map((x) => x + layer.biasVariance),
	);
}

function expectClose(a: Matrix, b: Matrix, tolerance: number): void {
	expect([a.rows, a.columns]).toEqual([b.rows, b.columns]);
	a.data.forEach((x, i) => {
		expect(Math.abs(x - b.data[i]!)).toBeLessThan(tolerance);
	});
}

function whiten(first: DenseLayer, trainInputs: Matrix, testInputs: Matrix) {
	const network: Network = {
		layers: [first],
		readout: { weightVariance: 1, biasVariance: 0 },
		scaling: "standard",
	};
	return whitenInputs(engine, { trainInputs, testInputs, network });
}

const outer = (a: Matrix, b: Matrix) => multiply(engine, a, b, { transposeB: true });

test.each([
	["more inputs than points", 5, 12],
	["more points than inputs", 9, 4],
])("the split keeps the joint law of all first pre-activations: %s", (_, points, inputs) => {
	const train = normalMatrix(1, points, inputs);
	const test_ = normalMatrix(2, 6, inputs);
	const white = whiten(layer, train, test_);
	expect(white.rank).toBe(Math.min(points, inputs + 1));
	const { inside, outside } = white.test!;
	// Products of numbers of order 1 and a basis orthonormal to rounding.
	expectClose(outer(white.train, white.train), covariance(train, train), 1e-13);
	expectClose(outer(inside, white.train), covariance(test_, train), 1e-13);
	const [within, rest] = [outer(inside, inside), outer(outside, outside)];
	const sum = matrix(
		6,
		6,
		within.data.map((x, i) => x + (outside.columns > 0 ? rest.data[i]! : 0)),
	);
	expectClose(sum, covariance(test_, test_), 1e-13);
	if (points > inputs) expect(outside.columns).toBe(0);
});

test("repeated inputs and small directions: the covariance stays exact though the rank is lower", () => {
	const train = normalMatrix(3, 6, 20);
	train.data.copyWithin(20, 0, 20);
	for (let j = 0; j < 20; j++) train.data[40 + j] = train.data[j]! * (1 + 1e-5 * j);
	const white = whiten(layer, train, train);
	expect(white.rank).toBe(5);
	expectClose(outer(white.train, white.train), covariance(train, train), 1e-13);
	expectClose(outer(white.test!.inside, white.train), covariance(train, train), 1e-13);
	expect(white.test!.outside.columns).toBe(0);
});

test("inputs that are all zero leave rank 0 and pre-activations 0", () => {
	const white = whiten(dense(3, "erf"), matrix(2, 4), normalMatrix(4, 1, 4));
	expect(white.rank).toBe(0);
	expect(white.directions).toBe(1);
	expect([...white.train.data]).toEqual([0, 0]);
});
