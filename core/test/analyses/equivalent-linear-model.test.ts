import { describe, expect, it } from "vitest";
import { linearError } from "../../src/analyses/equivalent-linear-model/linear-error.ts";
import { equivalentLinearModel } from "../../src/analyses/equivalent-linear-model.ts";
import { findTheory, parseProblem, solveTheory, teacherData } from "../../src/index.ts";
import { analyze, engine } from "./analyses.ts";

const layer = (activation: string, changes: object = {}) => ({
	type: "dense",
	width: 50,
	activation,
	weightVariance: 1.3,
	...changes,
});
const network = (activation: string, depth = 1, changes: object = {}) => ({
	layers: Array.from({ length: depth }, () => layer(activation)),
	readout: { weightVariance: 0.8 },
	scaling: "standard",
	...changes,
});
const ask = async (net: object, samplesPerInput: number | number[] = 1, noiseVariance = 0.05) =>
	analyze(equivalentLinearModel, { network: net, noiseVariance, options: { samplesPerInput } });

describe("the equivalent linear model", () => {
	it("loses nothing of rho^2 + eps without data, and keeps eps with infinitely many", async () => {
		const { results } = await ask(network("erf", 2), [0, 1e12]);
		const { linearPower, nonlinearPower, linearError: m, testError } = results;
		expect((m as number[])[0]).toBeCloseTo(linearPower, 14);
		expect((testError as number[])[0]).toBeCloseTo(linearPower + nonlinearPower, 14);
		// m falls as (kappa + eps) d/P.
		expect((testError as number[])[1]! - nonlinearPower).toBeLessThan(1e-12);
		expect((m as number[])[1]).toBeGreaterThan(0);
	});

	it("of a linear network without noise has the error rho^2 (1 - P/d), and none from P = d on", async () => {
		const { results } = await ask(network("linear", 2), [0.25, 0.9, 1, 4], 0);
		const { linearPower, nonlinearPower, linearError: m } = results;
		expect(linearPower).toBeCloseTo(1.3 * 1.3 * 0.8, 14);
		expect(nonlinearPower).toBe(0);
		const [first, second, ...rest] = m as number[];
		expect(first! / linearPower).toBeCloseTo(0.75, 13);
		expect(second! / linearPower).toBeCloseTo(0.1, 13);
		expect(rest).toEqual([0, 0]);
	});

	it("solves its own equation (7), without cancellation at either end", () => {
		for (const noise of [1e-14, 0.1, 1e9]) {
			for (const samplesPerInput of [1e-9, 0.5, 1, 2, 1e9]) {
				const m = linearError({ linearPower: 0.7, noise, samplesPerInput });
				const right = 0.7 / (1 + (samplesPerInput * 0.7) / (noise + m));
				// The right side is less sensitive to m than m itself: both are right to rounding.
				expect(Math.abs(m / right - 1)).toBeLessThan(1e-13);
			}
		}
	});

	it("has the closed forms of erf and sin, and by quadrature what tanh gives", async () => {
		const q = 1.3;
		const powers = async (activation: string) => (await ask(network(activation))).results;
		const erf = await powers("erf");
		expect(erf.linearPower).toBeCloseTo((0.8 * q * 4) / Math.PI / (1 + 2 * q), 14);
		const total = (0.8 * 2 * Math.asin((2 * q) / (1 + 2 * q))) / Math.PI;
		expect(erf.linearPower + erf.nonlinearPower).toBeCloseTo(total, 14);
		const sin = await powers("sin");
		expect(sin.linearPower).toBeCloseTo(0.8 * q * Math.exp(-q), 14);
		expect(sin.nonlinearPower).toBeCloseTo(0.8 * ((1 - Math.exp(-2 * q)) / 2 - q * Math.exp(-q)), 14);
		// E tanh'(sqrt(q) z) = E (1 - tanh^2): the two averages are tied together.
		const tanh = await powers("tanh");
		const second = (tanh.linearPower + tanh.nonlinearPower) / 0.8;
		expect(tanh.linearPower).toBeCloseTo(0.8 * q * (1 - second) ** 2, 9);
	});

	it("divides by the width in the mean-field scaling", async () => {
		const standard = (await ask(network("erf"))).results;
		const meanField = (await ask(network("erf", 1, { scaling: "mean-field" }))).results;
		expect(meanField.linearPower * 50).toBeCloseTo(standard.linearPower, 14);
		expect(meanField.nonlinearPower * 50).toBeCloseTo(standard.nonlinearPower, 14);
	});

	it("takes network and noise of a problem, with or without data", async () => {
		const { results: wanted } = await ask(network("erf"));
		const setting = { network: network("erf"), noiseVariance: 0.05 };
		const options = { samplesPerInput: 1 };
		const partial = await analyze(equivalentLinearModel, { problem: setting, options });
		expect(partial.results).toEqual(wanted);
		expect(partial.validity).toHaveLength(1);
		const whole = { ...setting, trainInputs: [[1]], trainTargets: [1] };
		const full = await analyze(equivalentLinearModel, { problem: whole, options });
		expect(full.results).toEqual(wanted);
		expect(full.validity.at(-1)!.message).toBe(
			"the data of the problem are not used: only its network and its noise variance are",
		);
	});

	it("is what the infinite-width mean reaches on teachers drawn from the prior", async () => {
		// Wide random networks y = (1/sqrt M) sum a_m erf(w_m.x/sqrt d): the prior with all variances 1.
		const [inputs, samples, kappa] = [60, 60, 0.05];
		const errors: number[] = [];
		const matched = {
			layers: [layer("erf", { width: 2000, weightVariance: 1 })],
			readout: { weightVariance: 1 },
			scaling: "standard",
		};
		for (let seed = 1; seed <= 24; seed++) {
			const { trainInputs, trainTargets, testInputs, testTargets } = teacherData(
				{ type: "network", dimension: inputs, inputVariance: 1, width: 400, activation: "erf" },
				{ trainCount: samples, testCount: 200, targetNoiseVariance: kappa, seed, engine },
			);
			const problem = {
				...parseProblem({ trainInputs: [[0]], trainTargets: [0], network: matched, noiseVariance: kappa }),
				trainInputs,
				trainTargets,
				testInputs: testInputs!,
			};
			const { testMean } = solveTheory(findTheory("nngp"), problem, {}, { engine, clock: () => 0 });
			errors.push(
				testTargets!.data.reduce((sum, g, i) => sum + (g - testMean!.data[i]!) ** 2 / testTargets!.rows, 0),
			);
		}
		const average = errors.reduce((a, b) => a + b) / errors.length;
		const spread = errors.reduce((sum, e) => sum + (e - average) ** 2, 0) / (errors.length - 1);
		const { testError } = (await ask(matched, samples / inputs, kappa)).results;
		// Corrections are of order 1/d, one standard error here: 4 of them are allowed.
		expect(Math.abs(average - (testError as number))).toBeLessThan(4 * Math.sqrt(spread / errors.length));
	});
});

