import type * as Plot from "@observablehq/plot";
import type { ComparisonFigureData } from "./figure-data.ts";
import { axisLabel, rangeAxis } from "./panel.ts";
import { countTicks } from "./ticks.ts";
import { extent, padded } from "./value-range.ts";

/** Points drawn one by one; more than this overlap at a width of 1000 pixels. */
const MOST_POINTS = 60;

/** The horizontal axis shared by the panels that show test points. */
export interface TestAxis {
	/** The horizontal scale of a panel. */
	readonly scale: Plot.ScaleOptions;
	/** P*: horizontal position of each test point. */
	readonly position: Float64Array;
	/** All test points from left to right. */
	readonly all: readonly number[];
	/** The test points drawn one by one, from left to right: all of them, or evenly spaced ones. */
	readonly drawn: readonly number[];
	/** Half the distance between two drawn points that stand by rank; 0 on a continuous axis. */
	readonly halfStep: number;
	readonly continuous: boolean;
	/** Says when points are left out; else empty. */
	readonly note: string;
}

/** `count` points at most, evenly spaced in `points`, the first and the last among them. */
export function thin(points: readonly number[], count = MOST_POINTS): number[] {
	if (points.length <= count) return [...points];
	return Array.from(
		{ length: count },
		(_, i) => points[Math.round((i * (points.length - 1)) / (count - 1))]!,
	);
}

/**
 * The inputs themselves when they are numbers, else the rank (from 1) of each test point in the order of the reference mean:
 * the sampled mean, or the first theory's when nothing was sampled.
 */
export function testAxis(data: ComparisonFigureData): TestAxis {
	const inputs = data.testInputs;
	const mean = data.sampled?.mean ?? data.theories[0]!.mean;
	const key = inputs ?? mean;
	const all = Array.from({ length: mean.length }, (_, i) => i).sort((a, b) => key[a]! - key[b]! || a - b);
	const drawn = thin(all);
	const name = `${data.points ?? "test"} point`;
	const note = drawn.length < all.length ? `${drawn.length} of ${all.length} ${name}s drawn` : "";
	if (inputs !== undefined) {
		const position = Float64Array.from(inputs);
		const scale = rangeAxis("input x", padded(extent(position), 0.01));
		return { scale, position, all, drawn, halfStep: 0, continuous: true, note };
	}
	const position = new Float64Array(mean.length);
	all.forEach((point, rank) => {
		position[point] = rank + 1;
	});
	const by = data.sampled ? "sampled mean" : `mean of ${data.theories[0]!.label}`;
	const halfStep = drawn.length > 1 ? (all.length - 1) / (drawn.length - 1) / 2 : 0.5;
	const scale = {
		...axisLabel(`${name}, sorted by ${by}`),
		domain: [1 - halfStep, all.length + halfStep],
		ticks: countTicks(all.length),
	};
	return { scale, position, all, drawn, halfStep, continuous: false, note };
}
