/** Equation (1): the one-unit posterior next to the sampled units, where it is known. */
import { type Engine, type Matrix, matrix, type RandomState, splitStream } from "@finitude/engine";
import type { ValidityNote } from "../../answer/answer.ts";
import { chi, layerWidth } from "../../network/network.ts";
import type { Problem } from "../../problem/problem.ts";
import { trainingProblem } from "../../problem/training-problem.ts";
import { findTheory } from "../../theories/registry.ts";
import { solveTheory } from "../../theories/solve.ts";
import { effectiveSampleNote, type HiddenUnit, searchedNodes, type Tilt } from "../../tilted-unit/index.ts";
import { isRectified, type Looks } from "./looks.ts";
import { largestGain } from "./normalizable.ts";
import { homogeneousLaw, priorPoints, type UnitLaw, unitLaw } from "./one-unit.ts";

/** Delta, and where it comes from. */
export type DualField =
	| {
			readonly source: "tree" | "sampled dual field";
			/** P numbers. */
			readonly values: Float64Array;
			/** K^ of the tree, P x P, row-major. */
			readonly kernel?: Float64Array;
	  }
	| {
			readonly source: "none";
			/** Why. */
			readonly reason: string;
	  };

export interface DualFieldOptions {
	/** Weighted points of a unit. */
	readonly samples: number;
	readonly seed: number;
	readonly clock: () => number;
}

/**
 * Of the tree of `multi-scale`; for relu, which the tree does not take, that of the sampled mean, (y - f)/kappa.
 *
 * @param sampledMean f, P x 1
 */
export function dualFieldOf(
	engine: Engine,
	problem: Problem,
	sampledMean: Matrix,
	{ samples, seed, clock }: DualFieldOptions,
): DualField {
	const { layers } = problem.network;
	if (layers.length > 1)
		return { source: "none", reason: "the one-unit posterior is known for one hidden layer only" };
	if (isRectified(layers[0]!.activation)) {
		const y = problem.trainTargets.data;
		return {
			source: "sampled dual field",
			values: sampledMean.data.map((f, i) => (y[i]! - f) / problem.noiseVariance),
		};
	}
	const theory = findTheory("multi-scale");
	const applies = theory.applies(problem);
	if (applies !== true) return { source: "none", reason: `the one-unit posterior is not known: ${applies}` };
	const answer = solveTheory(theory, problem, { variant: "tree", samples, seed }, { engine, clock });
	const { dualField } = answer.orderParameters;
	const { output } = answer.kernels;
	if (dualField === undefined || output === undefined) {
		const reason = `the tree of the one-unit posterior was not solved: ${answer.convergence.advice}`;
		return { source: "none", reason };
	}
	return {
		source: "tree",
		values: Float64Array.from(dualField as readonly number[]),
		kernel: (output as Matrix).data,
	};
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

/** Weighted points, or why there are none, and what a reader should know. */
export interface OneUnitPosterior {
	readonly law?: UnitLaw;
	readonly absent: Readonly<Record<string, string>>;
	readonly notes: readonly ValidityNote[];
}

/** What is said where (1) does not exist. */
const NOT_NORMALIZABLE =
	"the one-unit measure is not normalizable here; only sampled observables are available";

/** log2 of the directions from which the bound is climbed. */
const DIRECTIONS = 12;

/**
 * Weighted points of (1): by a proposal fitted to the tilt for a bounded activation; for a homogeneous one with the length of the
 * weights integrated by a change of variables, whose weights stay bounded where those of a proposal do not.
 *
 * @param unit at the P training points
 * @param stream not advanced
 */
export function oneUnitPosterior(
	engine: Engine,
	problem: Problem,
	unit: HiddenUnit,
	looks: Looks,
	dualField: DualField,
	samples: number,
	stream: RandomState,
): OneUnitPosterior {
	if (dualField.source === "none") return { absent: { oneUnitPosterior: dualField.reason }, notes: [] };
	const tilt = unitTilt(problem, dualField.values);
	if (unit.activation.homogeneous !== true) {
		const nodes = searchedNodes(
			engine,
			trainingProblem(problem),
			{ solve: () => tilt, tilt: (solution) => solution },
			{ stream, grids: false },
		);
		if (nodes.kind !== "sobol") throw new RangeError("oneUnitPosterior: wanted random nodes; got a grid.");
		const law = unitLaw(engine, nodes.unit, looks, nodes.draw, samples, tilt);
		return { law, absent: {}, notes: [effectiveNote(law)] };
	}
	const sets = priorPoints(engine, unit, splitStream(stream, 0));
	const gain = largestGain(engine, unit, tilt, sets(DIRECTIONS, 0));
	const law = gain < 1 ? homogeneousLaw(engine, unit, looks, sets, samples, tilt) : undefined;
	const note: ValidityNote = {
		name: "largestGain",
		value: gain,
		message: `max over unit weights of (g/N) (Delta.phi)^2 is ${gain.toPrecision(4)}: the one-unit measure is normalizable below 1`,
	};
	return law
		? { law, absent: {}, notes: [note, effectiveNote(law)] }
		: { absent: { oneUnitPosterior: NOT_NORMALIZABLE }, notes: [note] };
}

function effectiveNote({ effectiveSampleSize: size, nodes }: UnitLaw): ValidityNote {
	return effectiveSampleNote({ size, nodes }, "raise options.samples");
}
