import { createEngine, matrix, multiply } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { parseProblem, priorKernels } from "../../src/index.ts";
import { hiddenUnit } from "../../src/tilted-unit/index.ts";
import { denseLayer, networkOf, smallProblem } from "../helpers/problems.ts";
import { planeProblem } from "./plane-problem.ts";

const engine = await createEngine();

describe("the effective inputs", () => {
	const convolution = parseProblem({
		name: "convolution",
		trainInputs: [
			[1, -0.4, 0.3, 0.8],
			[0.2, 0.5, -1.1, 0.6],
		],
		trainTargets: [[1], [-1]],
		testInputs: [[0.4, 1.3, -0.2, 0.1]],
		network: {
			layers: [
				{
					type: "convolution",
					channels: 4,
					patch: 2,
					stride: 2,
					activation: "erf",
					weightVariance: 1.5,
					biasVariance: 0.2,
				},
			],
			readout: { weightVariance: 1, biasVariance: 0 },
			scaling: "standard",
		},
		noiseVariance: 0.1,
	});

	it.each([
		[
			"of a dense layer with more inputs than points",
			smallProblem(networkOf([denseLayer("erf", { biasVariance: 0.2 })])),
		],
		["of a plane with a bias", planeProblem("erf")],
		["of a convolution", convolution],
	])("%s have the covariance of the pre-activations", (_name, problem) => {
		const unit = hiddenUnit(engine, problem);
		const [covariances] = priorKernels(engine, problem, { testCovariance: true }).preactivation;
		const n = unit.points;
		const P = unit.trainPoints;
		expect(unit.positions).toBe(covariances!.length);
		covariances!.forEach((blocks, i) => {
			const U = matrix(
				n,
				unit.dimension,
				unit.inputs.data.slice(i * n * unit.dimension, (i + 1) * n * unit.dimension),
			);
			const C = multiply(engine, U, U, { transposeB: true });
			for (let s = 0; s < n; s++) {
				for (let t = 0; t <= s; t++) {
					const exact =
						s < P
							? blocks.train.data[s * P + t]!
							: t < P
								? blocks.test!.cross.data[(s - P) * P + t]!
								: blocks.test!.covariance!.data[(s - P) * (n - P) + (t - P)]!;
					expect(C.data[s * n + t]).toBeCloseTo(exact, 12);
				}
			}
		});
	});

	it("reduced to the training points leave the covariance of the rest outside", () => {
		const problem = smallProblem(networkOf([denseLayer("erf")]));
		const all = hiddenUnit(engine, problem);
		const reduced = hiddenUnit(engine, problem, { reduceTo: "training" });
		expect([all.dimension, reduced.dimension, reduced.outside!.columns]).toEqual([9, 6, 3]);
		expect(all.outside).toBeUndefined();
		const rest = multiply(engine, reduced.outside!, reduced.outside!, { transposeB: true });
		const inside = multiply(engine, reduced.inputs, reduced.inputs, { transposeB: true });
		const full = multiply(engine, all.inputs, all.inputs, { transposeB: true });
		for (let s = 0; s < 3; s++) {
			for (let t = 0; t < 3; t++) {
				const k = (6 + s) * 9 + 6 + t;
				expect(inside.data[k]! + rest.data[s * 3 + t]!).toBeCloseTo(full.data[k]!, 12);
			}
		}
	});
});
