/** What every theory promises, tested over every theory in the registry. */
import { createEngine, type Matrix, matrix, symmetricEigenvalues, transposed } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import {
	type Answer,
	answerToJson,
	assumptions,
	type Layer,
	type Problem,
	solveTheory,
	theories,
} from "../../src/index.ts";
import {
	denseLayer,
	largestDifference,
	networkOf,
	normalMatrix,
	permuteRows,
	smallProblem,
} from "../helpers/problems.ts";

const engine = await createEngine();

const problems: Record<string, Problem> = {
	"erf, one layer": smallProblem(networkOf([denseLayer("erf")])),
	"linear, one layer": smallProblem(networkOf([denseLayer("linear")])),
	"relu with biases": smallProblem(
		networkOf([denseLayer("relu", { biasVariance: 0.2 })], {
			readout: { weightVariance: 1, biasVariance: 0.3 },
		}),
	),
	"tanh, mean-field": smallProblem(networkOf([denseLayer("tanh")], { scaling: "mean-field" }), {
		noiseVariance: 0.01,
	}),
	"two layers, two outputs": smallProblem(networkOf([denseLayer("erf"), denseLayer("gelu", { width: 30 })]), {
		trainTargets: normalMatrix(6, 2, 4),
	}),
	"residual blocks": smallProblem(
		networkOf([
			denseLayer("erf"),
			{ ...denseLayer("erf"), type: "residual", residualScale: 0.5 } as Layer,
			{ ...denseLayer("erf"), type: "residual", residualScale: 0.5 } as Layer,
		]),
	),
	"no test points": withoutTest(smallProblem(networkOf([denseLayer("sigmoid")]))),
	convolution: smallProblem(
		networkOf([
			{
				type: "convolution",
				channels: 20,
				patch: 3,
				stride: 3,
				activation: "erf",
				weightVariance: 1,
				biasVariance: 0,
			},
		]),
	),
};

function withoutTest({ testInputs: _, ...rest }: Problem): Problem {
	return rest;
}

const ANSWER_KEYS = [
	"theory",
	"trainMean",
	"trainVariance",
	"trainCovariance",
	"testMean",
	"testVariance",
	"testCovariance",
	"testOutputCovariance",
	"logEvidence",
	"kernels",
	"orderParameters",
	"integrationErrors",
	"absent",
	"validity",
	"convergence",
];

