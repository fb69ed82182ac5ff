import { createEngine, identity, matrix, trace } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { type Problem, priorKernels } from "../../../src/index.ts";
import { outputScales } from "../../../src/matrix-scale/output-scales.ts";
import { patchKernels } from "../../../src/matrix-scale/patch-kernels.ts";
import { patchScales } from "../../../src/matrix-scale/patch-scales.ts";
import { createScalarFunctions } from "../../../src/samplers/scalar-functions.ts";
import { twoOutputLikelihood } from "../../../src/scale-mixture/two-output-likelihood.ts";
import { createWishartPosterior } from "../../../src/scale-mixture/wishart-posterior.ts";
import {
	actionAt,
	actionHessian,
	frameOf,
	matrixProblem,
	moved,
} from "../../../src/theories/kernel-rescaling/matrix/action.ts";
import { findMinima } from "../../../src/theories/kernel-rescaling/matrix/minima.ts";
import {
	convolutionLayer,
	denseLayer,
	largestDifference,
	networkOf,
	normalMatrix,
	smallProblem,
} from "../../helpers/problems.ts";
import { logDeterminantByElimination } from "./elimination.ts";

const engine = await createEngine({ engine: "reference" });

function outputModel({ network, trainTargets, noiseVariance, ...points }: Problem) {
	const prior = priorKernels(engine, { network, ...points });
	return outputScales(engine, prior.outputWeights, trainTargets, noiseVariance, 0);
}

function patchModel(problem: Problem) {
	const pairs = patchKernels(engine, problem, priorKernels(engine, problem), true);
	return patchScales(engine, pairs, problem.trainTargets, problem.noiseVariance, 0);
}

const dense = networkOf([denseLayer("erf")]);
const outputs = outputModel(smallProblem(dense, { trainTargets: normalMatrix(6, 3, 2) }));
const patches = patchModel(smallProblem(networkOf([convolutionLayer("erf")])));

describe.each([
	["outputs, matrix", outputs, "matrix"],
	["patches, matrix", patches, "matrix"],
	["patches, diagonal", patches, "diagonal"],
	["patches, scalar", patches, "scalar"],
] as const)("the action of %s", (_name, model, restriction) => {
	const problem = matrixProblem(engine, model, 5, restriction);
	const m = problem.basis.length;
	const start = frameOf(identity(model.size), new Float64Array(model.size).fill(1.3));
	const somewhere = moved(
		problem,
		start,
		normalMatrix(m, 1, 7).data.map((x) => 0.4 * x),
	);
	const coordinates = (a: number, t: number) => Float64Array.from({ length: m }, (_, b) => (a === b ? t : 0));
	const actionAlong = (x: Float64Array) => actionAt(problem, moved(problem, somewhere, x))!.action;

	it("is tr Q - log det Q + E/N, with the gradient along the basis", () => {
		const { scales, action, gradient } = actionAt(problem, somewhere)!;
		expect(action).toBeCloseTo(
			trace(scales) - logDeterminantByElimination(scales) + model.energy(scales) / 5,
			12,
		);
		// Central differences: truncation step^2 times third derivatives of order 10.
		const step = 1e-5;
		gradient.forEach((slope, a) => {
			const difference =
				(actionAlong(coordinates(a, step)) - actionAlong(coordinates(a, -step))) / (2 * step);
			expect(slope).toBeCloseTo(difference, 8);
		});
	});

	it("has the Hessian of equation (17) along geodesics", () => {
		const hessian = actionHessian(problem, actionAt(problem, somewhere)!);
		// Second differences: truncation step^2, rounding 1e-15 / step^2.
		const step = 1e-3;
		for (let a = 0; a < m; a++) {
			for (let b = 0; b <= a; b++) {
				const at = (s: number, t: number) => {
					const x = coordinates(a, s * step);
					x[b]! += t * step;
					return actionAlong(x);
				};
				const difference = (at(1, 1) - at(1, -1) - at(-1, 1) + at(-1, -1)) / (4 * step ** 2);
				expect(hessian.data[a * m + b]).toBeCloseTo(difference, 4);
				expect(hessian.data[b * m + a]).toBeCloseTo(hessian.data[a * m + b]!, 12);
			}
		}
	});

	it("is 1 in every direction at Q = I without data", () => {
		const wide = matrixProblem(engine, model, 1e12, restriction);
		const point = actionAt(wide, frameOf(identity(model.size), new Float64Array(model.size).fill(1)))!;
		expect(point.residual).toBeLessThan(1e-9);
		expect(largestDifference(actionHessian(wide, point), identity(m))).toBeLessThan(1e-9);
	});
});

