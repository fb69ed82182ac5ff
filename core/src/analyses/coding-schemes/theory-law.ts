/** Equation (1): the one-unit posterior next to the sampled units, where it is known. */
import { type Engine, type Matrix, matrix, type RandomState, splitStream } from "@finitude/engine";
import { findActivation } from "../../activations/registry.ts";
import type { ValidityNote } from "../../answer/answer.ts";
import { chi, layerWidth } from "../../network/network.ts";
import type { Problem } from "../../problem/problem.ts";
import { findTheory } from "../../theories/registry.ts";
import { solveTheory } from "../../theories/solve.ts";
import { effectiveSampleNote, type HiddenUnit, searchedNodes, type Tilt } from "../../tilted-unit/index.ts";
import { largestGain } from "./normalizable.ts";
import { homogeneousLaw, priorPoints, type UnitLaw, unitLaw } from "./one-unit.ts";
import type { Looks } from "./unit-population.ts";

/** The dual field of the tree, and what else it says. */
export interface Tree {
	/** Delta, P numbers. */
	readonly dualField: Float64Array;
	/** K^, P x P, row-major. */
	readonly kernel: Float64Array;
}

/** The tree of `multi-scale`, or the sentence that says why there is none. */
export function solveTree(
	engine: Engine,
	problem: Problem,
	clock: () => number,
	{ samples, seed }: { readonly samples: number; readonly seed: number },
): Tree | string {
	if (problem.network.layers.length > 1) return "the one-unit posterior is known for one hidden layer only";
	const theory = findTheory("multi-scale");
	const applies = theory.applies(problem);
	if (applies !== true) return `the one-unit posterior is not known: ${applies}`;
	const answer = solveTheory(theory, problem, { variant: "tree", samples, seed }, { engine, clock });
	const { dualField } = answer.orderParameters;
	const { output } = answer.kernels;
	if (dualField === undefined || output === undefined) {
		return `the tree of the one-unit posterior was not solved: ${answer.convergence.advice}`;
	}
	return { dualField: Float64Array.from(dualField as readonly number[]), kernel: (output as Matrix).data };
}

/** The same without test points, which no unit of these measures sees. */
export function trainingProblem({ testInputs: _, testTargets: __, ...rest }: Problem): Problem {
	return rest;
}

/** E of (1) as a tilt: (g/2N) (Delta.phi)^2. */
export function unitTilt({ network }: Problem, dualField: Float64Array): Tilt {
	const width = layerWidth(network.layers[0]!);
	const c = network.readout.weightVariance / (chi(network) * width);
	return {
		fields: matrix(
			1,
			dualField.length,
			dualField.map((x) => Math.sqrt(c / 2) * x),
		),
	};
}

/** Weighted points of (1) for an activation whose tilt exists: linear or bounded. */
export function treeLaw(
	engine: Engine,
	problem: Problem,
	looks: Looks,
	dualField: Float64Array,
	samples: number,
	stream: RandomState,
): UnitLaw {
	const tilt = unitTilt(problem, dualField);
	const nodes = searchedNodes(
		engine,
		trainingProblem(problem),
		{ solve: () => tilt, tilt: (solution) => solution },
		{ stream, grids: false },
	);
	if (nodes.kind !== "sobol") throw new RangeError("treeLaw: wanted random nodes; got a grid.");
	return unitLaw(engine, nodes.unit, looks, nodes.draw, samples, tilt);
}

/** What is said where (1) does not exist. */
export const NOT_NORMALIZABLE =
	"the one-unit measure is not normalizable here; only sampled observables are available";

/**
 * Weighted points of (1) for a homogeneous activation such as relu, with the dual field of the sampled networks.
 *
 * @returns the largest gain alone where it is 1 or more
 */
export function homogeneousTreeLaw(
	engine: Engine,
	problem: Problem,
	unit: HiddenUnit,
	looks: Looks,
	dualField: Float64Array,
	samples: number,
	stream: RandomState,
): { readonly largestGain: number; readonly law?: UnitLaw } {
	const tilt = unitTilt(problem, dualField);
	const sets = priorPoints(engine, unit, splitStream(stream, 0));
	const gain = largestGain(engine, unit, tilt, sets(12, 0));
	const law = gain < 1 ? homogeneousLaw(engine, unit, looks, sets, samples, tilt) : undefined;
	return { largestGain: gain, ...(law && { law }) };
}

/** `effectiveSampleSize` of (1). */
export function unitLawNote({ effectiveSampleSize: size, nodes }: UnitLaw): ValidityNote {
	return effectiveSampleNote({ size, nodes }, "raise options.samples");
}

/** Whether phi(h) = 0 for h < 0 is what silence means. */
export function isRectified(activation: string): boolean {
	const { homogeneous, odd } = findActivation(activation);
	return homogeneous === true && !odd;
}
