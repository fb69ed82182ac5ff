import { createEngine, matrix, symmetricPart } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { layerWidth, type Problem } from "../../../src/index.ts";
import { freeEnergy, freeEnergyObjective } from "../../../src/theories/equations-of-state/free-energy.ts";
import { gaussianOutput } from "../../../src/theories/equations-of-state/gaussian-output.ts";
import { prepareModel } from "../../../src/theories/equations-of-state/model.ts";
import { hessianProduct } from "../../../src/theories/equations-of-state/newton-cg.ts";
import { pairMap } from "../../../src/theories/equations-of-state/pair-map.ts";
import { siteLayers } from "../../../src/theories/equations-of-state/site-layers.ts";
import {
	type Direction,
	geodesic,
	innerProduct,
} from "../../../src/theories/equations-of-state/state-steps.ts";
import { denseLayer, networkOf, normalMatrix, smallProblem } from "../../helpers/problems.ts";
import { readGolden } from "./golden-units.ts";
import { layerKinds, linearProblem } from "./problems.ts";

const engine = await createEngine();

function prepared(problem: Problem, sign: 1 | -1 = 1) {
	return prepareModel(engine, problem, {
		weights: problem.network.layers.map(layerWidth),
		output: gaussianOutput(problem.trainTargets, problem.noiseVariance, sign),
		jitter: 0,
	});
}

/** A random symmetric direction for each layer, eigenvalues of order 0.3. */
function randomDirection(sizes: readonly number[], seed: number): Direction {
	return sizes.map((n, l) => {
		const m = normalMatrix(n, n, seed + l);
		return symmetricPart(
			matrix(
				n,
				n,
				m.data.map((x) => (0.3 * x) / Math.sqrt(n)),
			),
		);
	});
}

/** S away from the start, so that nothing is stationary or an identity by chance. */
function somewhere(problem: Problem, sign: 1 | -1 = 1) {
	const { model, start } = prepared(problem, sign);
	const sizes = start.factors.map(({ rows }) => rows);
	const state = geodesic(engine, start, randomDirection(sizes, 20)).at(1);
	return { model, state, energy: freeEnergy(engine, model, state)!, direction: randomDirection(sizes, 40) };
}

/** Central differences of step 1e-4 leave h^2 times a third derivative of order 1, and rounding of S over h: 1e-7. */
const DIFFERENCE_ERROR = 1e-6;

/** The slope of S along a direction, by the gradient and by differences. */
function expectSlope({ model, state, energy, direction }: ReturnType<typeof somewhere>): void {
	const h = 1e-4;
	const path = geodesic(engine, state, direction);
	const [ahead, behind] = [h, -h].map((s) => freeEnergy(engine, model, path.at(s))!.value);
	const slope = innerProduct(energy.gradients, direction, model.weights);
	expect(Math.abs((ahead! - behind!) / (2 * h) - slope)).toBeLessThan(
		DIFFERENCE_ERROR * (1 + Math.abs(slope)),
	);
}

describe.each(["linear", "erf", "relu", "quadratic", "sin", "tanh", "gelu", "sigmoid", "softplus"])(
	"%s",
	(activation) => {
		it.each(Object.entries(layerKinds(activation)))(
			"S has the gradient that central differences give: %s",
			(_, problem) => {
				expectSlope(somewhere(problem));
			},
		);
	},
);

it("the sign of the notebook has the gradient of its own function", () => {
	expectSlope(somewhere(layerKinds("erf")["two dense layers"]!, -1));
});

it("linear layers are solved in the range of their kernels with the same gradient", () => {
	const there = somewhere(linearProblem(9, 3, 3, 0.3));
	expect(there.model.ranges.map((range) => range?.columns)).toEqual([4, 4]);
	expectSlope(there);
});

it("Hessian-vector products are symmetric", () => {
	const { model, state, energy, direction } = somewhere(layerKinds("erf")["two dense layers"]!);
	const other = randomDirection(
		state.factors.map(({ rows }) => rows),
		60,
	);
	// Away from a solution the coordinates curve, and the Hessian is symmetric up to that: at a central difference's error.
	const [Hp, Hq] = [direction, other].map(
		(p) => hessianProduct(engine, freeEnergyObjective(engine, model), state, energy, p, { central: true })!,
	);
	const [qHp, pHq] = [innerProduct(other, Hp!, model.weights), innerProduct(direction, Hq!, model.weights)];
	expect(Math.abs(qHp - pHq)).toBeLessThan(1e-6 * Math.abs(qHp));
});

describe("kernel maps against an independent implementation", () => {
	const { covariance, cotangent, cases } = readGolden("eos-unit-kernels") as {
		covariance: number[][];
		cotangent: number[][];
		cases: { activation: string; expected: { Q: number[][]; vjp: number[][] }; relativeTolerance: number }[];
	};
	it.each(cases)("$activation", ({ activation, expected, relativeTolerance }) => {
		const n = covariance.length;
		const [layer] = siteLayers(
			smallProblem(networkOf([denseLayer(activation)], { readout: { weightVariance: 1, biasVariance: 0 } })),
		);
		const map = pairMap(layer!, n);
		const at = map.pick(matrix(n, n, Float64Array.from(covariance.flat())));
		const close = (got: Float64Array, wanted: number[][]) => {
			const largest = Math.max(...wanted.flat().map(Math.abs));
			got.forEach((x, k) => {
				expect(Math.abs(x - wanted.flat()[k]!)).toBeLessThanOrEqual(relativeTolerance * largest + 1e-15);
			});
		};
		close(map.forward(engine, at).data, expected.Q);
		close(map.cotangent(engine, at, matrix(n, n, Float64Array.from(cotangent.flat()))).data, expected.vjp);
	});
});
