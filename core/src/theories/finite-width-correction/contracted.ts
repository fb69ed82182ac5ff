import { type Engine, seedStream } from "@finitude/engine";
import type { PriorKernels } from "../../kernels/prior-kernels.ts";
import { chi, layerWidth } from "../../network/network.ts";
import type { Problem } from "../../problem/problem.ts";
import {
	averageOverUnit,
	exactRule,
	featureSource,
	hiddenUnit,
	type IntegrationRule,
	refine,
	ruleFamily,
} from "../../tilted-unit/index.ts";
import { assembleCorrection, type Correction } from "./assemble-correction.ts";
import { type ContractionSizes, contractionIntegrand, splitSums } from "./contraction-sums.ts";
import { type CorrectionPart, correctionParts } from "./correction-parts.ts";
import { posteriorOperators } from "./posterior-operators.ts";

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
	/** Whether every error is within the tolerance. */
	readonly converged: boolean;
}

export interface ContractedOptions {
	/** Also the covariance between all points; one output. Default false. */
	readonly covariance?: boolean;
	/** Of the scrambles of Sobol points. Default 0. */
	readonly seed?: number;
	/** Feature values, points of the rule times points of the data and positions, that one level may evaluate. Default 2^27. */
	readonly budget?: number;
}

/** Wanted of grids, whose errors fall faster than any power of the step: relative to the largest entry of each part. */
const GRID_TOLERANCE = 1e-9;

/** Wanted of Sobol points: the order 1/N^2, which is left out, is a larger fraction of the correction for all N < 1000. */
const SOBOL_TOLERANCE = 1e-3;

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
 * @throws InputError when K + kappa I is singular, or the points span more dimensions than there are Sobol direction numbers.
 */
export function contractedCorrection(
	engine: Engine,
	problem: Problem,
	prior: PriorKernels,
	{ covariance = false, seed = 0, budget = 2 ** 27 }: ContractedOptions = {},
): Correction & { readonly quadrature: Quadrature } {
	const { network, trainTargets, noiseVariance } = problem;
	const unit = hiddenUnit(engine, problem);
	const operators = posteriorOperators(engine, prior.output, trainTargets, noiseVariance);
	const sizes: ContractionSizes = {
		points: unit.points,
		trainPoints: unit.trainPoints,
		outputs: trainTargets.columns,
		covariance,
	};
	const integrand = contractionIntegrand(engine, unit, operators, covariance);
	const scale = (network.readout.weightVariance / chi(network)) ** 2 / layerWidth(network.layers[0]!);
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
			quadrature: { rule: exact.kind, points: exact.count, errors, converged: true },
		};
	}
	const family = ruleFamily(engine, unit, { even: unit.activation.odd, stream: seedStream(seed) });
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
		points,
	);
	return {
		...parts.restore(refined.values),
		quadrature: {
			rule: family.kind,
			points: refined.points,
			errors: parts.largest(refined.errors),
			converged: refined.converged,
		},
	};
}
