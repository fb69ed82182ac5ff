/** Several outputs and convolutions of linear units against the same posterior by weighted draws of the weights themselves. */
import { matrix } from "@finitude/engine";
import { expect, test } from "vitest";
import { type Answer, type Problem, priorKernels } from "../../../src/index.ts";
import { goldenFiles } from "../../helpers/golden.ts";
import {
	convolutionLayer,
	denseLayer,
	networkOf,
	normalMatrix,
	smallProblem,
} from "../../helpers/problems.ts";
import { expectAgreement, type Measurement } from "../../helpers/z-scores.ts";
import { engine, solve } from "./solve.ts";
import {
	gaussianSource,
	gramOf,
	product,
	rowsOf,
	type WeightedAverages,
	weightedPriorDraws,
} from "./weighted-prior-draws.ts";

const [P, TESTS] = [4, 2];

function problemOf(changes: Partial<Problem>): Problem {
	return smallProblem(networkOf([denseLayer("linear")]), {
		trainInputs: normalMatrix(P, 6, 1),
		testInputs: normalMatrix(TESTS, 6, 3),
		trainTargets: scaled(normalMatrix(P, 1, 2), 1.5),
		...changes,
	});
}

function scaled(m: ReturnType<typeof matrix>, factor: number) {
	return matrix(
		m.rows,
		m.columns,
		m.data.map((x) => factor * x),
	);
}

/** K over the training, then the test points, without the readout bias. */
function kernelOf(problem: Problem): number[][] {
	const { train, test } = priorKernels(engine, problem, { testCovariance: true }).outputWeights;
	return [
		...rowsOf(train).map((row, i) => [...row, ...rowsOf(test!.cross).map((cross) => cross[i]!)]),
		...rowsOf(test!.cross).map((cross, i) => [...cross, ...rowsOf(test!.covariance!)[i]!]),
	];
}

/** Covariance of f with the outputs of each point together. */
function kronecker(K: readonly number[][], Q: readonly number[][], bias: number): number[][] {
	return K.flatMap((row) =>
		Q.map((q, d) => row.flatMap((k) => q.map((value, e) => k * value + (d === e ? bias : 0)))),
	);
}

/** The standard errors of both, for the means in units of `meanStandardError` times the posterior deviation at most. */
function expectSame(answer: Answer, draws: WeightedAverages): void {
	const noteOf = (name: string) =>
		answer.validity.find((note) => note.name === name)?.value as number | undefined;
	const sampled = noteOf("meanStandardError") ?? 0;
	const measurements: Measurement[] = [];
	const mean = [...answer.trainMean!.data, ...answer.testMean!.data];
	const variance = [...answer.trainVariance!.data, ...answer.testVariance!.data];
	mean.forEach((value, i) => {
		measurements.push({
			label: `mean ${i}`,
			estimate: draws.mean[i]!,
			error: draws.meanError[i]!,
			truth: value,
			truthError: sampled * Math.sqrt(variance[i]!),
		});
		measurements.push({
			label: `variance ${i}`,
			estimate: draws.variance[i]!,
			error: draws.varianceError[i]!,
			truth: variance[i]!,
			// The calibrated average of a variance is about as precise, relatively, as that of a mean.
			truthError: 2 * sampled * variance[i]!,
		});
	});
	measurements.push({
		label: "log evidence",
		estimate: draws.logEvidence,
		error: draws.logEvidenceError,
		truth: answer.logEvidence!,
		truthError: noteOf("logEvidenceStandardError") ?? 0,
	});
	expectAgreement(measurements);
}

const bias = 0.3;
const biasedReadout = { readout: { weightVariance: 1.2, biasVariance: bias } };

/** Q from Gaussian weights: A A^T / N, A D x N, and so on down. */
const families = [
	{ name: "two outputs, four units, readout bias: quadrature", D: 2, widths: [4], seed: 11 },
	{ name: "two outputs, one unit: sampled", D: 2, widths: [1], seed: 12 },
	{ name: "three outputs, five units, readout bias", D: 3, widths: [5], seed: 13 },
	{ name: "three outputs, two units", D: 3, widths: [2], seed: 14 },
	{ name: "two outputs, widths 3 and 4", D: 2, widths: [3, 4], seed: 15 },
	{ name: "two outputs, widths 4 and 1", D: 2, widths: [4, 1], seed: 16 },
];

test.each(families)("$name", ({ name, D, widths, seed }) => {
	const biased = name.includes("bias") ? bias : 0;
	const problem = problemOf({
		trainTargets: normalMatrix(P, D, 20 + D),
		network: networkOf(
			widths.map((width) => denseLayer("linear", { width })),
			biased > 0 ? biasedReadout : {},
		),
	});
	const K = kernelOf(problem);
	const normal = gaussianSource(seed);
	const draws = weightedPriorDraws(
		2000,
		() => {
			let a = normal(D, widths.at(-1)!);
			for (let l = widths.length - 1; l > 0; l--) {
				const below = widths[l - 1]!;
				a = product(a, normal(widths[l]!, below)).map((row) => row.map((x) => x / Math.sqrt(widths[l]!)));
			}
			return kronecker(K, gramOf(a, widths[0]!), biased);
		},
		[...problem.trainTargets.data],
		problem.noiseVariance,
	);
	const answer = solve("deep-linear", problem, { samples: 4000 });
	expect(answer.convergence.converged).toBe(true);
	expectSame(answer, draws);
});

