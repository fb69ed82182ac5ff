import { type Engine, transpose } from "@finitude/engine";
import { addToDiagonal, allocateView } from "./block-operations.ts";
import type { ChainPoint, LayerShape } from "./coordinates.ts";
import { massWindows } from "./mass-windows.ts";

/** What is known of the metric; plain data. */
export interface MassTuning {
	/** Steps of warm-up so far. */
	readonly steps: number;
	/** For every layer: the sum of g_i g_i^T over units and the steps of the present window; the lower triangle counts. */
	readonly sums: readonly Float64Array[];
	/** For every layer: L of the metric G = L L^T, fanIn x fanIn row-major; absent until the first window ends. */
	readonly factors?: readonly Float64Array[];
}

export interface MassAdaptation {
	start(): MassTuning;
	/** After a step of warm-up that led to this point. */
	update(tuning: MassTuning, point: ChainPoint): MassTuning;
}

/**
 * One metric for the incoming weights w_i of all units of a layer, which are exchangeable: with g_i = dV/dw_i + w_i,
 *
 *   G = (sum over T draws and N units of g_i g_i^T + r I) / (T N + r),   r the fan-in,
 *
 * an estimate from T N numbers a direction of E g g^T, which is the posterior mean of the Hessian with respect to w_i: the inverse of
 * the best preconditioner of Langevin dynamics (Titsias 2023, arXiv 2305.14442). The prior has G = I; r units drawn from it
 * are counted as seen.
 */
export function createMassAdaptation(
	engine: Engine,
	layers: readonly LayerShape[],
	warmup: number,
): MassAdaptation {
	const windows = massWindows(warmup);
	const work = layers.map(({ width, fanIn }) => ({
		slope: allocateView(engine, width, fanIn),
		square: allocateView(engine, fanIn, fanIn),
	}));
	const nothing = () => layers.map(({ fanIn }) => new Float64Array(fanIn ** 2));

	const added = (sums: readonly Float64Array[], { position, gradient }: ChainPoint) =>
		layers.map(({ offset }, l) => {
			const { slope, square } = work[l]!;
			const g = slope.block.data;
			for (let i = 0; i < g.length; i++) g[i] = gradient[offset + i]! + position[offset + i]!;
			square.block.data.set(sums[l]!);
			engine.syrk(1, transpose(slope), 1, square);
			return square.block.data.slice();
		});

	const factorized = (sums: readonly Float64Array[], steps: number) =>
		layers.map(({ width, fanIn }, l) => {
			const { square } = work[l]!;
			const values = square.block.data;
			values.set(sums[l]!);
			addToDiagonal(square, fanIn);
			for (let i = 0; i < values.length; i++) values[i]! /= steps * width + fanIn;
			// The smallest eigenvalue is at least r / (T N + r), by the term r I: only rounding of huge gradients can spoil that.
			if (engine.cholesky(square) >= 0) {
				throw new Error(
					"hmc: the metric of a layer is not positive definite in double precision. Set adaptMass to false.",
				);
			}
			for (let i = 0; i < fanIn; i++) values.fill(0, i * (fanIn + 1) + 1, (i + 1) * fanIn);
			return values.slice();
		});

	return {
		start: () => ({ steps: 0, sums: nothing() }),
		update(tuning, point) {
			const steps = tuning.steps + 1;
			const window = windows.find(({ begin, end }) => begin < steps && steps <= end);
			if (window === undefined) return { ...tuning, steps };
			const sums = added(tuning.sums, point);
			if (steps < window.end) return { ...tuning, steps, sums };
			return { steps, sums: nothing(), factors: factorized(sums, window.end - window.begin) };
		},
	};
}
