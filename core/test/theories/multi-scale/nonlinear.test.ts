/** Multi-scale for bounded units: the adapted measure on small problems where grids know the answer. */
import { createEngine, type Matrix, matrix, seedStream } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { findTheory, type Problem, solveTheory } from "../../../src/index.ts";
import { adaptiveEquations } from "../../../src/theories/multi-scale/nonlinear/adaptive-equations.ts";
import {
	searchByChains,
	solveByChains,
} from "../../../src/theories/multi-scale/nonlinear/solve-by-chains.ts";
import {
	featureSource,
	hiddenUnit,
	nodesOfProposal,
	trainingUnit,
	trapezoidRule,
} from "../../../src/tilted-unit/index.ts";
import { messageOf } from "../../helpers/message-of.ts";
import {
	denseLayer,
	largestDifference,
	networkOf,
	normalMatrix,
	permuteRows,
} from "../../helpers/problems.ts";

const engine = await createEngine({ engine: "wasm" });

interface Shape {
	readonly activation?: string;
	readonly points?: number;
	readonly inputs?: number;
	readonly width?: number;
	readonly scaling?: "standard" | "mean-field";
	readonly noiseVariance?: number;
	readonly biasVariance?: number;
}

function problemOf(shape: Shape = {}): Problem {
	const { activation = "erf", points = 5, inputs = 2, width = 8, scaling = "standard" } = shape;
	return {
		name: "bounded",
		trainInputs: normalMatrix(points, inputs, 61),
		trainTargets: normalMatrix(points, 1, 62),
		testInputs: normalMatrix(2, inputs, 63),
		network: networkOf([denseLayer(activation, { width, biasVariance: shape.biasVariance ?? 0 })], {
			scaling,
			readout: { weightVariance: 1.2, biasVariance: 0 },
		}),
		noiseVariance: shape.noiseVariance ?? 0.1,
	};
}

function solve(problem: Problem, options: Record<string, unknown> = {}, theory = "multi-scale") {
	return solveTheory(findTheory(theory), problem, options, { engine, covariance: true, clock: () => 0 });
}

const QUANTITIES = [
	"trainMean",
	"trainVariance",
	"trainCovariance",
	"testMean",
	"testVariance",
	"testCovariance",
] as const;

/** The largest difference of any quantity. */
function difference(a: ReturnType<typeof solve>, b: ReturnType<typeof solve>): number {
	const kernels = [a.kernels.output, b.kernels.output] as [Matrix, Matrix];
	return Math.max(
		...QUANTITIES.map((name) => largestDifference(a[name]!, b[name]!)),
		largestDifference(...kernels),
	);
}

function noteOf({ validity }: ReturnType<typeof solve>, name: string) {
	return validity.find((note) => note.name === name);
}

describe("the tree", () => {
	const shapes: Shape[] = [
		{ inputs: 1, biasVariance: 0.3 },
		{ activation: "tanh", inputs: 1, scaling: "mean-field", noiseVariance: 0.02 },
		{ activation: "sigmoid" },
	];
	it.each(shapes)("is the adapted measure without fluctuations, $activation $scaling", (shape) => {
		const problem = problemOf(shape);
		const [tree, adapted] = [{}, { quadrature: "converged" }].map((how) =>
			solve(problem, { variant: "tree", ...how }),
		);
		// By other grids.
		expect(difference(tree!, adapted!)).toBeLessThan(1e-9);
	});

	it("has the training variance kappa df/dy", () => {
		const problem = problemOf({ points: 3, inputs: 1, scaling: "mean-field", noiseVariance: 0.02 });
		const { trainCovariance } = solve(problem, { variant: "tree" });
		// The error of central differences of this step is 1e-7, that of the means divided by it 1e-8.
		const step = 1e-4;
		for (let a = 0; a < 3; a++) {
			const [up, down] = [step, -step].map((shift) => {
				const data = problem.trainTargets.data.map((y, k) => (k === a ? y + shift : y));
				return solve({ ...problem, trainTargets: matrix(3, 1, data) }, { variant: "tree" }).trainMean!;
			}) as [Matrix, Matrix];
			for (let b = 0; b < 3; b++) {
				const slope = (problem.noiseVariance * (up.data[b]! - down.data[b]!)) / (2 * step);
				expect(Math.abs(slope - trainCovariance!.data[3 * b + a]!)).toBeLessThan(1e-7);
			}
		}
	});
});

