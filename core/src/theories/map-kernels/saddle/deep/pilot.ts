/** The saddle on few points: a start for the others, and where their points should lie. */
import { type Engine, type Matrix, type RandomState, splitStream } from "@finitude/engine";
import type { SolveContext } from "../../../theory.ts";
import { type DeepProblem, deepPoints } from "./deep-equations.ts";
import { type DeepSaddle, findDeepSaddle } from "./find-deep-saddle.ts";
import { type LayerProposals, layerRules, refitted } from "./layer-proposals.ts";

export interface Pilot {
	/** Undefined where the equations do not exist on the way. */
	readonly saddle: DeepSaddle | undefined;
	readonly proposals: LayerProposals;
}

/** log2 of the points at most. */
const LOG2_POINTS = 13;

/** All widths are multiplied by these in turn, the solution of one is the start of the next: the tilt grows from nothing. */
const ANNEALING = [8, 4, 2, 1];

/** A start needs no more than this. */
const ACCURACY = 1e-3;

/** Rounds of fitting at most; two or three are usual. */
const ROUNDS = 7;

/** A round counts as an improvement when it raises the smallest fraction of effective points by a tenth. */
const GAIN = 1.1;

/**
 * @param dimensions of the points, layer by layer
 * @param start C^(1) ... C^(L) at infinite width
 * @param log2Count points of the answer: the pilot has no more
 */
export function findPilot(
	engine: Engine,
	problem: DeepProblem,
	dimensions: readonly number[],
	start: readonly Matrix[],
	log2Count: number,
	stream: RandomState,
	onProgress: SolveContext["onProgress"],
): Pilot {
	const log2 = Math.min(LOG2_POINTS, log2Count);
	let proposals: LayerProposals = dimensions.map(() => undefined);
	let rules = layerRules(engine, dimensions, proposals, log2, splitStream(stream, 0));
	let saddle: DeepSaddle | undefined;
	let kernels = start;
	for (const [k, widening] of ANNEALING.entries()) {
		onProgress?.(0.05 * k, `saddle at ${widening} times the width`);
		const points = deepPoints(engine, problem, rules);
		saddle = findDeepSaddle(engine, problem, points, kernels, { widening, accuracy: ACCURACY });
		if (saddle === undefined) return { saddle, proposals };
		kernels = saddle.kernels;
	}
	let best = { saddle: saddle!, proposals };
	for (let round = 1; round <= ROUNDS; round++) {
		const next = refitted(engine, rules, saddle!, proposals);
		if (next === undefined) break;
		rules = layerRules(engine, dimensions, next, log2, splitStream(stream, round));
		const points = deepPoints(engine, problem, rules);
		saddle = findDeepSaddle(engine, problem, points, saddle!.kernels, { accuracy: ACCURACY });
		if (saddle === undefined || smallestFraction(saddle) < GAIN * smallestFraction(best.saddle)) break;
		proposals = next;
		best = { saddle, proposals };
	}
	return best;
}

/** Over the layers. */
export function smallestFraction({ tilted }: DeepSaddle): number {
	return Math.min(...tilted.map(({ effectiveFraction }) => effectiveFraction));
}
