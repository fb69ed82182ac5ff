/** `deep-linear` against a quadrature over all factors with plain loops, and what must not change it. */
import { describe, expect, it } from "vitest";
import { linearFirstLayerMoment, type Problem } from "../../../src/index.ts";
import { messageOf } from "../../helpers/message-of.ts";
import { linearPosterior } from "../../samplers/linear-posterior.ts";
import { dense, normalMatrix, randomProblem } from "../../samplers/problems.ts";
import { differenceOf, engine, relative, solve } from "./solve.ts";

const shape = { points: 6, inputs: 4, testPoints: 3 };
const problems: Record<string, Problem> = {
	"one layer": randomProblem({ ...shape, layers: [dense(3, "linear", 1.4)] }),
	"one unit": randomProblem({ ...shape, layers: [dense(1, "linear")] }),
	"mean-field": randomProblem({
		...shape,
		layers: [dense(6, "linear")],
		scaling: "mean-field",
		noiseVariance: 0.05,
	}),
	"two layers": randomProblem({ ...shape, layers: [dense(3, "linear"), dense(7, "linear", 0.6)] }),
};

describe.each(Object.entries(problems))("deep-linear, %s", (_, problem) => {
	const exact = linearPosterior(problem);
	const answer = solve("deep-linear", problem, {}, true);
	const P = problem.trainInputs.rows;
	// Two quadratures of 1e-12 and the rounding of factorizations of condition 1e3.
	const tolerance = 1e-10;

	it("has its log evidence, means, variances and covariances", () => {
		expect(Math.abs(answer.logEvidence! / exact.logEvidence - 1)).toBeLessThan(tolerance);
		const means = [...answer.trainMean!.data, ...answer.testMean!.data];
		const variances = [...answer.trainVariance!.data, ...answer.testVariance!.data];
		const n = exact.mean.length;
		exact.mean.forEach((mean, i) => {
			expect(Math.abs(means[i]! - mean)).toBeLessThan(tolerance);
			expect(Math.abs(variances[i]! - exact.variance[i]!)).toBeLessThan(tolerance);
			for (let j = 0; j < n; j++) {
				if (i < P !== j < P) continue;
				const got = i < P ? answer.trainCovariance! : answer.testCovariance!;
				const [a, b] = i < P ? [i, j] : [i - P, j - P];
				const wanted = exact.covariance.data[i * n + j]!;
				expect(Math.abs(got.data[a * got.columns + b]! - wanted)).toBeLessThan(tolerance);
			}
		});
	});

	it("has its output kernel and its first-layer weights where they are derived", () => {
		if (problem.network.layers.length > 1) {
			expect(answer.kernels.output).toBeUndefined();
			expect(answer.absent["kernels.output"]).toBe(
				"not derived: the posterior of the hidden kernel is known for one hidden layer, without readout bias and without the mean term",
			);
			expect(messageOf(() => linearFirstLayerMoment(engine, problem))).toBe(
				"network: wanted one dense linear hidden layer and one output; got another network.",
			);
			return;
		}
		expect(relative(answer.kernels.output as never, exact.kernel)).toBeLessThan(tolerance);
		expect(relative(linearFirstLayerMoment(engine, problem), exact.weightCovariance)).toBeLessThan(tolerance);
	});
});

describe("deep-linear", () => {
	it("does not depend on the order of the widths", () => {
		const of = (...widths: number[]) =>
			solve(
				"deep-linear",
				randomProblem({ ...shape, layers: widths.map((width) => dense(width, "linear")) }),
			);
		const answer = of(2, 5, 11);
		// The convolution is summed in another order.
		for (const other of [of(11, 2, 5), of(5, 11, 2)]) expect(differenceOf(other, answer)).toBeLessThan(1e-12);
	});

	it("is `scale-mixture` with linear units", () => {
		for (const problem of Object.values(problems)) {
			const [a, b] = [solve("scale-mixture", problem), solve("deep-linear", problem)];
			expect(differenceOf(a, b)).toBe(0);
			expect(a.validity[0]!.message).toBe("for linear units the law of the scale is exact at any width");
		}
	});

	it("takes a readout bias as the noise that all points share", () => {
		const base = { ...shape, layers: [dense(4, "linear")] };
		const at = (biasVariance: number) =>
			solve(
				"deep-linear",
				randomProblem({ ...base, readout: { weightVariance: 1, biasVariance } }),
				{},
				true,
			);
		const none = solve("deep-linear", randomProblem(base), {}, true);
		// First order in the bias variance over the noise of the mean of the targets: 6e-10.
		expect(differenceOf(at(1e-11), none)).toBeLessThan(1e-8);
		expect(relative(at(1e-11).trainCovariance!, none.trainCovariance!)).toBeLessThan(1e-8);
		expect(relative(at(1e-11).testCovariance!, none.testCovariance!)).toBeLessThan(1e-8);
		// A very uncertain bias: shifting all targets shifts all means.
		const wide = randomProblem({ ...base, readout: { weightVariance: 1, biasVariance: 1e8 } });
		const shifted = {
			...wide,
			trainTargets: { ...wide.trainTargets, data: wide.trainTargets.data.map((y) => y + 5) },
		};
		const [before, after] = [solve("deep-linear", wide), solve("deep-linear", shifted)];
		// 5 kappa / (P s_b^2) and rounding of 1e8.
		after.testMean!.data.forEach((m, i) => {
			expect(Math.abs(m - before.testMean!.data[i]! - 5)).toBeLessThan(1e-6);
		});
	});

	it("keeps the law of the scale as the noise vanishes on points that the kernel cannot tell apart", () => {
		// Nine points in four dimensions: the evidence falls as 1/kappa, and its digits with it, the scale stays.
		const at = (noiseVariance: number) =>
			solve(
				"deep-linear",
				randomProblem({ ...shape, points: 9, layers: [dense(10, "linear")], noiseVariance }),
			);
		const [small, tiny] = [at(1e-9), at(1e-16)];
		for (const name of ["scaleMean", "scaleDeviation"]) {
			const [a, b] = [small, tiny].map(({ orderParameters }) => orderParameters[name] as number);
			// First order in the noise over the smallest eigenvalue, about 0.1.
			expect(Math.abs(a! / b! - 1)).toBeLessThan(1e-7);
		}
		expect(relative(tiny.testMean!, small.testMean!)).toBeLessThan(1e-7);
		expect(tiny.validity.find(({ name }) => name === "modes")!.value).toBe(1);
	});

	it("says that the second mode of the scale is there", () => {
		const note = (problem: Problem) =>
			solve("deep-linear", problem).validity.find(({ name }) => name === "modes");
		expect(note(problems["one layer"]!)).toEqual({
			name: "modes",
			value: 1,
			message: "the posterior of the scale has one mode",
		});
		// Ten directions of variance 100 and one of .1, targets along the last.
		const inputs = normalMatrix(3, 11, 11);
		inputs.data.fill(0);
		for (let i = 0; i < 11; i++) inputs.data[i * 12] = Math.sqrt(11 * (i === 10 ? 0.1 : 100));
		const targets = normalMatrix(4, 11, 1);
		targets.data.fill(0);
		targets.data[10] = Math.sqrt(12);
		const { testInputs: _, ...base } = problems["one layer"]!;
		const two = {
			...base,
			trainInputs: inputs,
			trainTargets: targets,
			network: { ...base.network, layers: [dense(5, "linear")] },
			noiseVariance: 0.1,
		};
		expect(note(two)).toEqual({
			name: "modes",
			value: 2,
			message: "the posterior of the scale has 2 modes, and the answer averages over them all",
		});
	});
});