describe("equivalent-linear-model refuses", () => {
	it.each([
		[
			"activations that are not odd",
			network("relu"),
			"network.layers[0].activation: wanted an odd activation, such as erf, tanh, sin or linear; got relu. Activations that are not odd have a constant part, which the linear model lacks.",
		],
		[
			"biases",
			network("erf", 1, { layers: [layer("erf", { biasVariance: 0.1 })] }),
			"network.layers[0].biasVariance: wanted 0; got 0.1. The linear model has no constant part.",
		],
		[
			"a bias of the readout",
			network("erf", 1, { readout: { weightVariance: 1, biasVariance: 2 } }),
			"network.readout.biasVariance: wanted 0; got 2. The linear model has no constant part.",
		],
		[
			"convolutions",
			network("erf", 1, {
				layers: [{ type: "convolution", channels: 4, patch: 2, activation: "erf", weightVariance: 1 }],
			}),
			"network.layers[0].type: wanted dense layers; got convolution.",
		],
		[
			"variances beyond float64",
			network("linear", 1, { readout: { weightVariance: 1e308 } }),
			"network: wanted variances whose products float64 can hold; got Infinity. Rescale weightVariance and noiseVariance.",
		],
	])("%s", async (_, net, message) => {
		await expect(ask(net)).rejects.toMatchObject({ name: "InputError", message });
	});
});
