import { seedStream, splitStream } from "@finitude/engine";
import type { Answer, Convergence } from "../../../../answer/answer.ts";
import { priorKernels } from "../../../../kernels/prior-kernels.ts";
import type { Problem } from "../../../../problem/problem.ts";
import {
	errorsBySets,
	type JudgedNumbers,
	LEAST_EFFECTIVE_FRACTION,
	principalFactor,
} from "../../../../tilted-unit/index.ts";
import { factorKernel } from "../../../kernel-factor.ts";
import type { SolveContext } from "../../../theory.ts";
import { infiniteWidthKernels, type KernelMap } from "../../layers.ts";
import type { MapKernelsOptions } from "../../options.ts";
import { unsolved } from "../../unsolved.ts";
import { tooFewEffective } from "../effective-fraction.ts";
import { saddleAnswer } from "../saddle-answer.ts";
import { type DeepProblem, deepPoints } from "./deep-equations.ts";
import { outputBlocks } from "./extend-deep.ts";
import { type DeepSaddle, findDeepSaddle } from "./find-deep-saddle.ts";
import { judge, logEvidence, type SolvedDeep } from "./judged.ts";
import { layerRules } from "./layer-proposals.ts";
import { findPilot, smallestFraction } from "./pilot.ts";
import { liftNotes, randomNotes } from "./validity.ts";

/** A residual below this counts as solved; it is far below what random points leave. */
const ACCURACY = 1e-8;

/** The same for the sets that show the error. */
const SET_ACCURACY = 1e-6;

/** Independent sets of points whose spread is the standard error, each with this fraction of the points (log2). */
const [SETS, LOG2_FRACTION] = [4, 4];

/**
 * The most probable kernels of a deep network of bounded smooth units, averages by scrambled Sobol points of the
 * pre-activations of every layer that are the same in all iterations. Four sets of a sixteenth of the points show the error.
 *
 * @throws InputError when K + kappa I is singular at infinite width
 */
export function solveDeepSaddle(
	{ samples, seed }: MapKernelsOptions,
	layers: readonly KernelMap[],
	problem: Problem,
	context: SolveContext,
): Answer {
	const { engine, covariance = false, onProgress } = context;
	const prior = priorKernels(engine, problem, { testCovariance: covariance });
	factorKernel(engine, prior.output.train, problem.noiseVariance);
	const infinite = infiniteWidthKernels(prior);
	const inputs = infinite[0]!;
	const deep: DeepProblem = {
		layers,
		inputs: inputs.train,
		inputFactor: principalFactor(engine, inputs.train),
		targets: problem.trainTargets,
		noiseVariance: problem.noiseVariance,
	};
	const P = problem.trainInputs.rows;
	const dimensions = layers.map((_, l) => (l === 0 ? deep.inputFactor.columns : P));
	const stream = seedStream(seed);
	const log2Count = Math.ceil(Math.log2(samples));
	const start = infinite.slice(1).map(({ train }) => train);
	const pilot = findPilot(engine, deep, dimensions, start, log2Count, splitStream(stream, 0), onProgress);
	if (!pilot.saddle) return unsolved(problem, notConverged(), []);
	const solveOn = (log2: number, index: number, accuracy: number): SolvedDeep | undefined => {
		const rules = layerRules(engine, dimensions, pilot.proposals, log2, splitStream(stream, index));
		const points = deepPoints(engine, deep, rules);
		const saddle = findDeepSaddle(engine, deep, points, pilot.saddle!.kernels, { accuracy });
		return saddle && { points, saddle };
	};
	const log2Set = log2Count - LOG2_FRACTION;
	const judged: JudgedNumbers[] = [];
	for (let k = 1; k <= SETS; k++) {
		onProgress?.(0.2 + 0.1 * k, `saddle on ${2 ** log2Set} points, set ${k} of ${SETS}`);
		const set = solveOn(log2Set, k, SET_ACCURACY);
		if (!set?.saddle.converged) break;
		judged.push(judge(engine, deep, set, inputs));
	}
	onProgress?.(0.6, `saddle on ${2 ** log2Count} points`);
	const found = solveOn(log2Count, SETS + 1, ACCURACY);
	if (found === undefined) return unsolved(problem, notConverged(), []);
	const { saddle, points } = found;
	const errors =
		judged.length === SETS && saddle.converged
			? errorsBySets(judge(engine, deep, found, inputs), judged, 2 ** LOG2_FRACTION)
			: undefined;
	const validity = randomNotes({
		count: 2 ** log2Count,
		seed,
		sets: SETS,
		setCount: 2 ** log2Set,
		fractions: saddle.tilted.map(({ effectiveFraction }) => effectiveFraction),
		errors,
	});
	if (!saddle.converged) return unsolved(problem, notConverged(saddle), validity);
	const fraction = smallestFraction(saddle);
	if (fraction < LEAST_EFFECTIVE_FRACTION) {
		return unsolved(problem, tooFewEffective(fraction, saddle.iterations, saddle.residual), validity);
	}
	const { blocks, lift } = outputBlocks(engine, deep, points, saddle, inputs);
	return saddleAnswer(
		problem,
		layers,
		{
			prior: prior.output.train,
			preactivation: [inputs.train, ...saddle.kernels.slice(0, -1)],
			output: blocks,
			conjugate: saddle.conjugates,
			logEvidence: logEvidence(deep, saddle),
			integrationErrors: errors ?? {},
			validity: [...validity, ...liftNotes(lift)],
			convergence: { converged: true, iterations: saddle.iterations, residual: saddle.residual },
		},
		context,
	);
}

function notConverged(saddle?: DeepSaddle): Convergence {
	const got = saddle ? ` (residual ${saddle.residual.toExponential(1)})` : "";
	return {
		converged: false,
		iterations: saddle?.iterations ?? 0,
		// Without a start there are no equations; JSON has no infinity.
		residual: saddle?.residual ?? Number.MAX_VALUE,
		advice: `The fixed point of the layer kernels was not reached${got}. Raise samples or noiseVariance, or use equations-of-state.`,
	};
}
