/** The nodes of a tilted unit whose covariance is known in advance: one quadrature, or random nodes of a normal density. */
import {
	choleskyFactor,
	type Engine,
	type Matrix,
	matrix,
	multiply,
	seedStream,
	splitStream,
} from "@finitude/engine";
import { InputError } from "../errors.ts";
import { circleRule, sphereRule, twoDirections } from "./directions.ts";
import type { HiddenUnit } from "./hidden-unit.ts";
import type { IntegrationRule } from "./integration-rule.ts";
import { mappedRule } from "./mapped-rule.ts";
import { paddedSobolRule } from "./padded-sobol.ts";
import { trapezoidRule } from "./trapezoid.ts";

export type Integration = "auto" | "quadrature" | "importance" | "sphere";

/** Rules of rising accuracy, for one or two weights. */
interface QuadratureNodes {
	readonly kind: "quadrature";
	/** Level 0 is the usual one; each finer level has sqrt(2) times as many nodes on an axis. */
	rule(level: number): IntegrationRule;
	/** There is nothing to refine: two directions. */
	readonly exact: boolean;
}

/** Random nodes for the answer, and smaller independent sets that show their error. */
export interface SampledNodes {
	readonly kind: "sampled";
	/** Directions, with the radius integrated out, need no proposal. */
	readonly sphere: boolean;
	readonly rule: IntegrationRule;
	/** Together as many nodes as the rule has, which as one set is at least as accurate as their average. */
	readonly sets: readonly IntegrationRule[];
	/** Far fewer nodes, to find the solution with; where the sets are not small themselves. */
	readonly pilot?: IntegrationRule;
}

export type UnitNodes = QuadratureNodes | SampledNodes;

export interface NodeOptions {
	/** Up to so many weights, the bias among them, a grid takes the place of random nodes: 2 where not given, 3 at most. */
	readonly gridDimensions?: 2 | 3;
	readonly integration: Integration;
	readonly samples: number;
	readonly seed: number;
}

/** The spread of so many independent sets of nodes is the standard error; a power of two. */
export const SETS = 4;

/** log2 of the nodes of a pilot: it is worth while for sets of four times as many or more. */
const PILOT = 12;

/** 240 steps between -11 and 11, where the density has fallen by exp(-60). */
const [RADIUS, STEP] = [11, 22 / 239];

/** Features at the nodes of a quadrature at most: a Newton step passes over them some ten times, half a second each. */
export const MOST_FEATURES = 2 ** 24;

/** A pre-activation moves by at most this between neighbors of a grid: steep activations need it. */
const LARGEST_CHANGE = 0.2;

/**
 * Where a unit's weights are averaged: by a quadrature over at most two of them; on directions, the radius integrated out, for
 * a homogeneous activation; else by scrambled Sobol points of a normal density.
 *
 * @param covariance of that density, for the first coordinates of w, those that the training points depend on
 * @throws InputError for an integration that these inputs or this activation do not allow
 */
export function nodesOf(
	engine: Engine,
	unit: HiddenUnit,
	covariance: Matrix,
	{ integration, samples, seed, gridDimensions = 2 }: NodeOptions,
): UnitNodes {
	const { dimension } = unit;
	const homogeneous = unit.activation.homogeneous === true;
	if (integration === "sphere" && !homogeneous) {
		throw refused(
			"sphere",
			"importance or quadrature",
			`needs an activation with phi(c h) = c phi(h) for c > 0, as relu and linear; this one is ${unit.activation.name}`,
		);
	}
	const most = homogeneous ? 2 : gridDimensions;
	if (integration === "quadrature" && dimension > most) {
		throw refused(
			"quadrature",
			"auto",
			`is for at most ${most} weights per neuron, its bias among them; the points span ${dimension}`,
		);
	}
	const sphere = homogeneous && integration !== "importance";
	const product = dimension <= most && integration !== "importance";
	if (sphere && product) {
		if (dimension === 1) return { kind: "quadrature", exact: true, rule: twoDirections };
		return {
			kind: "quadrature",
			exact: false,
			rule: (level) => circleRule(engine, unit.inputs, Math.round(32 * 2 ** (level / 2))),
		};
	}
	const factor = covarianceFactor(engine, covariance);
	if (product) {
		const grid = gridNodes(engine, unit, factor);
		if (grid.rule(0).count * unit.inputs.rows <= MOST_FEATURES) return grid;
		if (integration === "quadrature") {
			throw refused(
				"quadrature",
				"importance",
				"needs too many nodes: the pre-activations vary too fast over the weights, by large inputs or targets",
			);
		}
	}
	const log2Count = Math.ceil(Math.log2(samples));
	const scrambled = (log2: number, stream: number) => {
		const points = paddedSobolRule(engine, dimension, log2, splitStream(seedStream(seed), stream));
		return sphere ? sphereRule(points) : mappedRule(points, factor);
	};
	const log2Set = log2Count - Math.log2(SETS);
	const sets = Array.from({ length: SETS }, (_, k) => scrambled(log2Set, k + 1));
	const pilot = log2Set >= PILOT + 2 ? scrambled(PILOT, SETS + 1) : undefined;
	return { kind: "sampled", sphere, rule: scrambled(log2Count, 0), sets, ...(pilot && { pilot }) };
}

function covarianceFactor(engine: Engine, covariance: Matrix): Matrix {
	const cholesky = choleskyFactor(engine, covariance);
	if (!cholesky.positiveDefinite) {
		throw new RangeError(
			`nodesOf: wanted a positive definite covariance; pivot ${cholesky.pivot} is not positive.`,
		);
	}
	return cholesky.factor;
}

/** Trapezoidal grids of the proposal. */
function gridNodes(engine: Engine, unit: HiddenUnit, factor: Matrix): QuadratureNodes {
	const steps = gridSteps(engine, unit, factor);
	// Three dimensions begin at 2 sqrt(2) times the step and end where the density is exp(-40): what a refinement changes shows
	// whether that is enough.
	const [start, radius] = unit.dimension > 2 ? [3, 9] : [0, RADIUS];
	const { dimension } = unit;
	const even = unit.activation.odd;
	return {
		kind: "quadrature",
		exact: false,
		rule(level) {
			const finer = steps.map((step) => step * 2 ** ((start - level) / 2));
			return mappedRule(trapezoidRule(dimension, finer, radius, { even }), factor);
		},
	};
}

/** Of the grid in z, w = L z: the usual one, or shorter along an axis where a pre-activation would change by too much. */
function gridSteps(engine: Engine, { inputs, dimension }: HiddenUnit, factor: Matrix): Float64Array {
	const map = matrix(dimension, dimension);
	for (let i = 0; i < dimension; i++) {
		for (let j = 0; j < dimension; j++) {
			const mapped = i < factor.rows && j < factor.rows;
			map.data[i * dimension + j] = mapped ? factor.data[i * factor.rows + j]! : i === j ? 1 : 0;
		}
	}
	const slopes = multiply(engine, inputs, map);
	const steps = new Float64Array(dimension).fill(STEP);
	slopes.data.forEach((slope, at) => {
		if (slope !== 0)
			steps[at % dimension] = Math.min(steps[at % dimension]!, LARGEST_CHANGE / Math.abs(slope));
	});
	return steps;
}

function refused(integration: Integration, instead: string, reason: string): InputError {
	return new InputError({
		where: "integration",
		wanted: instead,
		got: integration,
		sentence: `integration: ${integration} ${reason}. Use ${instead}.`,
	});
}
