import { gram, identity, matrix, scaled, trace } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { priorKernels } from "../../src/index.ts";
import { informationGain } from "../../src/probes/information-gain.ts";
import { answerOf, engine } from "../helpers/answers.ts";
import { denseLayer, networkOf, normalMatrix, smallProblem } from "../helpers/problems.ts";
import { choleskyFactor } from "../helpers/small-cholesky.ts";
import {
	column,
	diagonalKernel,
	randomKernel,
	rankOne,
	readingsOf,
	readingsOfOne,
} from "./kernel-readings.ts";

const noiseVariance = 0.2;
const read = (
	kernel: Parameters<typeof readingsOfOne>[1],
	context: Parameters<typeof readingsOfOne>[2] = {},
) => readingsOfOne(informationGain, kernel, { noiseVariance, ...context });
const both = (information: number, evidence: number) => ({
	informationGain: [expect.closeTo(information, 11)],
	evidenceGain: [expect.closeTo(evidence, 11)],
});

describe("known answers", () => {
	it("is P/2 log(1 + c/kappa) for c times the identity", () => {
		const [P, c] = [4, 0.7];
		const information = (P / 2) * Math.log(1 + c / noiseVariance);
		const fit = (9 * c) / (2 * noiseVariance * (noiseVariance + c));
		expect(read(scaled(identity(P), c), { trainTargets: column(2, 2, 1, 0) })).toEqual(
			both(information, fit - information),
		);
	});

	it("is 1/2 log(1 + |v|^2/kappa) for one feature", () => {
		const information = Math.log(1 + 9 / noiseVariance) / 2;
		const fit = 9 / (2 * noiseVariance) - 9 / (2 * (noiseVariance + 9));
		expect(read(rankOne(1, 2, -2), { trainTargets: column(1, 2, -2) })).toEqual(
			both(information, fit - information),
		);
	});

	it("costs its information where the targets are zero", () => {
		const information = (Math.log(1 + 3 / noiseVariance) + Math.log(1 + 1 / noiseVariance)) / 2;
		expect(read(diagonalKernel(3, 1), { trainTargets: column(0, 0) })).toEqual(
			both(information, -information),
		);
	});

	it("is the log evidence of infinite width above that of noise", () => {
		const trainTargets = normalMatrix(6, 3, 9);
		const problem = smallProblem(networkOf([denseLayer("erf"), denseLayer("relu")]), {
			trainTargets,
			noiseVariance,
		});
		const { logEvidence } = answerOf("nngp", problem);
		const squares = trainTargets.data.reduce((sum, y) => sum + y ** 2, 0);
		const ofNoise = -squares / (2 * noiseVariance) - 9 * Math.log(2 * Math.PI * noiseVariance);
		const { evidenceGain } = read(priorKernels(engine, problem).output.train, { trainTargets });
		expect(evidenceGain).toEqual([expect.closeTo((logEvidence! - ofNoise) / 3, 11)]);
	});

	it("is tr K/(2 kappa) - I on average over targets of its own law", () => {
		const P = 5;
		const kernel = randomKernel(P, 1);
		const rows = Array.from({ length: P }, (_, a) =>
			Array.from(kernel.data.slice(a * P, (a + 1) * P), (k, b) => k + (a === b ? noiseVariance : 0)),
		);
		// P outputs sqrt(P) L with L L^T = K + kappa have exactly the covariance of the law.
		const trainTargets = matrix(
			P,
			P,
			Float64Array.from(choleskyFactor(rows).flat(), (x) => Math.sqrt(P) * x),
		);
		const { informationGain: information, evidenceGain } = read(kernel, { trainTargets }) as Record<
			string,
			number[]
		>;
		expect(evidenceGain![0]! + information![0]!).toBeCloseTo(trace(kernel) / (2 * noiseVariance), 11);
	});
});

describe("the readout of a hidden layer", () => {
	const features = gram(engine, normalMatrix(5, 3, 2));
	const output = randomKernel(5, 3);

	it("has the power of the prior's output", () => {
		const gauge = trace(output) / trace(features);
		const kernels = { "layer 1": features, output };
		const { "informationGain of layer 1": information, "evidenceGain of layer 1": evidence } = readingsOf(
			informationGain,
			kernels,
			{ noiseVariance },
		);
		const expected = read(scaled(features, gauge));
		expect(information).toEqual([expect.closeTo((expected.informationGain as number[])[0]!, 11)]);
		expect(evidence).toEqual([expect.closeTo((expected.evidenceGain as number[])[0]!, 11)]);
	});

	it("does not see how a layer is scaled, and sees growth from the prior on", () => {
		const of = (factor: number, priorFactor: number) =>
			readingsOf(
				informationGain,
				{ "layer 1": scaled(features, factor) },
				{ noiseVariance, prior: { "layer 1": scaled(features, priorFactor), output } },
			)["informationGain of layer 1"] as number[];
		expect(of(8, 8)[0]).toBeCloseTo(of(1, 1)[0]!, 12);
		expect(of(2, 1)[0]).toBeGreaterThan(of(1, 1)[0]!);
	});

	it("needs the prior's kernels", () => {
		const reason = (prior: Record<string, typeof output>) =>
			readingsOf(informationGain, { "layer 1": features }, { noiseVariance, prior })[
				"evidenceGain of layer 1"
			];
		expect(reason({ "layer 1": features })).toBe(
			"the prior's kernel of this layer, or of the output, is not known",
		);
		expect(reason({ "layer 1": scaled(features, 0), output })).toBe(
			"the prior's kernel of this layer, or of the output, is zero",
		);
	});
});

describe("no number", () => {
	const reasons = (reason: string) => ({ informationGain: reason, evidenceGain: reason });

	it("for kernels that are not covariances", () => {
		expect(read(diagonalKernel(2, -0.1))).toEqual(
			reasons("the kernel has the negative eigenvalue -1.0e-1 (the largest is 2.0e+0), as no covariance has"),
		);
	});

	it("where rounding hides the noise", () => {
		expect(read(rankOne(1, 2, 3), { noiseVariance: 1e-20 })).toEqual(
			reasons("the noise is below what rounding leaves of the kernel's smallest eigenvalue"),
		);
	});

	it("without noise", () => {
		const problem = smallProblem(networkOf([denseLayer("erf")]));
		expect(informationGain.applies(problem)).toBe(true);
		expect(informationGain.applies({ ...problem, noiseVariance: 0 })).toBe(
			"information-gain compares outputs with their noise, and noiseVariance is 0: the information is infinite.",
		);
	});
});
