/** Theories and the sampled network at one number of points, averaged over the repetitions. */
import type { Engine } from "@finitude/engine";
import type { Estimate } from "../../diagnostics/estimate.ts";
import { type Average, averageEstimate, averageGap, averageOf } from "./averages.ts";
import {
	CURVE_QUANTITIES,
	type CurveErrors,
	type CurveMeasurement,
	type CurveQuantity,
	type SampledMeasurement,
} from "./measurement.ts";
import { type ErrorDifference, errorDifference, nearestTheory } from "./nearest.ts";

/** A theory at one number of points. */
export type TheoryPoint =
	| {
			readonly theory: string;
			readonly errors: CurveErrors<Average>;
			/** Where the network was sampled, and its chains converged. */
			readonly difference?: ErrorDifference;
	  }
	/** Why it has no point here, at one repetition or more. */
	| { readonly theory: string; readonly reason: string; readonly unsolved: boolean };

/** The sampled network at one number of points; the worst repetition counts. */
export interface SampledPoint {
	readonly errors: CurveErrors<Estimate>;
	readonly converged: boolean;
	readonly maxRHat?: number;
	readonly minBulkEss?: number;
	readonly minTailEss?: number;
	readonly divergences: number;
	readonly advice?: string;
}

export interface CurvePoint {
	/** P. */
	readonly samples: number;
	/** How many repetitions are averaged: fewer than wanted after an interruption. */
	readonly repetitions: number;
	readonly theories: readonly TheoryPoint[];
	readonly sampled?: SampledPoint | { readonly reason: string };
	/** Where the network was sampled and converged, and a theory answered. */
	readonly nearest?: ErrorDifference;
}

/** @param cell its repetitions, one or more */
export function curvePoint(
	samples: number,
	cell: readonly CurveMeasurement[],
	targetNoise: number,
	engine: Engine,
): CurvePoint {
	const sampled = sampledPoint(cell, targetNoise, engine);
	const estimates =
		sampled !== undefined && "errors" in sampled && sampled.converged
			? measurementsOf(cell).map(({ errors }) => errors.generalizationError)
			: undefined;
	const theories = cell[0]!.theories.map(({ theory }, t) =>
		theoryPoint(
			theory,
			cell.map(({ theories: all }) => all[t]!),
			estimates,
			targetNoise,
			engine,
		),
	);
	const nearest = nearestTheory(
		theories.flatMap((one) => ("difference" in one && one.difference ? [one.difference] : [])),
	);
	return {
		samples,
		repetitions: cell.length,
		theories,
		...(sampled && { sampled }),
		...(nearest && { nearest }),
	};
}

/** Repetitions have different data: a mean over those that a theory answers would be another curve, so it answers all or has a gap. */
function theoryPoint(
	theory: string,
	outcomes: readonly CurveMeasurement["theories"][number][],
	sampled: readonly Estimate[] | undefined,
	targetNoise: number,
	engine: Engine,
): TheoryPoint {
	const failed = outcomes.find((outcome) => "reason" in outcome);
	if (failed !== undefined && "reason" in failed) {
		return { theory, reason: failed.reason, unsolved: outcomes.some((one) => "unsolved" in one) };
	}
	const all = outcomes.flatMap((outcome) => ("errors" in outcome ? [outcome.errors] : []));
	const relativeGap = averageGap(
		all.map((errors) => ({
			training: errors.trainError,
			population: errors.generalizationError + targetNoise,
		})),
		engine,
	);
	const difference =
		sampled &&
		errorDifference(
			theory,
			all.map((errors) => errors.generalizationError),
			sampled,
		);
	return {
		theory,
		errors: { ...averaged(all, averageOf), relativeGap },
		...(difference && { difference }),
	};
}

function measurementsOf(cell: readonly CurveMeasurement[]): SampledMeasurement[] {
	return cell.flatMap(({ sampled }) => (sampled && "errors" in sampled ? [sampled] : []));
}

function sampledPoint(
	cell: readonly CurveMeasurement[],
	targetNoise: number,
	engine: Engine,
): CurvePoint["sampled"] {
	for (const { sampled } of cell) {
		if (sampled === undefined) return undefined;
		if ("reason" in sampled) return sampled;
	}
	const all = measurementsOf(cell);
	const gap = averageGap(
		all.map(({ errors }) => ({
			training: errors.trainError.value,
			population: errors.generalizationError.value + targetNoise,
		})),
		engine,
		all.map(({ errors }) => errors.relativeGap.standardError),
	);
	const stuck = all.find(({ converged }) => !converged);
	const worst = (of: "maxRHat" | "minBulkEss" | "minTailEss", pick: (...values: number[]) => number) => {
		const values = all.flatMap(({ [of]: value }) => (value === undefined ? [] : [value]));
		return values.length === 0 ? {} : { [of]: pick(...values) };
	};
	return {
		errors: {
			...averaged(
				all.map(({ errors }) => errors),
				averageEstimate,
			),
			relativeGap: { value: gap.value, standardError: gap.standardError ?? 0 },
		},
		converged: stuck === undefined,
		...worst("maxRHat", Math.max),
		...worst("minBulkEss", Math.min),
		...worst("minTailEss", Math.min),
		divergences: all.reduce((sum, { divergences }) => sum + divergences, 0),
		...(stuck?.advice !== undefined && { advice: stuck.advice }),
	};
}

/** Every quantity over the repetitions. */
function averaged<Value, Mean>(
	repetitions: readonly CurveErrors<Value>[],
	mean: (values: readonly Value[]) => Mean,
): CurveErrors<Mean> {
	return Object.fromEntries(
		CURVE_QUANTITIES.map((name) => [name, mean(repetitions.map((errors) => errors[name]))]),
	) as Record<CurveQuantity, Mean>;
}
