/** The posterior of a matrix of scales as a discrete law, from a quadrature or from weighted draws. */
import { type Engine, type Matrix, matrix, scoped } from "@finitude/engine";
import type { MatrixScale } from "../../matrix-scale/matrix-scale.ts";
import { createWishartPosterior, type ScaleFactorLikelihood } from "../wishart-posterior.ts";
import { type ControlledWeights, calibrated } from "./control-variates.ts";
import { type ImportanceLaw, importanceLaw, nowherePositiveDefinite } from "./importance-law.ts";
import { alongPrincipalAxes } from "./rotated-law.ts";
import type { ScaleLaw } from "./scale-law.ts";

export interface MatrixScaleNodes {
	/** They sum to 1; after the calibration of random draws a few may be negative. */
	readonly probabilities: Float64Array;
	scalesAt(node: number): Matrix;
	/** log p(Y). */
	readonly logEvidence: number;
	/** Of a quadrature: change of the log evidence when the step is doubled. Of random draws: its standard error. */
	readonly residual: number;
	/** Steps that a quadrature tried, or random draws. */
	readonly steps: number;
	/** Where the nodes are random draws. */
	readonly sampling?: ImportanceLaw & { readonly weights: ControlledWeights };
}

/**
 * Of the log evidence when the step is doubled. The step itself is then good to 1e-9 (4e-10 at N = 5, 1e-12 at N = 20), and to 1e-8
 * where the posterior is least like a Gaussian: one training point without noise.
 */
const LARGEST_RESIDUAL = 2e-5;

/** Modes of very different widths would want ever more nodes: the finest step with fewer than these is kept. */
const MOST_NODES = 300_000;

/** A quadrature with more than this is worse than random draws: its error is about the square. */
const USELESS_RESIDUAL = 3e-3;

/**
 * Q ~ Wishart_2(N, I/N): the trapezoidal rule in Bartlett's coordinates.
 *
 * @param width N >= 2
 * @returns undefined where no step that is affordable resolves the posterior
 * @throws InputError when the covariance of the targets is not numerically positive definite anywhere
 */
export function wishartNodes(model: MatrixScale, width: number): MatrixScaleNodes | undefined {
	const likelihood: ScaleFactorLikelihood = (factor) => -model.energy(scalesOf(factor)) / 2;
	const logConstant = -(model.targetCount / 2) * Math.log(2 * Math.PI);
	const law = createWishartPosterior(Math, width, MOST_NODES, LARGEST_RESIDUAL)(likelihood);
	if (law === undefined) return undefined;
	if (!Number.isFinite(law.logTotal)) throw nowherePositiveDefinite();
	if (law.residual > USELESS_RESIDUAL) return undefined;
	return {
		probabilities: law.probabilities,
		scalesAt: (node) => scalesOf(law.factorAt(node)),
		logEvidence: law.logTotal + logConstant,
		residual: law.residual,
		steps: law.refinements + 1,
	};
}

/** Q = F F^T. */
function scalesOf({ first, lower, second }: Parameters<ScaleFactorLikelihood>[0]): Matrix {
	const off = first * lower;
	return matrix(2, 2, Float64Array.of(first * first, off, off, lower * lower + second * second));
}

/** Importance sampling with any prior law of Q, its weights calibrated by the law's controls. */
export function sampledNodes(
	engine: Engine,
	model: MatrixScale,
	law: ScaleLaw,
	settings: { readonly samples: number; readonly seed: number },
): MatrixScaleNodes {
	const surface = alongPrincipalAxes(engine, model, law);
	const sampling = scoped(engine, () => importanceLaw(engine, surface, settings));
	const { draws, probabilities, logEvidence, logEvidenceStandardError } = sampling;
	const weights = calibrated(engine, probabilities, draws.map(surface.controls));
	return {
		probabilities: weights.calibrated,
		scalesAt: (node) => surface.scalesAt(draws[node]!),
		logEvidence,
		residual: logEvidenceStandardError,
		steps: sampling.samples,
		sampling: { ...sampling, weights },
	};
}
