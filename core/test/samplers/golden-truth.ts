/** The field `truth` of golden files: sampled or exact posteriors of the real network by independent implementations. */
import { readdirSync, readFileSync } from "node:fs";
import type { Matrix } from "@finitude/engine";
import type { ChainResult, Problem, SampledAnswer } from "../../src/index.ts";
import { parseProblem } from "../../src/index.ts";
import { standardErrorOfMean } from "../../src/samplers/point-estimates.ts";
import {
	type Measurement,
	measureMatrix,
	POINT_QUANTITIES,
	type Sampled,
	sampledOutputKernel,
	sampledPoints,
} from "../helpers/z-scores.ts";

type Nested = number | readonly Nested[];
type Numbers = Readonly<Record<string, Nested>>;

/** Standard errors stand beside the values under the name with "StandardError"; for kernels, in a record of their own. */
export interface Truth {
	readonly method: string;
	readonly kernels?: Numbers;
	readonly kernelsStandardError?: Numbers;
	readonly orderParameters?: Numbers;
	readonly orderParametersStandardError?: Numbers;
	readonly outputKernel?: Numbers;
	readonly [quantity: string]: string | Nested | Numbers | undefined;
}

export interface GoldenTruth {
	readonly name: string;
	readonly problem: Problem;
	readonly truth: Truth;
}

export const goldenFolder = new URL("../../../fixtures/golden/", import.meta.url);

/** Every file of a folder with the posterior of a network that is sampled at some noise. */
export function goldenTruths(folder = goldenFolder): GoldenTruth[] {
	return readdirSync(folder)
		.filter((name) => name.endsWith(".json"))
		.sort()
		.map((name) => ({ name, content: JSON.parse(readFileSync(new URL(name, folder), "utf8")) }))
		.filter(({ content }) => content.truth !== undefined && content.problem?.trainInputs !== undefined)
		.filter(
			({ content }) => content.problem.noiseVariance > 0 && !/NOT of the network/.test(content.truth.method),
		)
		.map(({ name, content }) => ({
			name: name.replace(".json", ""),
			problem: parseProblem(content.problem),
			truth: content.truth,
		}));
}

/** A quantity that the truth gives and the samples estimate. */
interface Compared {
	readonly label: string;
	readonly sampled: Sampled;
	readonly truth: Nested;
	/** Absent where the truth does not say. */
	readonly truthError?: Nested | undefined;
	readonly symmetric?: boolean;
}

/** Everything that the truth and the sampled answer both have. Symmetric matrices count once. */
export function compareWithTruth(
	golden: GoldenTruth,
	answer: SampledAnswer,
	chains: readonly ChainResult[],
): Measurement[] {
	const { truth } = golden;
	const precision = truth.method.startsWith("exact") ? 0 : relativePrecision(truth, answer);
	const compared = [...points(truth, answer), ...kernels(golden, answer), ...sigma(truth, answer)];
	return [
		...compared.flatMap(({ label, sampled, truth: value, truthError, symmetric = false }) =>
			measureMatrix(label, sampled, flat(value), {
				// A sampled truth without errors of its own is taken to know everything as well as its test means.
				truthError: truthError ? flat(truthError) : sampled.error.data.map((error) => precision * error),
				symmetric,
			}),
		),
		...outputKernelSummaries(truth, chains),
	];
}

/** Error of the truth's test means over that of ours, root mean squares. */
function relativePrecision(truth: Truth, answer: SampledAnswer): number {
	const squares = (x: readonly number[]) => x.reduce((sum, error) => sum + error * error, 0);
	const theirs = squares(flat(truth.testMeanStandardError as Nested));
	return Math.sqrt(theirs / squares([...answer.testMeanStandardError!.data]));
}

function points(truth: Truth, answer: SampledAnswer): Compared[] {
	return POINT_QUANTITIES.filter((label) => truth[label] !== undefined).map((label) => ({
		label,
		sampled: sampledPoints(answer, label),
		truth: truth[label] as Nested,
		truthError: truth[`${label}StandardError`] as Nested | undefined,
	}));
}

/**
 * `preactivation` means two things: in most files E (1/N) sum h h^T over a layer's units, as ours; in those of map-kernels and
 * multi-scale E C^(l), the covariance of h given the layer below, s^2 times the feature kernel of the layer below.
 */
function kernels({ name, problem, truth }: GoldenTruth, answer: SampledAnswer): Compared[] {
	const { output, preactivation = [] } = truth.kernels ?? {};
	const estimates = answer.kernels as Readonly<Record<string, readonly Matrix[]>>;
	const errors = answer.kernelStandardErrors as Readonly<Record<string, readonly Matrix[]>>;
	const compared: Compared[] = [];
	if (output !== undefined) {
		compared.push({
			label: "kernels.output",
			sampled: sampledOutputKernel(answer),
			truth: output,
			truthError: truth.kernelsStandardError?.output,
			symmetric: true,
		});
	}
	const conditional = /^(map-kernels|multi-scale)-/.test(name);
	(preactivation as readonly Nested[]).forEach((matrix, l) => {
		// C^(0) is given by the inputs.
		if (conditional && l === 0) return;
		const { weightVariance, biasVariance } = problem.network.layers[l]!;
		const from = conditional ? "feature" : "preactivation";
		const at = conditional ? l - 1 : l;
		const scaled = (x: Matrix, factor: number, shift: number) => ({
			...x,
			data: x.data.map((value) => factor * value + shift),
		});
		const factor = conditional ? weightVariance : 1;
		compared.push({
			label: `kernels.preactivation[${l}]`,
			sampled: {
				estimate: scaled(estimates[from]![at]!, factor, conditional ? biasVariance : 0),
				error: scaled(errors[from]![at]!, factor, 0),
			},
			truth: matrix,
			symmetric: true,
		});
	});
	return compared;
}

function sigma({ orderParameters, orderParametersStandardError }: Truth, answer: SampledAnswer): Compared[] {
	if (orderParameters?.Sigma === undefined) return [];
	return [
		{
			label: "Sigma",
			sampled: {
				estimate: answer.orderParameters.Sigma as Matrix,
				error: answer.orderParameterStandardErrors.Sigma as Matrix,
			},
			truth: orderParameters.Sigma,
			truthError: orderParametersStandardError?.Sigma,
			symmetric: true,
		},
	];
}

/** `labelProjection` is tr(Y^T K Y) / tr(Y^T Y), `meanDiagonal` tr K / P. */
function outputKernelSummaries({ outputKernel }: Truth, chains: readonly ChainResult[]): Measurement[] {
	if (outputKernel === undefined) return [];
	const series = {
		labelProjection: chains.map(({ scalars }) => scalars.kernelLabelProjection!),
		meanDiagonal: chains.map(({ scalars }) => scalars.kernelMeanDiagonal),
	};
	return Object.entries(series).map(([name, draws]) => {
		const all = draws.flatMap((chain) => [...chain]);
		return {
			label: `outputKernel.${name}`,
			estimate: all.reduce((a, b) => a + b, 0) / all.length,
			error: standardErrorOfMean(draws),
			truth: outputKernel[name] as number,
			truthError: outputKernel[`${name}StandardError`] as number,
		};
	});
}

function flat(value: Nested): number[] {
	return [value].flat(8) as number[];
}
