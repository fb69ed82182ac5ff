/** What `exact-mean-field` refuses, warns of, and leaves out. */
import { matrix } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { isNormalizable } from "../../../src/theories/exact-mean-field/growth.ts";
import { NOT_NORMALIZABLE } from "../../../src/theories/exact-mean-field/unsolved.ts";
import { requireEffectiveNodes } from "../../../src/theories/exact-mean-field/validity.ts";
import { exactMeanField } from "../../../src/theories/exact-mean-field.ts";
import { hiddenUnit, trainingUnit } from "../../../src/tilted-unit/index.ts";
import { messageOf } from "../../helpers/message-of.ts";
import { denseLayer, networkOf, normalMatrix } from "../../helpers/problems.ts";
import { engine, plane, solve } from "./problems.ts";

const identity = (P: number, scale: number) =>
	matrix(
		P,
		P,
		Float64Array.from({ length: P * P }, (_, k) => (k % (P + 1) === 0 ? scale : 0)),
	);

describe("refuses", () => {
	it.each([
		[
			"deep networks",
			plane("erf", { network: networkOf([denseLayer("erf"), denseLayer("erf")]) }),
			"exact-mean-field handles one hidden layer; use equations-of-state for deeper networks.",
		],
		[
			"several outputs",
			plane("erf", { trainTargets: normalMatrix(5, 3, 1) }),
			"exact-mean-field handles one output; the targets have 3 columns.",
		],
		[
			"no noise",
			plane("erf", { noiseVariance: 0 }),
			"exact-mean-field needs a noiseVariance above 0; got 0.",
		],
		[
			"activations that grow faster than linearly",
			plane("quadratic"),
			"exact-mean-field needs an activation that grows at most linearly: for quadratic the tilted neuron density is not normalizable. Use finite-width-correction.",
		],
	])("%s", (_name, problem, sentence) => {
		expect(exactMeanField.applies(problem)).toBe(sentence);
	});

	it.each([
		[
			"erf",
			2,
			"sphere",
			"integration: sphere needs an activation with phi(c h) = c phi(h) for c > 0, as relu and linear; this one is erf. Use importance or quadrature.",
		],
		[
			"relu",
			3,
			"quadrature",
			"integration: quadrature is for at most 2 weights per neuron, its bias among them; the points span 3. Use auto.",
		],
	])("%s with %i inputs on %s nodes", (activation, inputs, integration, sentence) => {
		expect(messageOf(() => solve(plane(activation, { inputs }), { integration }))).toBe(sentence);
	});

	it("a grid that would be too fine", () => {
		const trainInputs = matrix(
			5,
			2,
			normalMatrix(5, 2, 11).data.map((x) => 1e4 * x),
		);
		const problem = plane("erf", { trainInputs, network: { scaling: "standard" } });
		expect(messageOf(() => solve(problem, { integration: "quadrature" }))).toBe(
			"integration: quadrature needs too many nodes: the pre-activations vary too fast over the weights, by large inputs or targets. Use importance.",
		);
	});

	it("fluctuations of many points", () => {
		const many = { trainInputs: normalMatrix(65, 2, 1), trainTargets: normalMatrix(65, 1, 2) };
		expect(messageOf(() => solve(plane("erf", many), { evidence: "one-loop" }))).toBe(
			"evidence: wanted saddle with more than 64 training points; got one-loop with 65. The fluctuations need the eigenvalues of a matrix with P(P+1)/2 rows; use saddle.",
		);
		expect(messageOf(() => solve(plane("erf", many), { variance: "with-kernel-fluctuations" }))).toBe(
			"variance: wanted conditional with more than 64 training points; got with-kernel-fluctuations with 65. The fluctuations need the eigenvalues of a matrix with P(P+1)/2 rows; use conditional.",
		);
	});

	it("too few nodes that count", () => {
		expect(messageOf(() => requireEffectiveNodes(199.4, 1024))).toBe(
			"exact-mean-field: effective sample size 199 is too small; raise samples or reduce the input dimension.",
		);
		expect(() => requireEffectiveNodes(200, 1024)).not.toThrow();
		const problem = plane("erf", {
			inputs: 30,
			trainInputs: normalMatrix(40, 30, 11),
			trainTargets: normalMatrix(40, 1, 12),
			noiseVariance: 0.1,
		});
		expect(messageOf(() => solve(problem, { samples: 1024 }))).toMatch(
			/^exact-mean-field: effective sample size \d+ is too small; raise samples or reduce the input dimension\.$/,
		);
	});
});