describe.each(theories.map((theory) => ({ id: theory.id, theory })))("theory $id", ({ theory }) => {
	const defaults = theory.options.parse({});
	const solve = (problem: Problem, covariance = false): Answer =>
		theory.solve(problem, defaults, { engine, covariance });
	const answered = Object.entries(problems).filter(([, problem]) => theory.applies(problem) === true);

	it("answers at least the plain erf network, or the plain linear one", () => {
		const plain = ["erf, one layer", "linear, one layer"].map((name) => theory.applies(problems[name]!));
		expect(plain).toContain(true);
	});

	it("describes itself", () => {
		expect(theory.id).toMatch(/^[a-z]+(-[a-z]+)*$/);
		expect(theory.summary).toMatch(/^[A-Z].*\.$/);
		expect(theory.references.length).toBeGreaterThan(0);
		for (const { key, authors, title, year, arxiv, doi } of theory.references) {
			expect(key).toMatch(/^[a-z]+\d{4}[a-z]+$/);
			expect(authors.length).toBeGreaterThan(0);
			expect(title).not.toBe("");
			expect(year).toBeGreaterThan(1900);
			expect(arxiv ?? doi).toBeDefined();
		}
	});

	it("says what it assumes of the hidden layers, be it nothing", () => {
		expect(theory.assumes).toBeDefined();
		expect((theory.assumes ?? []).filter((name) => !(name in assumptions))).toEqual([]);
	});

	it("has options that are all described, all defaulted, and refuses others", () => {
		const shape = (theory.options as unknown as { shape: Record<string, { description?: string }> }).shape;
		expect(Object.keys(defaults)).toEqual(Object.keys(shape));
		for (const option of Object.values(shape)) expect(option.description).toMatch(/\.$/);
		expect(theory.options.safeParse({ noSuchOption: 1 }).success).toBe(false);
	});

	it("refuses with a sentence that names it, and `solve` says the same", () => {
		for (const problem of Object.values(problems)) {
			const applies = theory.applies(problem);
			if (applies === true) continue;
			expect(applies.startsWith(theory.id)).toBe(true);
			expect(applies.endsWith(".")).toBe(true);
			expect(() => solveTheory(theory, problem, {}, { engine, clock: () => 0 })).toThrowError(applies);
		}
	});

	describe.each(answered)("%s", (_name, problem) => {
		const D = problem.trainTargets.columns;
		const P = problem.trainInputs.rows;
		const answer = solve(problem, true);

		it("has the promised keys and shapes, and finite numbers", () => {
			expect(ANSWER_KEYS).toEqual(expect.arrayContaining(Object.keys(answer)));
			expect(answer.theory).toBe(theory.id);
			for (const m of [answer.trainMean, answer.trainVariance]) {
				if (m) expect([m.rows, m.columns]).toEqual([P, D]);
			}
			if (problem.testInputs) {
				const shape = [problem.testInputs.rows, D];
				for (const m of [answer.testMean, answer.testVariance]) {
					if (m) expect([m.rows, m.columns]).toEqual(shape);
				}
			} else {
				expect([answer.testMean, answer.testVariance, answer.testCovariance]).toEqual([
					undefined,
					undefined,
					undefined,
				]);
			}
			const { deviations, ...errors } = answer.integrationErrors ?? {};
			for (const [name, error] of Object.entries(errors)) expect(error, name).toBeGreaterThanOrEqual(0);
			const known = Object.keys(deviations ?? {});
			expect(Object.keys(errors)).toEqual(expect.arrayContaining(known));
			expect(JSON.stringify(answerToJson(answer))).not.toContain("null");
			expect(answer.convergence.converged).toBe(true);
		});

		it("gives means, variances and log evidence or says why not", () => {
			const train = ["trainMean", "trainVariance", "logEvidence"] as const;
			const test = problem.testInputs ? (["testMean", "testVariance"] as const) : [];
			for (const name of [...train, ...test]) {
				expect(answer[name] === undefined, name).toBe(name in answer.absent);
			}
			for (const reason of Object.values(answer.absent)) expect(reason.length).toBeGreaterThan(20);
		});

		it("gives the means where it converged, and at the test points what it gives at the training points", () => {
			expect(answer.trainMean).toBeDefined();
			if (problem.testInputs === undefined) return;
			expect(answer.testMean).toBeDefined();
			expect(answer.testVariance === undefined).toBe(answer.trainVariance === undefined);
		});

		it("has symmetric kernels, positive semi-definite unless they are differences or forces or a note names them, and such covariances", () => {
			const { shifts, kernels } = kernelMatrices(answer);
			for (const shift of shifts) expect(largestDifference(shift, transposed(shift))).toBe(0);
			const matrices = [...kernels, answer.trainCovariance, answer.testCovariance];
			// A first order may lead outside the positive matrices: that is said, not hidden.
			const said = answer.validity.some(({ name }) => name === "indefiniteKernel");
			for (const kernel of matrices.filter((m) => m !== undefined)) {
				expect(largestDifference(kernel, transposed(kernel))).toBe(0);
				if (said) continue;
				const eigenvalues = symmetricEigenvalues(engine, kernel);
				// Rounding of an n x n eigenvalue problem, times what forming the matrix adds.
				expect(eigenvalues[0]).toBeGreaterThan(-1e-13 * Math.max(1, eigenvalues.at(-1)!));
			}
		});

		it("permutes with the data", () => {
			const order = [3, 0, 5, 1, 4, 2];
			const shuffled = solve({
				...problem,
				trainInputs: permuteRows(problem.trainInputs, order),
				trainTargets: permuteRows(problem.trainTargets, order),
			});
			// The factorization runs in another order, and sums over some 10^5 nodes as well: rounding times the condition number,
			// about 100 here and several hundred in the mean-field scaling. Iterations end somewhere within their residual.
			const bound = 3e-11 + 10 * (answer.convergence.residual + shuffled.convergence.residual);
			for (const key of ["trainMean", "trainVariance"] as const) {
				if (answer[key] === undefined) continue;
				expect(largestDifference(shuffled[key]!, permuteRows(answer[key], order))).toBeLessThan(bound);
			}
			if (answer.testMean) expect(largestDifference(shuffled.testMean!, answer.testMean)).toBeLessThan(bound);
			if (answer.logEvidence !== undefined) {
				expect(Math.abs(shuffled.logEvidence! - answer.logEvidence)).toBeLessThan(10 * bound);
			}
		});

		it("becomes the prior as the noise grows", () => {
			const noiseVariance = 1e9;
			const loud = solve({ ...problem, noiseVariance });
			const prior = priorVariance(problem, loud);
			// First order in 1/kappa: mean K y / kappa, variance changed by K^2 / kappa.
			expect(Math.max(...loud.trainMean!.data.map(Math.abs))).toBeLessThan(1e-6);
			if (loud.trainVariance === undefined) return;
			for (let i = 0; i < P; i++) {
				expect(Math.abs(loud.trainVariance.data[i * D]! / prior[i]! - 1)).toBeLessThan(1e-6);
			}
		});

		it("predicts zero for zero targets", () => {
			const silent = solve({ ...problem, trainTargets: matrix(P, D) });
			for (const m of [silent.trainMean, silent.testMean]) {
				if (m) expect(Math.max(...m.data.map(Math.abs))).toBe(0);
			}
		});
	});
});

/** Diagonal of the prior covariance of f at the training points: at infinite width, with the shift that the theory gives it. */
function priorVariance(problem: Problem, { kernels }: Answer): number[] {
	const output = theories.find(({ id }) => id === "nngp")!.solve(problem, {}, { engine }).kernels
		.output as Matrix;
	const shift = kernels.priorShift as Matrix | undefined;
	return Array.from({ length: output.rows }, (_, i) => {
		const at = i * output.columns + i;
		return output.data[at]! + (shift?.data[at] ?? 0);
	});
}

/** `outputShift` and `priorShift` are differences of kernels, `conjugate` is the force on them. */
function kernelMatrices(answer: Answer): { shifts: Matrix[]; kernels: Matrix[] } {
	const indefinite = (name: string) => name.endsWith("Shift") || name === "conjugate";
	const of = (shift: boolean) =>
		Object.entries(answer.kernels)
			.filter(([name]) => indefinite(name) === shift)
			.flatMap(([, quantity]) => [quantity].flat(2) as Matrix[]);
	return { shifts: of(true), kernels: of(false) };
}
