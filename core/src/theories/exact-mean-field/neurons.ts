/** The density of one neuron on the nodes of a rule: equations (2) and (3), and the derivative in (8). */
import { type Engine, type Matrix, matrix, mirrorLower } from "@finitude/engine";
import {
	type FeatureSource,
	pointExponents,
	ruleWeights,
	secondMoment,
	sumOverUnit,
	type TiltedMeasure,
	tiltedMeasure,
} from "../../tilted-unit/index.ts";

/** One neuron's density for one dual matrix A. */
export interface Neurons {
	readonly measure: TiltedMeasure;
	/** E_p[phi phi^T], P x P. */
	readonly moment: Matrix;
	/** log Z_1. */
	readonly logNormalizer: number;
}

/** What is known of the prior, put in the place of a part of its estimate by random nodes (control variate). */
export interface Anchor {
	/** The fraction of the prior's estimate that is replaced: 0 leaves everything to the nodes. */
	readonly share: number;
	/** E_prior[phi phi^T], P x P, exactly. */
	readonly moment: Matrix;
	/** Z_1 is divided by the sum of the weights, which is 1 for an exact rule, or not. */
	readonly normalized: boolean;
}

/** The density of a neuron as a function of A, by fixed nodes. */
export interface NeuronLaw {
	/** The unit at its P training points. */
	readonly source: FeatureSource;
	/** The prior on the same nodes. */
	readonly prior: TiltedMeasure;
	readonly anchor: Anchor | undefined;
	/** phi^T A phi / 2 (its average over positions) at every node. */
	exponents(dual: Matrix): Float64Array;
	/** The density of exponents; undefined where it cannot be normalized. */
	measure(exponents: Float64Array): TiltedMeasure | undefined;
	/** Undefined where the density cannot be normalized. */
	at(dual: Matrix): Neurons | undefined;
	/** The change of E_p[phi phi^T] when A changes by dA. */
	derivative(neurons: Neurons, dualChange: Matrix): Matrix;
	/** The same density with a part of the prior's estimate replaced. */
	anchored(anchor: Anchor): NeuronLaw;
}

/** @param source the unit at its training points */
export function neuronLaw(engine: Engine, source: FeatureSource, anchor?: Anchor): NeuronLaw {
	const weights = ruleWeights(source);
	const prior = tiltedMeasure(source, weights, new Float64Array(weights.length))!;
	return lawOf(engine, source, weights, prior, anchor);
}

function lawOf(
	engine: Engine,
	source: FeatureSource,
	weights: Float64Array,
	prior: TiltedMeasure,
	anchor: Anchor | undefined,
): NeuronLaw {
	const P = source.unit.points;
	const integrand = secondMoment(engine, source.unit);
	const total = weights.reduce((sum, weight) => sum + weight, 0);
	const moment = (second: Float64Array) =>
		mirrorLower(matrix(P, P, sumOverUnit(engine, source, integrand, second)));
	const exponents = (dual: Matrix) =>
		pointExponents(engine, source, {
			form: matrix(
				P,
				P,
				dual.data.map((x) => x / 2),
			),
		});
	const measure = (values: Float64Array) => tiltedMeasure(source, weights, values);
	const priorPart =
		anchor &&
		matrix(
			P,
			P,
			moment(prior.second).data.map((x, k) => anchor.share * (anchor.moment.data[k]! - x)),
		);
	return {
		source,
		prior,
		anchor,
		exponents,
		measure,
		at(dual) {
			const tilted = measure(exponents(dual));
			if (tilted === undefined) return undefined;
			const estimate = moment(tilted.second);
			let logNormalizer = tilted.logNormalizer;
			if (anchor && !anchor.normalized) logNormalizer += Math.log(total);
			if (priorPart) {
				priorPart.data.forEach((x, k) => {
					estimate.data[k]! += x;
					// Its derivative with respect to A is half of what is added to the moment.
					logNormalizer += 0.5 * dual.data[k]! * x;
				});
			}
			return { measure: tilted, moment: estimate, logNormalizer };
		},
		derivative({ measure: { second, fourth } }, dualChange) {
			const q = exponents(dualChange);
			const mean = q.reduce((sum, x, s) => sum + second[s]! * x, 0);
			return moment(q.map((x, s) => fourth[s]! * x - second[s]! * mean));
		},
		anchored: (next) => lawOf(engine, source, weights, prior, next),
	};
}