describe("Laplace's method", () => {
	it("of the evidence misses the Wishart integral by O(1/N^2) at fixed data: the prior's own error cancels", () => {
		const problem = smallProblem(dense, { trainTargets: normalMatrix(6, 2, 2) });
		const model = outputModel(problem);
		const { modes, projected } = model;
		const targets = [0, 1].map((d) => projected.data.filter((_, e) => e % 2 === d)) as [
			Float64Array,
			Float64Array,
		];
		const scalar = createScalarFunctions(engine);
		const errors = [40, 160].map((width) => {
			const { chosen } = findMinima(matrixProblem(engine, model, width, "matrix"), [
				frameOf(identity(2), Float64Array.of(1, 1)),
			]);
			const laplace = -0.5 * width * (chosen.point.action - 2) - 0.5 * chosen.logCurvature!;
			const exact = createWishartPosterior(
				scalar,
				width,
				1e6,
			)(twoOutputLikelihood(scalar, modes, targets))!.logTotal;
			return laplace - exact;
		});
		expect(Math.abs(errors[0]!)).toBeLessThan(0.02);
		// 16, less corrections of the relative order 6/40.
		expect(errors[0]! / errors[1]!).toBeGreaterThan(11);
		expect(errors[0]! / errors[1]!).toBeLessThan(17);
	});
});

describe("minima", () => {
	/** Two patches alike: each has ten strong inputs that the targets do not follow, and both see the weak one that they follow. */
	function symmetricPatches(): Problem {
		const [strong, weak] = [Math.sqrt(11 * 100), Math.sqrt(11 * 0.1)];
		const inputs = matrix(21, 22);
		for (let i = 0; i < 10; i++) {
			inputs.data[i * 22 + i] = strong;
			inputs.data[(10 + i) * 22 + 11 + i] = strong;
		}
		inputs.data[20 * 22 + 10] = weak;
		inputs.data[20 * 22 + 21] = weak;
		const targets = matrix(21, 1);
		targets.data[20] = 5;
		return smallProblem(networkOf([convolutionLayer("linear", { patch: 11, stride: 11 })]), {
			trainInputs: inputs,
			testInputs: matrix(1, 22),
			trainTargets: targets,
		});
	}

	it("that break a symmetry are found from a symmetric start", () => {
		const problem = matrixProblem(engine, patchModel(symmetricPatches()), 5, "diagonal");
		const saddle = findMinima(problem, [frameOf(identity(2), Float64Array.of(1, 1))]);
		expect(saddle.convergence.converged).toBe(true);
		expect(saddle.minima.length).toBe(2);
		expect(saddle.neglectedWeight).toBeCloseTo(1, 10);
		const [first, second] = saddle.minima.map(({ point }) => point.scales.data);
		expect(first![0]).toBeCloseTo(second![3]!, 8);
		// The patch that is chosen carries nearly everything.
		expect(Math.max(first![0]!, first![3]!) / Math.min(first![0]!, first![3]!)).toBeGreaterThan(3);
	});

	it("are where the gradient vanishes to rounding", () => {
		for (const model of [outputs, patches]) {
			const start = frameOf(identity(model.size), new Float64Array(model.size).fill(20));
			const { chosen } = findMinima(matrixProblem(engine, model, 5, "matrix"), [start]);
			expect(chosen.point.relativeResidual).toBeLessThan(1e-13);
		}
	});
});
