import { type Engine, seedStream } from "@finitude/engine";
import type { IntegrationDeviations } from "../../answer/answer.ts";
import type { PriorKernels } from "../../kernels/prior-kernels.ts";
import { chi, layerWidth } from "../../network/network.ts";
import type { Problem } from "../../problem/problem.ts";
import {
	alongPrincipalAxes,
	averageOverUnit,
	exactRule,
	featureSource,
	type HiddenUnit,
	hiddenUnit,
	type IntegrationRule,
	refine,
	ruleFamily,
} from "../../tilted-unit/index.ts";
import { assembleCorrection } from "./assemble-correction.ts";
import { correctionDeviations } from "./averaging-report.ts";
import { type ContractionSizes, contractionIntegrand, splitSums } from "./contraction-sums.ts";
import type { Correction } from "./correction.ts";
import { type CorrectionPart, correctionParts } from "./correction-parts.ts";
import { type PosteriorOperators, posteriorOperators } from "./posterior-operators.ts";

/** How the averages were computed. */
export interface Quadrature {
	readonly rule: IntegrationRule["kind"];
	/** Points of the finest level, over all scrambles of a Sobol rule. */
	readonly points: number;
	/**
	 * The largest error estimate of each part, absolute: 0 for rules that are exact, the last refinement's change for grids,
	 * a standard error for Sobol points.
	 */
	readonly errors: Readonly<Record<CorrectionPart, number>>;
	/** How the errors of the entries go together. */
	readonly deviations: IntegrationDeviations;
	/** Whether every error is within the tolerance. */
	readonly converged: boolean;
}

export interface ContractedCorrection extends Correction {
	readonly quadrature: Quadrature;
}

export interface ContractedOptions {
	/** Also the covariance between all points; one output. Default false. */
	readonly covariance?: boolean;
	/** Of the scrambles of Sobol points. Default 0. */
	readonly seed?: number;
	/**
	 * Feature values, points of the rule times points of the data and positions, that one level may evaluate. Default 2^26.
	 * Grids may have GRID_POINTS points in any case.
	 */
	readonly budget?: number;
}

/**
 * The change by the last refinement that is wanted of grids, relative to the largest entry of each part. The step falls by
 * sqrt(2), so for an analytic activation the finest grid has about that change to the power sqrt(2), 3e-9, as its error.
 */
const GRID_TOLERANCE = 1e-6;

/** Three dimensions at deviations of 2 need about 3e5 points, and give nine digits for the price of two from Sobol points. */
const GRID_POINTS = 2 ** 20;

/** Without a tilt grids converge at steps 2 sqrt(2) times those of level 0: measured for erf at deviations of 1 to 2. */
const FIRST_GRID_LEVEL = -3;

/** The standard error wanted of Sobol points, relative likewise: the order 1/N^2, which is left out, is larger for N < 100. */
const SOBOL_TOLERANCE = 1e-2;

/**
 * The finite-width correction of one hidden layer, dense or convolutional with shared weights, without a tensor of four
 * indices: section "Large data sets" of docs/theories/finite-width-correction.md. Holds for any activation and any number of
 * outputs. With S points of the rule, M positions and n = P + P* points: time O(S M n P + S M^2 n + P^3), memory O(n P + P^2)
 * and a chunk of features (with the covariance, S M^2 n^2 and n^2).
 *
 * Exact to rounding for linear and quadratic units (the latter in up to about eight dimensions) and relu of two weights; else
 * by a trapezoidal grid in up to three dimensions and by scrambled Sobol points above, with error estimates.
 *
 * @param prior the prior kernels of the same problem; the correction is that of the posterior with kernel `prior.output`
 * @throws InputError when K + kappa I is singular.
 */
export function contractedCorrection(
	engine: Engine,
	problem: Problem,
	prior: PriorKernels,
	options: ContractedOptions = {},
): ContractedCorrection {
	const { network, trainTargets, noiseVariance } = problem;
	const unit = alongPrincipalAxes(engine, hiddenUnit(engine, problem));
	const operators = posteriorOperators(engine, prior.output, trainTargets, noiseVariance);
	const scale = (network.readout.weightVariance / chi(network)) ** 2 / layerWidth(network.layers[0]!);
	return contractedUnitCorrection(engine, unit, operators, scale, options);
}

/**
 * The same for a unit that is given: the correction that V_(ab)(cd) = scale Cov(k_ab, k_cd) makes, k = (1/M) sum_i phi^i phi^iT.
 *
 * @param operators of the posterior of the whole network, over the same points
 */
export function contractedUnitCorrection(
	engine: Engine,
	unit: HiddenUnit,
	operators: PosteriorOperators,
	scale: number,
	{ covariance = false, seed = 0, budget = 2 ** 26 }: ContractedOptions,
): ContractedCorrection {
	const sizes: ContractionSizes = {
		points: unit.points,
		trainPoints: unit.trainPoints,
		outputs: operators.weights.columns,
		covariance,
	};
	const integrand = contractionIntegrand(engine, unit, operators, covariance);
	const evaluate = (rule: IntegrationRule): Correction => {
		const source = featureSource(engine, unit, rule, { stored: 0 });
		const { averages } = averageOverUnit(engine, source, integrand);
		return assembleCorrection(engine, sizes, operators, splitSums(sizes, averages), scale);
	};
	const points = Math.floor(budget / unit.inputs.rows);
	const exact = exactRule(engine, unit, 4, points);
	if (exact) {
		const errors = { mean: 0, outputCovariance: 0, covariance: 0, kernelShift: 0, logEvidence: 0 };
		return {
			...evaluate(exact),
			quadrature: { rule: exact.kind, points: exact.count, errors, deviations: {}, converged: true },
		};
	}
	const gridPoints = Math.max(points, GRID_POINTS);
	const family = ruleFamily(engine, unit, {
		even: unit.activation.odd,
		stream: seedStream(seed),
		// Level FIRST_GRID_LEVEL + 1 must fit: its step is twice that of level 0.
		gridBudget: gridPoints * 2 ** unit.dimension,
	});
	const tolerance = family.kind === "sobol" ? SOBOL_TOLERANCE : GRID_TOLERANCE;
	const parts = correctionParts(sizes);
	const refined = refine(
		family,
		(rule) => parts.flatten(evaluate(rule)),
		(values) => {
			const bounds = values.slice();
			for (const part of Object.values(parts.split(bounds))) {
				part.fill(tolerance * part.reduce((most, x) => Math.max(most, Math.abs(x)), 0));
			}
			return bounds;
		},
		family.kind === "sobol" ? points : gridPoints,
		family.kind === "sobol" ? 0 : FIRST_GRID_LEVEL,
	);
	return {
		...parts.restore(refined.values),
		quadrature: {
			rule: family.kind,
			points: refined.points,
			errors: parts.largest(refined.errors),
			deviations: correctionDeviations(refined.deviations.map(parts.restore)),
			converged: refined.converged,
		},
	};
}
