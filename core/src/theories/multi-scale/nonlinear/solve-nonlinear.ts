/** One hidden layer of bounded units and one output: (2)-(5) and (13)-(17) of docs/theories/multi-scale.md. */
import { matrix, matrixFromColumn, symmetricEigenvalues } from "@finitude/engine";
import type { Answer, Convergence, ValidityNote } from "../../../answer/answer.ts";
import { type PriorKernels, priorKernels } from "../../../kernels/prior-kernels.ts";
import { chi, layerWidth } from "../../../network/network.ts";
import type { Problem } from "../../../problem/problem.ts";
import { judgedNumbers } from "../../../tilted-unit/index.ts";
import { gaussianProcessPosterior } from "../../gaussian-process.ts";
import { factorKernel } from "../../kernel-factor.ts";
import { predictions } from "../../predictions.ts";
import { solveBounded } from "../../self-consistent/bounded/solve-bounded.ts";
import type { SolveContext } from "../../theory.ts";
import { absentReasons } from "../absent.ts";
import type { MultiScaleOptions } from "../options.ts";
import { sizeNote, vanishingKernelNotes, variantNote } from "../validity.ts";
import type { AdaptiveProblem } from "./adaptive-equations.ts";
import { adaptiveFluctuations, adaptiveMeans } from "./adaptive-predictions.ts";
import { integrateAdaptive } from "./integrate-adaptive.ts";
import type { IntegratedAdaptive, SolvedNodes } from "./integration.ts";
import { unsolved } from "./unsolved.ts";
import { chainFault, integrationErrors, integrationNotes } from "./validity.ts";

/**
 * The answer for one dense layer with a bounded activation. The tree is that of the theory `self-consistent`, by its nodes,
 * where these suffice and no others are asked for.
 *
 * @throws InputError when K0 plus kappa I is not numerically positive definite, or for a quadrature beyond the inputs
 */
export function solveNonlinear(options: MultiScaleOptions, problem: Problem, context: SolveContext): Answer {
	const { engine, covariance = false } = context;
	const prior = priorKernels(engine, problem, { testCovariance: covariance });
	factorKernel(engine, prior.output.train, problem.noiseVariance);
	const notes = [
		variantNote(options.variant),
		sizeNote(problem),
		...vanishingKernelNotes(problem, symmetricEigenvalues(engine, prior.output.train).at(-1)!),
	];
	const tree = options.variant === "tree";
	if (tree && options.quadrature === "auto") {
		const answer = solveBounded("tree", problem, context);
		if (answer.convergence.converged) return treeAnswer(answer, problem, notes);
	}
	const equations = adaptiveProblem(problem);
	const means = (unit: IntegratedAdaptive["unit"], solved: SolvedNodes) =>
		adaptiveMeans(engine, unit, solved, prior.output.test?.cross);
	const integrated = integrateAdaptive(
		{ problem, equations, fluctuating: !tree, priorKernel: prior.output.train },
		options,
		(unit, solved) => {
			const { train, test } = means(unit, solved);
			return Float64Array.of(...train, ...test);
		},
		context,
	);
	return adaptiveAnswer(options, problem, integrated, prior, means, notes, context);
}

/** N, g, y and kappa. */
function adaptiveProblem({ network, trainTargets, noiseVariance }: Problem): AdaptiveProblem {
	return {
		width: layerWidth(network.layers[0]!),
		readoutVariance: network.readout.weightVariance / chi(network),
		targets: trainTargets.data,
		noiseVariance,
	};
}

/** The answer of `self-consistent` by the names of this theory. */
function treeAnswer(answer: Answer, problem: Problem, notes: readonly ValidityNote[]): Answer {
	const { logEvidence: _elsewhere, integrationErrors: errors, orderParameters, validity, ...rest } = answer;
	const { logEvidence: __, ...ownErrors } = errors ?? {};
	const own = new Set([
		"quadratureError",
		"effectiveSampleSize",
		"testCovarianceTruncation",
		"negativeVariance",
	]);
	return {
		...rest,
		theory: "multi-scale",
		orderParameters: { dualField: orderParameters.tau! },
		...(errors && { integrationErrors: ownErrors }),
		absent: absentReasons("tree", problem, { variance: true, kernels: ["output"] }),
		validity: [...notes, ...validity.filter(({ name }) => own.has(name))],
	};
}

function adaptiveAnswer(
	{ variant }: MultiScaleOptions,
	problem: Problem,
	integrated: IntegratedAdaptive,
	prior: PriorKernels,
	meansOf: (unit: IntegratedAdaptive["unit"], solved: SolvedNodes) => ReturnType<typeof adaptiveMeans>,
	notes: readonly ValidityNote[],
	{ engine, covariance = false }: SolveContext,
): Answer {
	const { unit, solution, sets } = integrated;
	const { point } = solution;
	const convergence = convergenceOf(integrated);
	if (!solution.converged) {
		return unsolved(variant, problem, [...notes, ...integrationNotes(integrated, undefined)], convergence);
	}
	const given = (solved: SolvedNodes, correlations: boolean) => {
		const means = meansOf(unit, solved);
		// Around the saddle f is Gaussian with the covariance Q: a Gaussian process with targets of zero.
		const fluctuations = gaussianProcessPosterior(
			engine,
			adaptiveFluctuations(engine, unit, solved, means, prior.output, correlations),
			matrix(means.train.length, 1),
			problem.noiseVariance,
			{ covariance: correlations },
		);
		const answer = {
			...predictions(fluctuations, 1),
			trainMean: matrixFromColumn(means.train),
			...(problem.testInputs && { testMean: matrixFromColumn(means.test) }),
			kernels: { output: solved.solution.point.kernel() },
		};
		return { answer, notes: fluctuations.validity };
	};
	const judged = (answer: ReturnType<typeof given>["answer"]) => judgedNumbers(answer)!;
	const { answer, notes: rounding } = given(integrated, covariance);
	const errors = sets.every((set) => set.solution.converged)
		? integrationErrors(
				integrated,
				judged(answer),
				sets.map((set) => judged(given(set, false).answer)),
			)
		: undefined;
	return {
		theory: "multi-scale",
		...answer,
		orderParameters: {
			dualField: Array.from(point.field.dual),
			...(point.field.resolvent && { meanFluctuationFactor: point.unit.meanStiffness }),
		},
		integrationErrors: errors ?? {},
		absent: absentReasons(variant, problem, { variance: true, kernels: ["output"] }),
		validity: [...notes, ...integrationNotes(integrated, errors), ...rounding],
		convergence,
	};
}

function convergenceOf(integrated: IntegratedAdaptive): Convergence {
	const { converged, iterations, residual } = integrated.solution;
	if (!converged) return { converged, iterations, residual, advice: UNSOLVED };
	const fault = chainFault(integrated);
	if (fault === undefined) return { converged, iterations, residual };
	return {
		converged: false,
		iterations,
		residual,
		advice: `The equations were solved, but by Markov chains of the weights of which ${fault}. Raise samples, or take fewer training points, more noise or a larger width.`,
	};
}

const UNSOLVED =
	"The equations of the adapted measure were not solved: the targets may be far larger than the prior allows, the noise too small, or the averages over the weights too poor. Raise samples or noiseVariance, or use variant tree.";