/** f(x) = sum_c sum_i a_ci w_c . x_i / sqrt(N n_p patch), all weights drawn, the first layer integrated out. */
test.each([
	{ patch: 3, channels: 5, weightSharing: true, seed: 21 },
	{ patch: 2, channels: 4, weightSharing: true, seed: 22 },
	{ patch: 2, channels: 1, weightSharing: true, seed: 23 },
	{ patch: 3, channels: 3, weightSharing: false, seed: 24 },
])(
	"convolution: patch $patch of 6 inputs, $channels channels, weight sharing $weightSharing",
	({ patch, channels, weightSharing, seed }) => {
		const problem = problemOf({
			network: networkOf([convolutionLayer("linear", { patch, stride: patch, channels })], biasedReadout),
		});
		const inputs = [...rowsOf(problem.trainInputs), ...rowsOf(problem.testInputs!)];
		const patches = inputs.map((x) =>
			Array.from({ length: 6 / patch }, (_, i) => x.slice(i * patch, (i + 1) * patch)),
		);
		const n = 6 / patch;
		const scale = 1.2 / (n * patch);
		const normal = gaussianSource(seed);
		const draws = weightedPriorDraws(
			2000,
			() => {
				const Q = gramOf(normal(n, channels), channels);
				return patches.map((x) =>
					patches.map((z) => {
						let sum = 0;
						for (let i = 0; i < n; i++) {
							for (let j = 0; j < n; j++) {
								if (!weightSharing && i !== j) continue;
								const dot = x[i]!.reduce((s, value, k) => s + value * z[j]![k]!, 0);
								sum += Q[i]![j]! * dot;
							}
						}
						return scale * sum + bias;
					}),
				);
			},
			[...problem.trainTargets.data],
			problem.noiseVariance,
		);
		const answer = solve("deep-linear", problem, { weightSharing, samples: 4000 });
		expect(answer.convergence.converged).toBe(true);
		expectSame(answer, draws);
	},
);

test("a convolution of four patches and twenty channels: the exact posterior mean of long sampling", () => {
	const { problem } = goldenFiles().find(({ name }) => name === "rescaling-convolution-linear-c20")!;
	// Importance sampling of the Wishart matrix by others, 240,000 draws from the prior.
	const truth = [-0.468080680649, -1.78371565721, -0.5328417183, -0.835284517199];
	const errors = [0.000259070602651, 0.000285501216441, 0.000376003627485, 0.00018971031852];
	const answer = solve("deep-linear", problem);
	const note = (name: string) => answer.validity.find((n) => n.name === name)!.value as number;
	// The prior as proposal has 1600 of 24,000.
	expect(note("effectiveSampleSize")).toBeGreaterThan(7000);
	expectAgreement(
		truth.map((value, i) => ({
			label: `testMean[${i}]`,
			estimate: answer.testMean!.data[i]!,
			error: note("meanStandardError") * Math.sqrt(answer.testVariance!.data[i]!),
			truth: value,
			truthError: errors[i]!,
		})),
	);
});

test("five channels keep a large effective sample size", () => {
	const { problem } = goldenFiles().find(({ name }) => name === "rescaling-convolution-linear-c20")!;
	const layer = { ...problem.network.layers[0]!, channels: 5 } as Problem["network"]["layers"][number];
	const answer = solve("deep-linear", { ...problem, network: { ...problem.network, layers: [layer] } });
	const note = answer.validity.find(({ name }) => name === "effectiveSampleSize")!;
	// The prior as proposal has 120 of 24,000.
	expect(note.value).toBeGreaterThan(3000);
});

/** In coordinates that ignore where Q is large, a quarter of the evidence hides behind the edge F_11 = 0 of the singular law. */
test("five outputs of three units, large targets: one effective draw in two, and the same evidence from other draws", () => {
	const problem = problemOf({
		trainInputs: normalMatrix(30, 10, 1),
		testInputs: normalMatrix(2, 10, 2),
		trainTargets: scaled(normalMatrix(30, 5, 5), 3),
		network: networkOf([denseLayer("erf", { width: 3, weightVariance: 1 })], {
			readout: { weightVariance: 1, biasVariance: 0 },
		}),
	});
	const [a, b] = [1, 2].map((seed) => solve("scale-mixture", problem, { seed, samples: 3000 }));
	const note = (answer: Answer, name: string) =>
		answer.validity.find((n) => n.name === name)!.value as number;
	for (const answer of [a!, b!]) expect(note(answer, "effectiveSampleSize")).toBeGreaterThan(1500);
	expectAgreement([
		{
			label: "log evidence",
			estimate: a!.logEvidence!,
			error: note(a!, "logEvidenceStandardError"),
			truth: b!.logEvidence!,
			truthError: note(b!, "logEvidenceStandardError"),
		},
	]);
});