describe("the self-consistent measure", () => {
	it("is nngp at infinite width, on grids and by random points", () => {
		for (const [inputs, samples] of [
			[2, 1024],
			[6, 1024],
		] as const) {
			const problem = problemOf({ inputs, width: 1e8 });
			// Corrections are P/N; what random points know of the prior they take from the exact kernel.
			expect(difference(solve(problem, { samples }), solve(problem, {}, "nngp"))).toBeLessThan(1e-6);
		}
	});

	it("does not depend on the order of the training points", () => {
		const problem = problemOf();
		const order = [3, 0, 4, 1, 2];
		const permuted = {
			...problem,
			trainInputs: permuteRows(problem.trainInputs, order),
			trainTargets: permuteRows(problem.trainTargets, order),
		};
		const [one, other] = [solve(problem), solve(permuted)];
		expect(largestDifference(one.testMean!, other.testMean!)).toBeLessThan(1e-10);
		expect(largestDifference(permuteRows(one.trainVariance!, order), other.trainVariance!)).toBeLessThan(
			1e-10,
		);
	});

	it("has Q = df/dDelta at fixed R, and without fluctuations the tree's", () => {
		const problem = problemOf();
		const unit = trainingUnit(hiddenUnit(engine, problem));
		const own = { width: 8, readoutVariance: 1.2, targets: problem.trainTargets.data, noiseVariance: 0.1 };
		const source = featureSource(engine, unit, trapezoidRule(2, 0.1, 10));
		const equations = adaptiveEquations(engine, own, source);
		const dual = normalMatrix(5, 1, 64).data;
		const some = normalMatrix(5, 5, 65).data;
		const resolvent = matrix(5, 5);
		for (let k = 0; k < 25; k++) {
			for (let c = 0; c < 5; c++) {
				resolvent.data[k]! += some[5 * Math.floor(k / 5) + c]! * some[5 * (k % 5) + c]!;
			}
		}
		const step = 1e-5;
		for (const R of [undefined, resolvent]) {
			const Q = equations.at({ dual, resolvent: R }).fluctuation();
			for (let a = 0; a < 5; a++) {
				const [up, down] = [step, -step].map((shift) => {
					const moved = dual.map((x, k) => (k === a ? x + shift : x));
					return equations.at({ dual: moved, resolvent: R });
				});
				for (let b = 0; b < 5; b++) {
					// Central differences of order-one functions: 1e-10 by the step, 1e-11 by rounding.
					expect(Math.abs((up!.mean[b]! - down!.mean[b]!) / (2 * step) - Q.data[5 * b + a]!)).toBeLessThan(
						1e-8,
					);
				}
				const slope = (up!.action - down!.action) / (2 * step);
				expect(Math.abs(slope - equations.at({ dual, resolvent: R }).residual[a]!)).toBeLessThan(1e-8);
			}
		}
		const none = equations.at({ dual, resolvent: matrix(5, 5) });
		expect(none.mean).toEqual(equations.at({ dual }).mean);
		expect(none.unit.meanStiffness).toBeCloseTo(1, 12);
	});

	it("by random points agrees with grids within its error", () => {
		const problem = problemOf({ points: 6 });
		const exact = solve(problem);
		const sampled = solve(problem, { quadrature: "sobol", samples: 2 ** 13 });
		const error = noteOf(sampled, "integrationError")!.value as number;
		expect(noteOf(exact, "integration")!.value).toBe("quadrature");
		expect(noteOf(sampled, "integration")!.value).toBe("importance");
		// Eight means, their largest error by four sets: 4 standard errors of a t distribution with 3 degrees of freedom in each.
		expect(largestDifference(exact.testMean!, sampled.testMean!)).toBeLessThan(4 * error);
		expect(largestDifference(exact.trainMean!, sampled.trainMean!)).toBeLessThan(4 * error);
		expect(sampled.orderParameters.meanFluctuationFactor as number).toBeCloseTo(
			exact.orderParameters.meanFluctuationFactor as number,
			1,
		);
	});

	// Ellipses wide enough for the modes of the stronger tilt; with few chains, or narrow ellipses, the bias of resampling shows.
	it.each([{}, { scaling: "mean-field", noiseVariance: 0.01 }] as Shape[])(
		"by Markov chains agrees with grids within its error, $scaling",
		(shape) => {
			const problem = problemOf(shape);
			const exact = solve(problem);
			const unit = hiddenUnit(engine, problem);
			const { width = 8, scaling, noiseVariance = 0.1 } = shape;
			const own = {
				width,
				readoutVariance: scaling === "mean-field" ? 1.2 / width : 1.2,
				targets: problem.trainTargets.data,
				noiseVariance,
			};
			const start = { dual: new Float64Array(5) };
			const nodes = nodesOfProposal(
				engine,
				{ unit, scales: Float64Array.of(3.5, 3.5) },
				start,
				seedStream(9),
			);
			const settings = { nodes, start, samples: 2 ** 16, stream: seedStream(8), fluctuating: true };
			const search = searchByChains(engine, own, unit, settings, undefined);
			expect(search.settled).toBe(true);
			const { solution, sets, chains } = solveByChains(engine, own, search, true);
			expect(solution.converged).toBe(true);
			expect(chains.rHat).toBeLessThan(1.05);
			const meanOf = ({ point }: typeof solution) =>
				point.field.dual.map((x, a) => own.targets[a]! - noiseVariance * x);
			const mean = meanOf(solution);
			for (let a = 0; a < 5; a++) {
				const values = sets.map((set) => meanOf(set.solution)[a]!);
				const center = values.reduce((sum, x) => sum + x, 0) / values.length;
				const error = Math.sqrt(values.reduce((sum, x) => sum + (x - center) ** 2, 0) / 56);
				// Student's t with 7 degrees of freedom exceeds 5.4 once in a thousand.
				expect(Math.abs(mean[a]! - exact.trainMean!.data[a]!)).toBeLessThan(5.4 * error);
			}
		},
	);
});

describe("answers", () => {
	it("say what they are, and what they do not give", () => {
		const { orderParameters, absent, validity, kernels } = solve(problemOf());
		expect(Object.keys(orderParameters)).toEqual(["dualField", "meanFluctuationFactor"]);
		expect(Object.keys(absent)).toEqual(["logEvidence", "kernels.preactivation"]);
		expect(Object.keys(kernels)).toEqual(["output"]);
		expect(validity.map(({ name }) => name)).toEqual([
			"variant",
			"P/N",
			"integration",
			"integrationError",
			"<L> - 1",
		]);
	});

	it("refuse a grid over many weights", () => {
		expect(messageOf(() => solve(problemOf({ inputs: 6 }), { quadrature: "converged" }))).toBe(
			"quadrature: converged is for at most 3 weights of a unit, its bias among them; the points span 5. Use auto or sobol.",
		);
	});
});
