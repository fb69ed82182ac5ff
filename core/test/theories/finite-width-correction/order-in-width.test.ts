/** How fast the answers become right as the network grows: exact posteriors, sampled truth, and the theory's own order in 1/N. */
import { readFileSync } from "node:fs";
import { createEngine, matrix } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { type Answer, findTheory, type Problem } from "../../../src/index.ts";
import { goldenFiles } from "../../helpers/golden.ts";
import {
	denseLayer,
	largestDifference,
	networkOf,
	normalMatrix,
	smallProblem,
} from "../../helpers/problems.ts";
import { exactLinearMean } from "./exact-linear-mean.ts";
import { fourPoints } from "./four-points.ts";
import { reluLinePosterior } from "./relu-line.ts";

const engine = await createEngine();
const theory = findTheory("finite-width-correction");
const nngp = findTheory("nngp");
const solve = (problem: Problem): Answer =>
	theory.solve(problem, theory.options.parse({}), { engine, covariance: true });
const limit = (problem: Problem): Answer => nngp.solve(problem, {}, { engine, covariance: true });

function withWidths(problem: Problem, factor: number): Problem {
	const layers = problem.network.layers.map((layer) =>
		layer.type === "convolution"
			? { ...layer, channels: layer.channels * factor }
			: { ...layer, width: layer.width * factor },
	);
	return { ...problem, network: { ...problem.network, layers } };
}

describe("the correction", () => {
	it.each([["erf"], ["relu"], ["erf", "quadratic"], ["relu", "erf"]])(
		"twice the widths, half the correction: %s %s",
		(...activations) => {
			const problem = fourPoints(
				activations.filter((a) => a !== undefined),
				16,
			);
			const [one, two, infinite] = [solve(problem), solve(withWidths(problem, 2)), limit(problem)];
			for (const key of [
				"trainMean",
				"testMean",
				"trainVariance",
				"testVariance",
				"testCovariance",
			] as const) {
				const half = one[key]!.data.map(
					(x, k) => infinite[key]!.data[k]! + 0.5 * (x - infinite[key]!.data[k]!),
				);
				expect(largestDifference(two[key]!, matrix(two[key]!.rows, two[key]!.columns, half))).toBeLessThan(
					1e-14,
				);
			}
			expect(two.logEvidence! - infinite.logEvidence!).toBeCloseTo(
				(one.logEvidence! - infinite.logEvidence!) / 2,
				12,
			);
		},
	);
});

/** Slope of log y over log N by least squares. */
function slope(widths: readonly number[], errors: readonly number[]): number {
	const center = (values: number[]) => {
		const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
		return values.map((v) => v - mean);
	};
	const x = center(widths.map(Math.log));
	const y = center(errors.map(Math.log));
	const dot = (a: number[], b: number[]) => a.reduce((sum, v, i) => sum + v * b[i]!, 0);
	return dot(x, y) / dot(x, x);
}

/**
 * The error is a/N^2 + b/N^3 + c/N^4 + ...; of widths that double, 2 (2N)^2 e(2N) - N^2 e(N) = a - c/(2 N^2) + ...: Richardson's
 * extrapolation.
 *
 * @returns N^2 times the distance of every extrapolation from the last one, relative to it
 */
function leveling(widths: readonly number[], errors: readonly number[]): number[] {
	const scaled = errors.map((error, i) => widths[i]! ** 2 * error);
	const leading = scaled.slice(1).map((value, i) => 2 * value - scaled[i]!);
	const last = leading.at(-1)!;
	return leading.map((value, i) => widths[i]! ** 2 * (value / last - 1));
}

