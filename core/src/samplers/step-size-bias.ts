import type { Matrix } from "@finitude/engine";
import type { SampledAnswer, ValidityNote } from "../answer/answer.ts";
import type { ChainResult } from "./chain-result.ts";
import type { SamplingSettings } from "./sampler.ts";

/**
 * Settings of the run that shows the step-size bias of a run of `langevin`: half its step size, twice its steps per draw, so
 * that draws are as far apart in time, and another seed, so that the two are independent. It keeps nothing that is not
 * compared. Undefined where the option `biasCheck` is false, or the chains have no draws.
 */
export function halfStepSettings(
	settings: SamplingSettings,
	chains: readonly ChainResult[],
	{ stepsPerDraw, biasCheck }: { stepsPerDraw: number; biasCheck: boolean },
): SamplingSettings | undefined {
	const stepSize = chains[0]?.stepSize;
	if (!biasCheck || stepSize === undefined) return undefined;
	return {
		...settings,
		covariance: false,
		saveWeights: false,
		seed: settings.seed === Number.MAX_SAFE_INTEGER ? 0 : settings.seed + 1,
		options: { ...settings.options, stepSize: stepSize / 2, stepsPerDraw: 2 * stepsPerDraw },
	};
}

/** How far two answers differ in one moment of f over all training and test points and outputs. */
interface Difference {
	/** Largest and root mean square of the difference over its standard error. */
	readonly largest: number;
	readonly typical: number;
	/** Root mean square of the difference over that of the moment. */
	readonly relative: number;
}

/** Differences beyond this many standard errors are not chance: one in 16,000 for a single comparison. */
const RESOLVED = 4;

/**
 * Notes on the step-size bias of the posterior mean and variance of f: an answer at step size eta against one at eta / 2 with
 * independent draws. To first order in eta the bias of the answer is twice the difference (Talay and Tubaro 1990).
 */
export function stepSizeBias(answer: SampledAnswer, half: SampledAnswer): ValidityNote[] {
	return (["Mean", "Variance"] as const).map((moment) => {
		const { largest, typical, relative } = difference(answer, half, moment);
		const verdict =
			largest > RESOLVED
				? `The bias is resolved: to first order it is twice the difference, ${percent(2 * relative)}.`
				: "No bias beyond the Monte-Carlo error.";
		const doubt =
			answer.convergence.converged && half.convergence.converged
				? verdict
				: "One of the two runs has not converged: this says little.";
		return {
			name: `step-size bias of the ${moment.toLowerCase()}`,
			value: largest,
			message:
				`Half the step size over the same time changes the posterior ${moment.toLowerCase()} of f by ${percent(relative)} ` +
				`(root mean square over points), ${typical.toPrecision(2)} standard errors, ${largest.toPrecision(2)} at most. ` +
				doubt,
		};
	});
}

function percent(x: number): string {
	return `${x < 0.995 ? (100 * x).toPrecision(2) : Math.round(100 * x)} %`;
}

function difference(answer: SampledAnswer, half: SampledAnswer, moment: "Mean" | "Variance"): Difference {
	let [largest, scores, squares, size, count] = [0, 0, 0, 0, 0];
	for (const points of ["train", "test"] as const) {
		const [a, b] = [answer[`${points}${moment}`], half[`${points}${moment}`]];
		if (a === undefined || b === undefined) continue;
		const errors = [answer, half].map((one) => one[`${points}${moment}StandardError`] as Matrix);
		for (let i = 0; i < a.data.length; i++) {
			const change = a.data[i]! - b.data[i]!;
			const error = Math.hypot(errors[0]!.data[i]!, errors[1]!.data[i]!);
			// Both chains keep one value, as where the inputs are 0: nothing differs there.
			const score = change === 0 ? 0 : Math.abs(change) / error;
			largest = Math.max(largest, score);
			scores += score * score;
			squares += change * change;
			size += b.data[i]! ** 2;
			count++;
		}
	}
	return {
		largest,
		typical: Math.sqrt(scores / count),
		relative: size === 0 ? 0 : Math.sqrt(squares / size),
	};
}
