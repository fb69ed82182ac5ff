import { type Engine, gram } from "@finitude/engine";
import { type ClassPair, classesOf, classPairs } from "../../analyses/coding-schemes/classes.ts";
import { isRectified } from "../../analyses/coding-schemes/looks.ts";
import { participationRatio, responseSparsity } from "../../analyses/coding-schemes/unit-measures.ts";
import { populationBuilder } from "../../analyses/coding-schemes/unit-population.ts";
import { isInputError } from "../../errors.ts";
import type { Problem } from "../../problem/problem.ts";
import type { ProbedLayer } from "../probe.ts";

/** How the units of one layer of one network answer (observables of `coding-schemes`). */
export interface UnitCodes {
	/** (sum m^2)^2 / (N sum m^4) of the class signals m of the units, for each pair of classes; the reason where there are none. */
	readonly signalParticipation: Float64Array | string;
	/** Fraction of units without an answer at any point. */
	readonly silentFraction: number;
	/** <phi>^2/<phi^2>, averaged over the points. */
	readonly responseSparsity: number;
}

/** Pairs of classes that the targets name, or why they name none. */
export function pairsOf(problem: Problem): readonly ClassPair[] | string {
	try {
		return classPairs(classesOf(problem, "values"), problem.trainTargets.rows);
	} catch (error) {
		if (!isInputError(error)) throw error;
		return `the targets name no classes: wanted ${error.wanted}; got ${error.got}`;
	}
}

/** No histograms are asked for here. */
const NO_BINS = { range: 1, count: 1 };

export function unitCodes(
	engine: Engine,
	{ preactivations, features }: ProbedLayer,
	activation: string,
	pairs: readonly ClassPair[] | string,
): UnitCodes {
	const { rows: N, columns: P } = features;
	const builder = populationBuilder(
		{
			classes: [],
			pairs: typeof pairs === "string" ? [] : pairs,
			points: P,
			deviations: new Float64Array(P).fill(1),
			activationUnit: 1,
			preactivationBins: NO_BINS,
			activationBins: NO_BINS,
			rectified: isRectified(activation),
		},
		N,
	);
	for (let i = 0; i < N; i++) builder.add(preactivations.data, features.data, i * P, 1, 1);
	const kernel = gram(engine, features, { transposeA: true, alpha: 1 / N }).data;
	const population = builder.population(kernel);
	return {
		signalParticipation:
			typeof pairs === "string" ? pairs : Float64Array.from(builder.signals, participationRatio),
		silentFraction: population.silentFraction,
		responseSparsity: responseSparsity([population]),
	};
}