describe("a density that cannot be normalized", () => {
	it.each(["gelu", "softplus", "relu"])("%s", (activation) => {
		const unit = trainingUnit(hiddenUnit(engine, plane(activation, { inputs: 3 })));
		// b(u) = 1 - scale |relu(u X)|^2, and no |relu(u X)|^2 exceeds the sum of squares of the inputs.
		const total = unit.inputs.data.reduce((sum, x) => sum + x * x, 0);
		expect(isNormalizable(engine, unit, identity(5, 1 / total))).toBe(true);
		expect(isNormalizable(engine, unit, identity(5, 20 / total))).toBe(false);
	});

	it("does not exist for bounded activations", () => {
		const unit = trainingUnit(hiddenUnit(engine, plane("tanh")));
		expect(isNormalizable(engine, unit, identity(5, 1e9))).toBe(true);
	});

	it("is named in the advice", () => {
		expect(NOT_NORMALIZABLE.advice).toBe(
			"The tilted neuron density is not normalizable (b(u) <= 0): the targets may be far larger than the prior allows. Rescale the targets or raise noiseVariance.",
		);
	});
});

describe("a saddle that is not reached", () => {
	// One unit in the standard scaling and hardly any noise: the kernel has no most likely value.
	const problem = plane("erf", {
		inputs: 3,
		layer: { width: 1 },
		network: { scaling: "standard" },
		noiseVariance: 1e-6,
	});
	const answer = solve(problem, { samples: 1024 });

	it("says so, and gives nothing else", () => {
		const { converged, residual, advice } = answer.convergence;
		expect(converged).toBe(false);
		expect(advice).toBe(
			`The mean-field saddle did not converge (residual ${residual.toExponential(1)}). Raise samples, take another seed or more noise, or use equations-of-state.`,
		);
		expect(answer.kernels).toEqual({});
		expect(answer.orderParameters).toEqual({});
		expect(Object.keys(answer.absent).sort()).toEqual(
			[
				"kernels.output",
				"kernels.preactivation",
				"logEvidence",
				"testCovariance",
				"testMean",
				"testVariance",
				"trainCovariance",
				"trainMean",
				"trainVariance",
			].sort(),
		);
	});
});

describe("notes", () => {
	const messages = (name: string, { validity }: ReturnType<typeof solve>) =>
		validity.filter((note) => note.name === name).map(({ message }) => message);

	it("few nodes that count are a warning, enough are reported", () => {
		const few = solve(plane("erf", { inputs: 4 }), { samples: 1024 });
		const count = Math.round(few.orderParameters.effectiveSampleSize as number);
		expect(messages("effectiveSampleSize", few)).toEqual([
			`effective sample size ${count} of 1024 is small; raise samples or reduce the input dimension`,
		]);
		const enough = solve(plane("erf", { inputs: 4 }), { seed: 3 });
		const many = Math.round(enough.orderParameters.effectiveSampleSize as number);
		expect(messages("effectiveSampleSize", enough)).toEqual([
			`${many} of 16384 nodes carry the averages over a unit's weights`,
		]);
		expect(messages("integrationError", enough)[0]).toMatch(
			/^the error of the means by the spread and the bias of 4 independent sets of 4096 nodes, for 16384 nodes over 4 weights with seed 3; that of the variances is \d\.\de[+-]\d+, that of the output kernel is \d\.\de[+-]\d+, that of logEvidence is \d\.\de[+-]\d+$/,
		);
	});

	it("activations without a closed kernel borrow their proposal", () => {
		expect(messages("proposal", solve(plane("tanh", { inputs: 1 })))).toEqual([
			"tanh has no closed kernel: nodes are drawn with the covariance that the equations of state give for erf, and the start is the prior",
		]);
		expect(messages("proposal", solve(plane("gelu", { inputs: 1 })))[0]).toContain("for relu");
	});

	it("the scaling", () => {
		const standard = plane("erf", { inputs: 1, network: { scaling: "standard" } });
		const answer = solve(standard, { variance: "with-kernel-fluctuations" });
		expect(messages("standardScaling", answer)).toEqual([
			"in the standard scaling the error is of the order of tr(Q R)/N, as that of equations-of-state, and either can be the closer one",
		]);
		expect(messages("varianceScaling", answer)).toHaveLength(1);
		const loud = solve(plane("erf", { inputs: 1, noiseVariance: 10 }));
		expect(messages("nothingToLearn", loud)[0]).toMatch(
			/^mean-field scaling with fixed noise: the output prior is c tr\(G\)\/P = \S+ against noise 10; nothing can be learned$/,
		);
	});
});
