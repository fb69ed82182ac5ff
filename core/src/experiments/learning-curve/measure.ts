import type { SampledNetwork, SampleNetwork } from "../../analyses/analysis.ts";
import { isInputError } from "../../errors.ts";
import type { Problem } from "../../problem/problem.ts";
import type { SamplingSettings } from "../../samplers/sampler.ts";
import type { TheoryChoice } from "../experiment.ts";
import type { TheoryOutcome } from "../outcomes.ts";
import { type CurveCell, curveCells, type LearningCurve, problemAt } from "./learning-curve.ts";
import {
	type CurveMeasurement,
	type SampledMeasurement,
	sampledMeasurement,
	theoryMeasurement,
} from "./measurement.ts";

/** What measuring needs from its caller: the same in threads, in one thread, or in a browser. */
export interface MeasureContext {
	/** Every theory chosen, in order; undefined when it was interrupted. */
	readonly solve: (
		problem: Problem,
		theories: "all" | readonly TheoryChoice[],
	) => Promise<readonly TheoryOutcome[] | undefined>;
	/** Undefined when it was interrupted. */
	readonly sample: SampleNetwork;
	/** Told before each cell, counted from 0. */
	readonly onCell?: (cell: CurveCell, index: number, count: number) => void;
}

/**
 * Every cell of the curve in order, up to the one that was interrupted. The chains of a repetition have the seed of the sampling +
 * repetition.
 * @throws InputError for a theory's wrong option, and when a training set cannot be made.
 */
export async function measureLearningCurve(
	curve: LearningCurve,
	{ solve, sample, onCell }: MeasureContext,
): Promise<CurveMeasurement[]> {
	const { experiment, settings, targetNoise } = curve;
	const cells = curveCells(settings);
	const measured: CurveMeasurement[] = [];
	for (const [index, cell] of cells.entries()) {
		onCell?.(cell, index, cells.length);
		const problem = problemAt(curve, cell);
		const outcomes = await solve(problem, experiment.theories);
		if (outcomes === undefined) break;
		const theories = outcomes.map((outcome) => theoryMeasurement(problem, outcome, targetNoise));
		if (experiment.sampling === false || !settings.sampleAt.includes(cell.samples)) {
			measured.push({ ...cell, theories });
			continue;
		}
		const seed = (experiment.sampling.seed + cell.repetition) % Number.MAX_SAFE_INTEGER;
		const sampled = await sampledOrReason(problem, { ...experiment.sampling, seed }, sample, targetNoise);
		if (sampled === undefined) break;
		measured.push({ ...cell, theories, sampled });
	}
	return measured;
}

/** A refusal is like that of a theory: the others' answers stand without it. */
async function sampledOrReason(
	problem: Problem,
	settings: SamplingSettings,
	sample: SampleNetwork,
	targetNoise: number,
): Promise<SampledMeasurement | { readonly reason: string } | undefined> {
	try {
		const sampled: SampledNetwork | undefined = await sample(problem, settings);
		return sampled && sampledMeasurement(problem, sampled, targetNoise);
	} catch (error) {
		if (!isInputError(error)) throw error;
		return { reason: error.message };
	}
}
