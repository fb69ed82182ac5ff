/** Laplace's approximation at the modes of the posterior of a matrix of scales: the first proposal. */
import { type Engine, gram, type Matrix, matrix } from "@finitude/engine";
import { climb, type Mode } from "../climb.ts";
import type { PosteriorSurface } from "./scale-posterior-surface.ts";
import { type StudentComponent, shapeFactor } from "./student-mixture.ts";

/** Starts, in prior standard deviations of every coordinate that is a log scale: the prior's mode, and scales far below and above. */
const STARTS = [0, -4, 4];

/** Modes with less than e^-20 of the highest one's weight are left to the prior's share of the proposal. */
const NEGLIGIBLE = 20;

/**
 * One component for every mode that a climb finds, weighted by Laplace's evidence.
 *
 * @param total the weights sum to this
 */
export function laplaceComponents(
	engine: Engine,
	surface: PosteriorSurface,
	total: number,
): StudentComponent[] {
	const { law } = surface;
	const scales = [...law.deviations];
	const f = (x: readonly number[]) => surface.logDensity(Float64Array.from(x));
	const modes: Mode[] = [];
	for (const start of STARTS) {
		const x = law.deviations.map((deviation, i) => (law.isLogScale[i] ? start * deviation : 0));
		const mode = climb(f, [...x], scales, surface.derivatives);
		if (!modes.some((other) => same(mode, other, scales))) modes.push(mode);
	}
	const evidences = modes.map(({ value, axes }) =>
		axes.reduce((sum, row, i) => sum + Math.log(row[i]!), value),
	);
	const highest = Math.max(...evidences);
	const kept = modes.flatMap((mode, k) =>
		evidences[k]! > highest - NEGLIGIBLE ? [{ mode, weight: Math.exp(evidences[k]! - highest) }] : [],
	);
	const sum = kept.reduce((all, { weight }) => all + weight, 0);
	return kept.map(({ mode, weight }) => ({
		weight: (total * weight) / sum,
		center: Float64Array.from(mode.place),
		factor: shapeFactor(engine, covarianceOf(engine, mode.axes)),
	}));
}

function same(a: Mode, b: Mode, scales: readonly number[]): boolean {
	return a.place.every((x, i) => Math.abs(x - b.place[i]!) < 0.1 * scales[i]!);
}

/** C C^T. */
function covarianceOf(engine: Engine, axes: readonly (readonly number[])[]): Matrix {
	const m = axes.length;
	return gram(engine, matrix(m, m, Float64Array.from(axes.flat())));
}
