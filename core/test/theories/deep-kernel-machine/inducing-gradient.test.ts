/** The gradient of the objective with inducing inputs, through the extension to the training points. */
import { createEngine, matrix, seedStream } from "@finitude/engine";
import { expect, test } from "vitest";
import type { Network } from "../../../src/index.ts";
import { inducingFreeEnergy } from "../../../src/theories/deep-kernel-machine/inducing-energy.ts";
import { prepareInducing } from "../../../src/theories/deep-kernel-machine/inducing-inputs.ts";
import {
	type Direction,
	geodesic,
	innerProduct,
} from "../../../src/theories/equations-of-state/state-steps.ts";
import {
	convolutionLayer,
	denseLayer,
	networkOf,
	normalMatrix,
	smallProblem,
} from "../../helpers/problems.ts";

const engine = await createEngine({ engine: "reference" });

const P = 9;
const biased = { readout: { weightVariance: 1.1, biasVariance: 0.3 } };

const cases: { name: string; network: Network; outputs?: number; inputs?: number; jitter?: number }[] = [
	{ name: "one layer", network: networkOf([denseLayer("erf")]) },
	{ name: "two layers, two outputs", network: networkOf([denseLayer("erf"), denseLayer("erf")]), outputs: 2 },
	{
		name: "three layers with biases",
		network: networkOf(
			[
				denseLayer("erf", { biasVariance: 0.2 }),
				denseLayer("relu", { biasVariance: 0.1 }),
				denseLayer("sin"),
			],
			biased,
		),
	},
	{ name: "jitter", network: networkOf([denseLayer("erf"), denseLayer("erf")]), jitter: 0.1 },
	{
		name: "linear in a range",
		network: networkOf([denseLayer("linear"), denseLayer("linear", { biasVariance: 0.2 })], biased),
		inputs: 3,
	},
	{ name: "linear below erf", network: networkOf([denseLayer("linear"), denseLayer("erf")]), inputs: 3 },
	{ name: "a convolution", network: networkOf([convolutionLayer("erf", { biasVariance: 0.1 })], biased) },
	{ name: "a convolution below erf", network: networkOf([convolutionLayer("erf"), denseLayer("erf")]) },
];

test.each(cases)("$name", ({ network, outputs = 1, inputs = 12, jitter = 0 }) => {
	const problem = smallProblem(network, {
		trainInputs: normalMatrix(P, inputs, 1),
		trainTargets: normalMatrix(P, outputs, 2),
		testInputs: normalMatrix(2, inputs, 3),
	});
	const weights = network.layers.map((_, l) => 3 + 2 * l);
	const { model, start } = prepareInducing(engine, problem, 5, { weights, jitter });
	const stream = seedStream(7);
	const random = (): Direction =>
		start.factors.map(({ rows: n }) => {
			const block = engine.allocate(n * n);
			engine.fillNormal(stream, block);
			const values = matrix(n, n, block.data.slice());
			for (let i = 0; i < n; i++) {
				for (let j = 0; j < i; j++) values.data[i * n + j] = values.data[j * n + i]!;
			}
			return values;
		});
	// A point well away from infinite width, where no term vanishes.
	const state = geodesic(engine, start, random()).at(0.3);
	const direction = random();
	const { gradients } = inducingFreeEnergy(engine, model, state)!;
	const path = geodesic(engine, state, direction);
	const h = 1e-3;
	const at = (s: number) => inducingFreeEnergy(engine, model, path.at(s))!.value;
	// Of fourth order: truncation h^4 and rounding 1e-16/h are both below 1e-11 of S.
	const slope = (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
	expect(Math.abs(innerProduct(gradients, direction, weights) / slope - 1)).toBeLessThan(1e-8);
});
