import { type Engine, load, type Matrix, scoped, transpose } from "@finitude/engine";
import type { Estimate } from "../../diagnostics/estimate.ts";
import { mean, variance } from "../../diagnostics/moments.ts";
import { type BatchMoments, combineBatchMoments, createBatchMeans } from "../../samplers/batch-means.ts";
import { allocateView } from "../../samplers/block-operations.ts";
import { type ColumnRatios, momentRatios } from "../../samplers/moment-ratios.ts";
import { addBiases, type SavedNetworks } from "../../samplers/saved-networks.ts";
import { sumPowers } from "../../samplers/unit-statistics.ts";

/** Excess kurtosis over units and draws at fixed x, averaged over x, and the two parts that it is the sum of. */
export interface Kurtosis {
	readonly pooled: Estimate;
	/** 3 Var_i(v_i) / (mean v_i)^2, v_i the variance of unit i over draws: units that are Gaussian, with different variances. */
	readonly between: Estimate;
	/** What is left: units whose own law is not Gaussian. */
	readonly within: Estimate;
}

/** One chain's units at every x, J columns in all. */
interface UnitMoments {
	readonly powers: BatchMoments;
	/** 2 halves of 2 x (N J): means over the half's draws of h and h^2. */
	readonly halves: readonly (readonly [Float64Array, Float64Array])[];
}

/**
 * Equation (3) of docs/analyses/teacher-overlap.md for h = w.x (+ b) of first-layer units at the rows x of `points`.
 *
 * The variance of a unit over the draws of a chain is known with noise, which would count as a difference between units: v_i^2 is
 * the product of the variances over both halves of the chain. Differences between units that last less than half a chain,
 * because the sampler moves units to each other's place, are so counted as within.
 *
 * @param chains two or more
 * @param points J x d
 * @param biased whether biases are added, where there are any
 */
export function kurtosis(
	engine: Engine,
	chains: readonly SavedNetworks[],
	points: Matrix,
	biased: boolean,
): Kurtosis {
	const moments = chains.map((chain) => unitMoments(engine, chain, points, biased));
	const powers = moments.map((one) => one.powers);
	// Weights of a posterior vary, and four draws, the fewest that a chain may have, are two batches.
	const { mean: value, meanStandardError: standardError } = momentRatios(powers)
		.excessKurtosis as Required<ColumnRatios>;
	const between = betweenUnits(moments, points.rows);
	return {
		pooled: { value, standardError },
		between,
		within: {
			value: value - between.value,
			standardError: Math.hypot(standardError, between.standardError),
		},
	};
}

function unitMoments(engine: Engine, networks: SavedNetworks, points: Matrix, biased: boolean): UnitMoments {
	const { draws } = networks;
	const columns = points.rows;
	const units = networks.array("weights_1", 0)!.length / points.columns;
	const batches = createBatchMeans(4 * columns, true);
	const halves = [0, 1].map(
		() => [new Float64Array(units * columns), new Float64Array(units * columns)] as const,
	);
	const halfLength = Math.floor(draws / 2);
	scoped(engine, () => {
		const x = transpose(load(engine, points));
		const w = allocateView(engine, units, points.columns);
		const h = allocateView(engine, units, columns);
		const powers = new Float64Array(4 * columns);
		for (let t = 0; t < draws; t++) {
			w.block.data.set(networks.array("weights_1", t)!);
			engine.gemm(1, w, x, 0, h);
			if (biased) addBiases(h, networks.array("biases_1", t));
			const values = h.block.data;
			batches.add(sumPowers(values, columns, powers));
			// The middle draw of an odd number is in neither half.
			const half = t < halfLength ? 0 : t >= draws - halfLength ? 1 : undefined;
			if (half === undefined) continue;
			const [first, second] = halves[half]!;
			for (let i = 0; i < values.length; i++) {
				first[i]! += values[i]! / halfLength;
				second[i]! += values[i]! ** 2 / halfLength;
			}
		}
	});
	return { powers: batches.moments(), halves };
}

/** 3 (mean v_i^2 / (mean v_i)^2 - 1), about the mean over units and draws, averaged over x; the error from chain to chain. */
function betweenUnits(chains: readonly UnitMoments[], columns: number): Estimate {
	const raw = combineBatchMoments(chains.map(({ powers }) => powers)).mean;
	const centers = raw.subarray(0, columns);
	const each = chains.map(({ halves }) => {
		const variances = halves.map(([first, second]) =>
			second.map((square, i) => {
				const center = centers[i % columns]!;
				return square - 2 * center * first[i]! + center * center;
			}),
		);
		const units = variances[0]!.length / columns;
		const spread = new Float64Array(columns);
		const squares = new Float64Array(columns);
		variances[0]!.forEach((v, i) => {
			const other = variances[1]![i]!;
			spread[i % columns]! += (v + other) / (2 * units);
			squares[i % columns]! += (v * other) / units;
		});
		return { spread, squares };
	});
	const average = (read: (one: (typeof each)[number]) => Float64Array, x: number) =>
		mean(Float64Array.from(each, (one) => read(one)[x]!));
	let value = 0;
	const deviations = new Float64Array(chains.length);
	for (let x = 0; x < columns; x++) {
		const v = average(({ spread }) => spread, x);
		const ratio = average(({ squares }) => squares, x) / v ** 2;
		value += (3 * (ratio - 1)) / columns;
		each.forEach(({ spread, squares }, c) => {
			deviations[c]! += (3 * (squares[x]! / v ** 2 - 2 * ratio * (spread[x]! / v - 1))) / columns;
		});
	}
	return { value, standardError: Math.sqrt(variance(deviations) / chains.length) };
}