describe("linear networks", () => {
	const widths = [16, 32, 64, 128, 256, 512];
	const errorsAt = (depth: number, noiseVariance: number) =>
		widths.map((width) => {
			const layers = Array.from({ length: depth }, () => denseLayer("linear", { width, weightVariance: 1 }));
			const problem = smallProblem(networkOf(layers), {
				trainInputs: normalMatrix(3, 3, 11),
				trainTargets: normalMatrix(3, 1, 12),
				testInputs: normalMatrix(2, 3, 13),
				noiseVariance,
			});
			return largestDifference(solve(problem).testMean!, exactLinearMean(engine, problem));
		});

	it.each([1, 2])("depth %d: the error falls as 1/N^2 from N = 16 to 512", (depth) => {
		// With this noise the next order is below 1.7/N of the error: it moves the slope by less than 0.05.
		expect(Math.abs(slope(widths, errorsAt(depth, 2)) + 2)).toBeLessThan(0.05);
	});

	it.each([
		// At little noise the next order of one layer is 8/N, which bends the slope to -2.26 between N = 16 and 32.
		[1, 0.5],
		[1, 2],
		[2, 0.5],
		[2, 2],
	])("depth %d, noise %d: N^2 times the error levels off", (depth, noiseVariance) => {
		// The order after the next, relative to the error, has coefficients of 7 at most on these data.
		for (const next of leveling(widths, errorsAt(depth, noiseVariance)))
			expect(Math.abs(next)).toBeLessThan(10);
	});
});

describe("relu on a line", () => {
	const widths = [8, 16, 32, 64, 128];
	const answers = widths.map((width) => {
		const problem = smallProblem(networkOf([denseLayer("relu", { width })]), {
			trainInputs: matrix(3, 1, Float64Array.of(1, -0.7, 0.4)),
			trainTargets: matrix(3, 1, Float64Array.of(1.2, -0.5, 0.3)),
			testInputs: matrix(2, 1, Float64Array.of(1.5, -1)),
			noiseVariance: 1,
		});
		return { answer: solve(problem), exact: reluLinePosterior(problem) };
	});
	const largest = (values: readonly number[], wanted: readonly number[]) =>
		Math.max(...values.map((value, i) => Math.abs(value - wanted[i]!)));

	it.each([
		[
			"mean",
			({ answer, exact }) => largest([...answer.trainMean!.data, ...answer.testMean!.data], exact.mean),
		],
		[
			"variance",
			({ answer, exact }) =>
				largest([...answer.trainVariance!.data, ...answer.testVariance!.data], exact.variance),
		],
		["logEvidence", ({ answer, exact }) => Math.abs(answer.logEvidence! - exact.logEvidence)],
	] as [string, (at: (typeof answers)[number]) => number][])(
		"%s: N^2 times the error levels off",
		(_, errorOf) => {
			const errors = answers.map(errorOf);
			// The coefficients of the order after the next, relative to the error, are 5 (mean), 9 and 21 here. Of an error that fell
			// as 1/N one of them would be 512.
			for (const next of leveling(widths, errors)) expect(Math.abs(next)).toBeLessThan(30);
		},
	);
});

describe("the truth of the golden files", () => {
	const files = goldenFiles().filter(({ name }) => /^fwc-(erf|relu|quadratic)-depth1-n/.test(name));

	it.each(files.map((file) => [file.name, file] as const))(
		"%s: a better mean than infinite width",
		(name, { problem }) => {
			const truth = JSON.parse(
				readFileSync(new URL(`../../../../fixtures/golden/${name}.json`, import.meta.url), "utf8"),
			).truth;
			const error = (answer: Answer) =>
				Math.max(
					...[...answer.trainMean!.data, ...answer.testMean!.data].map((x, k) =>
						Math.abs(x - [...truth.trainMean, ...truth.testMean].flat()[k]),
					),
				);
			expect(error(solve(problem))).toBeLessThan(error(limit(problem)) / 2);
		},
	);

	it.each([
		// N^2 times the error of the mean levels off: the values at the two widths agree but for the next order, of relative size 1/N.
		["erf", 8, 32, 0.2],
		["quadratic", 16, 32, 0.4],
	])("%s: the error times N^2 levels off", (activation, low, high, tolerance) => {
		const scaled = [low, high].map((N) => {
			const name = `fwc-${activation}-depth1-n${N}`;
			const { problem } = files.find((file) => file.name === name)!;
			const truth = JSON.parse(
				readFileSync(new URL(`../../../../fixtures/golden/${name}.json`, import.meta.url), "utf8"),
			).truth;
			const answer = solve(problem);
			const wanted = [...truth.trainMean, ...truth.testMean].flat();
			return (
				N *
				N *
				Math.max(
					...[...answer.trainMean!.data, ...answer.testMean!.data].map((x, k) => Math.abs(x - wanted[k])),
				)
			);
		});
		expect(Math.abs(Math.log(scaled[1]! / scaled[0]!))).toBeLessThan(tolerance);
	});
});
