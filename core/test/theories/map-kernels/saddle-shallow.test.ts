/** One nonlinear layer: several outputs, nodes and refusals. That it is the saddle of other theories: equalities.test.ts. */
import type { Matrix } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { answerOf, distance } from "../../helpers/answers.ts";
import { messageOf } from "../../helpers/message-of.ts";
import { denseLayer, networkOf, normalMatrix, smallProblem } from "../../helpers/problems.ts";
import { evidenceOf, evidenceSlopes, saddleOf } from "./saddle-problems.ts";

const inputs = (d: number) => ({ trainInputs: normalMatrix(6, d, 1), testInputs: normalMatrix(3, d, 3) });

const plane = smallProblem(networkOf([denseLayer("erf", { width: 8 })]), inputs(2));
const planeMeanField = smallProblem(networkOf([denseLayer("erf")], { scaling: "mean-field" }), {
	...inputs(2),
	noiseVariance: 0.01,
});
const relu = smallProblem(networkOf([denseLayer("relu")]), inputs(2));

describe.each([
	["erf", plane],
	["erf, mean-field", planeMeanField],
	["relu", relu],
])("%s", (_name, problem) => {
	const saddle = saddleOf(problem, { quadrature: "converged" });

	it("has C^(0), the kernel before the data", () => {
		const [preactivation] = saddle.kernels.preactivation as readonly Matrix[];
		const [prior] = answerOf("nngp", problem).kernels.preactivation as readonly Matrix[];
		expect(distance(preactivation!, prior!)).toBe(0);
	});
});

describe("two outputs", () => {
	const problem = { ...plane, trainTargets: normalMatrix(6, 2, 4) };

	it("have -R Y as the derivative of the log evidence", () => {
		const { difference, expected } = evidenceSlopes(problem, normalMatrix(6, 2, 9), 1e-3, (changed) =>
			evidenceOf(saddleOf(changed)),
		);
		// Central differences: 1e-6 times third derivatives.
		expect(Math.abs(difference - expected)).toBeLessThan(1e-5 * Math.abs(expected));
	});

	it("pull together where they are equal: Ct = Delta Delta^T - R", () => {
		const doubled = normalMatrix(6, 2, 4);
		for (let a = 0; a < 6; a++) doubled.data[2 * a + 1] = doubled.data[2 * a]!;
		const { kernels, orderParameters, testMean } = saddleOf({ ...plane, trainTargets: doubled });
		const [conjugate] = kernels.conjugate as readonly Matrix[];
		const { data } = orderParameters.dualField as Matrix;
		// Off the diagonal R is what Delta Delta^T leaves; both outputs have one dual field.
		for (let a = 0; a < 6; a++) expect(data[2 * a + 1]).toBe(data[2 * a]);
		for (let b = 0; b < 3; b++) expect(testMean!.data[2 * b + 1]).toBe(testMean!.data[2 * b]);
		expect(conjugate!.data[1]).toBe(conjugate!.data[6]);
	});
});

it("agrees between grids and random points in three dimensions", () => {
	const problem = smallProblem(networkOf([denseLayer("tanh")]), {
		trainInputs: normalMatrix(3, 3, 1),
		trainTargets: normalMatrix(3, 1, 2),
		testInputs: normalMatrix(2, 3, 3),
	});
	const grid = saddleOf(problem);
	const random = saddleOf(problem, { quadrature: "sobol", samples: 4096 });
	const error = random.validity.find(({ name }) => name === "integrationError")!.value as number;
	const gridError = grid.validity.find(({ name }) => name === "integrationError")!.value as number;
	expect(gridError).toBeLessThan(1e-8);
	const most = grid.testMean!.data.reduce(
		(worst, x, k) => Math.max(worst, Math.abs(x - random.testMean!.data[k]!)),
		0,
	);
	// The largest of five means in units of the largest of their standard errors.
	expect(most / error).toBeLessThan(4);
});

it("finds the saddle of many random points from a pilot", () => {
	const problem = smallProblem(networkOf([denseLayer("erf")]), inputs(4));
	const many = saddleOf(problem, { samples: 65536 });
	const few = saddleOf(problem, { samples: 16384 });
	expect(many.convergence.converged).toBe(true);
	expect(many.convergence.residual).toBeLessThan(1e-11);
	const error = few.validity.find(({ name }) => name === "integrationError")!.value as number;
	const most = many.testMean!.data.reduce(
		(worst, x, k) => Math.max(worst, Math.abs(x - few.testMean!.data[k]!)),
		0,
	);
	expect(most / error).toBeLessThan(4);
});

it.each([
	[
		smallProblem(networkOf([denseLayer("quadratic")])),
		{},
		"order saddle does not exist for activation quadratic: the tilted measure is not normalizable; use order first.",
	],
	[
		smallProblem(networkOf([denseLayer("relu"), denseLayer("erf")])),
		{},
		"order saddle of a network with several hidden layers needs bounded smooth activations, or linear ones in all of them; got relu. Use order first.",
	],
	[
		smallProblem(networkOf([denseLayer("erf")])),
		{ quadrature: "converged" },
		"quadrature: wanted auto or sobol: deterministic nodes are for at most 3 weights of a unit, its bias among them, and for pre-activations that do not vary too fast over them; got converged, with 9 weights of a unit (erf).",
	],
	[
		smallProblem(networkOf([denseLayer("erf"), denseLayer("erf")])),
		{ quadrature: "converged" },
		"quadrature: wanted auto or sobol: order saddle of a network with several hidden layers has random points only; got converged.",
	],
])("refuses, %#", (problem, options, message) => {
	expect(messageOf(() => saddleOf(problem, options))).toBe(message);
});
