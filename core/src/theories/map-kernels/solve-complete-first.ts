/** Order `complete-first`: kernels and mean to first order in 1/N. */
import { plus } from "@finitude/engine";
import type { Answer, IntegrationErrors } from "../../answer/answer.ts";
import { InputError } from "../../errors.ts";
import { priorKernels } from "../../kernels/prior-kernels.ts";
import type { Problem } from "../../problem/problem.ts";
import { exactMoment } from "../finite-width-correction/exact-moments.ts";
import { tensorFirstOrder } from "../finite-width-correction/first-order.ts";
import { posteriorOperators } from "../finite-width-correction/posterior-operators.ts";
import { rowsOf } from "../finite-width-correction/stacked-points.ts";
import { gaussianProcessPosterior } from "../gaussian-process.ts";
import { outputConjugate } from "../output-force.ts";
import type { SolveContext } from "../theory.ts";
import { conjugateKernels } from "./conjugate-kernels.ts";
import { infiniteWidthKernels, kernelMaps } from "./layers.ts";
import type { MapKernelsOptions } from "./options.ts";
import {
	expansionNote,
	expansionParameter,
	noiseNotes,
	pointsNote,
	relativeChange,
	relativeChangeNote,
} from "./validity.ts";

/** The tensor V has n^4 / 4 entries. */
const LARGEST = 60;

/**
 * Equations (12) and (13) of docs/theories/map-kernels.md: the mean of `finite-width-correction`, whose tensors these are.
 *
 * @throws InputError for more than 60 points, a singular K + kappa I of infinite width, or `quadrature` converged without a
 * closed form
 */
export function solveCompleteFirst(
	{ samples, seed, quadrature }: MapKernelsOptions,
	problem: Problem,
	{ engine }: SolveContext,
): Answer {
	const { network, trainTargets, noiseVariance, testInputs } = problem;
	const P = trainTargets.rows;
	requireFewPoints(P + (testInputs?.rows ?? 0));
	const isExact = (activation: string) =>
		activation === "linear" || (quadrature !== "sobol" && exactMoment(activation) !== undefined);
	if (quadrature === "converged") requireExact(problem, isExact);
	const layers = kernelMaps(network);
	const prior = priorKernels(engine, problem, { testCovariance: true });
	const limit = gaussianProcessPosterior(engine, prior.output, trainTargets, noiseVariance);
	const operators = posteriorOperators(engine, prior.output, trainTargets, noiseVariance);
	const { correction, errors, notes, convergence } = tensorFirstOrder(
		engine,
		problem,
		prior,
		operators,
		{ samples, seed },
		{ covariance: false },
		isExact,
	);
	const { mean, kernelShift, kernelOnlyMean, firstRowVariance } = correction;
	const trains = infiniteWidthKernels(prior).map(({ train }) => train);
	const top = outputConjugate(engine, trains.at(-1)!, trainTargets, noiseVariance);
	const n = mean.rows;
	const noVariance =
		"complete-first corrects the mean only; finite-width-correction has the variance to the same order";
	return {
		theory: "map-kernels",
		trainMean: plus(limit.trainMean, rowsOf(mean, 0, P)),
		...(limit.testMean && { testMean: plus(limit.testMean, rowsOf(mean, P, n)) }),
		kernels: {
			output: plus(prior.output.train, kernelShift),
			conjugate: conjugateKernels(engine, layers, trains, top),
		},
		orderParameters: {
			dualField: limit.discrepancy,
			...(limit.testMean && { kernelOnlyTestMean: plus(limit.testMean, rowsOf(kernelOnlyMean!, P, n)) }),
			kernelVarianceFirstRow: Array.from(firstRowVariance!),
		},
		...(errors && { integrationErrors: withoutVariance(errors) }),
		absent: {
			trainVariance: noVariance,
			trainCovariance: noVariance,
			...(testInputs && { testVariance: noVariance, testCovariance: noVariance }),
			logEvidence: "complete-first has none; finite-width-correction has the log evidence to the same order",
			"kernels.preactivation":
				"complete-first corrects the output kernel; order first has those of the layers",
		},
		validity: [
			expansionNote(expansionParameter(engine, layers.at(-1)!, top)),
			relativeChangeNote(relativeChange(prior.output.train, kernelShift)),
			pointsNote(problem, layers),
			...noiseNotes(problem, prior.output.train),
			...notes,
		],
		convergence,
	};
}

function requireFewPoints(n: number): void {
	if (n <= LARGEST) return;
	throw new InputError({
		where: "order",
		wanted: `at most ${LARGEST} training and test points together for order complete-first, whose cost grows as their fourth power`,
		got: `complete-first with ${n} points`,
		advice: "Use order first, or theory finite-width-correction for one hidden layer.",
	});
}

function requireExact({ network }: Problem, isExact: (activation: string) => boolean): void {
	const at = network.layers.findIndex(({ activation }) => !isExact(activation));
	if (at < 0) return;
	throw new InputError({
		where: "quadrature",
		wanted: "auto or sobol: the four-point moments of this activation are not known in closed form here",
		got: `converged, for ${network.layers[at]!.activation} in layer ${at + 1}`,
	});
}

/** The correction has a variance, which this order does not give. */
function withoutVariance({ variance: _, deviations, ...errors }: IntegrationErrors): IntegrationErrors {
	const { variance: __, ...rest } = deviations ?? {};
	return { ...errors, deviations: rest };
}
