import { diagonal, type Matrix } from "@finitude/engine";
import type { IntegrationErrors, ValidityNote } from "../../answer/answer.ts";
import { InputError } from "../../errors.ts";
import { layerWidth } from "../../network/network.ts";
import type { Problem } from "../../problem/problem.ts";
import { effectiveSampleNote, integrationErrorNote, LEAST_EFFECTIVE } from "../../tilted-unit/index.ts";
import { fluctuationNote, noiseNotes, varianceNotes } from "../equations-of-state/validity.ts";
import type { GaussianProcessPosterior } from "../gaussian-process.ts";

/** The error of the averages over a neuron's weights. */
export interface IntegrationReport {
	readonly kind: "quadrature" | "sampled";
	/** Weights of a neuron that the points span, the bias among them. */
	readonly dimension: number;
	readonly nodes: number;
	readonly seed: number;
	/** Sampled nodes only. */
	readonly effectiveSampleSize?: number;
	/** What the last refinement changed, or errors from independent sets of nodes. Undefined where a set or a level was not solved. */
	readonly errors: IntegrationErrors | undefined;
	/** Independent sets of sampled nodes. */
	readonly sets: number;
}

/** @throws InputError for sampled nodes of which too few carry the averages */
export function requireEffectiveNodes(effectiveSampleSize: number, samples: number): void {
	if (effectiveSampleSize >= LEAST_EFFECTIVE) return;
	throw new InputError({
		where: "samples",
		wanted: `an effective sample size of at least ${LEAST_EFFECTIVE}`,
		got: `${Math.round(effectiveSampleSize)} with samples = ${samples}`,
		sentence: `exact-mean-field: effective sample size ${Math.round(effectiveSampleSize)} is too small; raise samples or reduce the input dimension.`,
	});
}

/** `integrationError` and, for sampled nodes, `effectiveSampleSize`. */
export function integrationNotes(report: IntegrationReport): ValidityNote[] {
	const { kind, dimension, nodes, seed, effectiveSampleSize, errors, sets } = report;
	const how =
		kind === "quadrature"
			? `the last refinement of the quadrature over ${dimension} ${dimension === 1 ? "weight" : "weights"}, to ${nodes} nodes`
			: `the spread and the bias of ${sets} independent sets of ${nodes / sets} nodes, for ${nodes} nodes over ${dimension} weights with seed ${seed}`;
	const notes: ValidityNote[] = [integrationErrorNote(errors, how)];
	if (effectiveSampleSize !== undefined) {
		notes.push(
			effectiveSampleNote(
				{ size: effectiveSampleSize, nodes },
				"raise samples or reduce the input dimension",
			),
		);
	}
	return notes;
}

/** What the scaling means for this theory: `tr(Q R)/N`, `standardScaling` or `nothingToLearn`, and `varianceScaling`. */
export function scalingNotes(
	problem: Problem,
	kernel: Matrix,
	posterior: GaussianProcessPosterior,
	variance: string,
): ValidityNote[] {
	const { noiseVariance, network } = problem;
	const expansion = fluctuationNote(
		noiseVariance,
		posterior.trainVariance,
		layerWidth(network.layers[0]!),
		"N",
	);
	const standard: ValidityNote = {
		name: "standardScaling",
		value: expansion.value,
		message:
			"in the standard scaling the error is of the order of tr(Q R)/N, as that of equations-of-state, and either can be the closer one",
	};
	return [
		expansion,
		...(problem.network.scaling === "standard" ? [standard] : []),
		...noiseNotes(problem, diagonal(kernel)),
		...varianceNotes(problem, variance),
	];
}