describe("refusals", () => {
	const refusal = (theory: string, problem: Problem, options = {}) =>
		messageOf(() => solve(theory, problem, options));
	const of = (changes: Partial<Parameters<typeof randomProblem>[0]>) =>
		randomProblem({ ...shape, layers: [dense(4, "linear")], ...changes });

	it("names what breaks the exactness", () => {
		expect(refusal("deep-linear", of({ layers: [dense(4, "linear"), dense(4, "erf")] }))).toBe(
			"deep-linear is exact for linear activations only; layer 2 has erf. Use scale-mixture.",
		);
		const biased = of({ layers: [dense(4, "linear"), dense(4, "linear", 1, 0.1)] });
		expect(refusal("deep-linear", biased)).toBe(
			"deep-linear: a bias in hidden layer 2 breaks the scale mixture.",
		);
		expect(solve("scale-mixture", biased).validity[0]).toEqual({
			name: "ansatz",
			value: "bias in hidden layer 2",
			message:
				"the scale ansatz is not exact with a bias above the first layer, which the scales below do not multiply",
		});
	});

	it("wants a kernel of full rank and no readout bias without noise, and targets that are not all zero", () => {
		expect(refusal("deep-linear", of({ noiseVariance: 0 }))).toBe(
			"noiseVariance is 0 and the prior kernel has rank 4 < P = 6: the zero-noise formulas need full rank; give a positive noiseVariance.",
		);
		const readout = { weightVariance: 1, biasVariance: 0.1 };
		expect(refusal("deep-linear", of({ noiseVariance: 0, readout }))).toBe(
			"deep-linear needs a positive noiseVariance where the readout has a bias; got 0.",
		);
		const silent = of({ inputs: 9, noiseVariance: 0 });
		const zeros = { ...silent.trainTargets, data: new Float64Array(6) };
		expect(refusal("deep-linear", { ...silent, trainTargets: zeros })).toBe(
			"trainTargets: wanted targets that are not all zero when noiseVariance is 0 and P >= N; got zeros for P = 6 and N = 4. The scale has no posterior; give a positive noiseVariance.",
		);
	});

	it("includes a mean term only where it is derived", () => {
		const deep = of({ layers: [dense(4, "relu"), dense(4, "relu")] });
		expect(refusal("scale-mixture", deep, { meanTerm: "include" })).toBe(
			"meanTerm include needs one dense hidden layer and one output; this network has L = 2.",
		);
		expect(solve("scale-mixture", deep).validity.at(-1)).toEqual({
			name: "meanTerm",
			value: "ignored",
			message:
				"relu has a mean, whose term is ignored: it is derived for one dense hidden layer and one output only",
		});
	});

	it("takes a mean term for linear units, which have none", () => {
		const problem = of({});
		const { options: _, ...plain } = solve("deep-linear", problem);
		for (const meanTerm of ["auto", "include", "ignore"]) {
			const { options, ...answer } = solve("deep-linear", problem, { meanTerm });
			expect(options).toEqual({ meanTerm, weightSharing: true, samples: 10_000, seed: 1 });
			expect(answer).toEqual(plain);
		}
		const deep = of({ layers: [dense(4, "linear"), dense(4, "linear")] });
		expect(refusal("deep-linear", deep, { meanTerm: "include" })).toBe(
			"meanTerm include needs one dense hidden layer and one output; this network has L = 2.",
		);
	});
});
