import { type Engine, transpose, type View } from "@finitude/engine";
import { allocateView } from "./block-operations.ts";
import type { ChainPoint, LayerShape } from "./coordinates.ts";
import { massWindows } from "./mass-windows.ts";

/** Of the steps of the present window: G_t = (1/N) sum_i g_i g_i^T over the N units of a layer. */
export interface LayerSlopes {
	/** sum_t G_t, fanIn x fanIn row-major; the lower triangle counts. */
	readonly sum: Float64Array;
	/** sum_t |G_t|^2, Frobenius norm. */
	readonly squares: number;
}

/** What is known of the metric; plain data. */
export interface MassTuning {
	/** Steps of warm-up so far. */
	readonly steps: number;
	readonly slopes: readonly LayerSlopes[];
	/** For every layer: L of the metric L L^T, fanIn x fanIn row-major; absent until the first window ends. */
	readonly factors?: readonly Float64Array[];
}

export interface MassAdaptation {
	start(): MassTuning;
	/** After a step of warm-up that led to this point. */
	update(tuning: MassTuning, point: ChainPoint): MassTuning;
}

/**
 * One metric for the incoming weights w_i of all units of a layer, which are exchangeable: N times as many numbers as an
 * adaptation of each weight would have. With g_i = dV/dw_i + w_i and G the mean of G_t over the T steps of a window,
 *
 *   metric = (1 - s) G / m + s I,   m = tr G / r,   s = min(1, T^-2 sum_t |G_t - G|^2 / |G - m I|^2),
 *
 * r the fan-in. G estimates E g g^T, the posterior mean of the Hessian with respect to w_i, whose inverse is the best
 * preconditioner of Langevin dynamics (Titsias 2023, arXiv 2305.14442). Its scale is left to the step size. s is the shrinkage of
 * Ledoit and Wolf 2004, Journal of Multivariate Analysis 88:365, equations 13 to 15, for T independent matrices.
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
	const nothing = () => layers.map(({ fanIn }) => ({ sum: new Float64Array(fanIn ** 2), squares: 0 }));

	const added = (slopes: readonly LayerSlopes[], { position, gradient }: ChainPoint) =>
		layers.map(({ offset, width }, l) => {
			const { slope, square } = work[l]!;
			const g = slope.block.data;
			for (let i = 0; i < g.length; i++) g[i] = gradient[offset + i]! + position[offset + i]!;
			engine.syrk(1 / width, transpose(slope), 0, square);
			const { sum, squares } = slopes[l]!;
			const product = square.block.data;
			return { sum: sum.map((x, i) => x + product[i]!), squares: squares + squaredLower(square) };
		});

	const factorized = (slopes: readonly LayerSlopes[], steps: number) =>
		slopes.map((slope, l) => {
			const { square } = work[l]!;
			square.block.data.set(shrunk(slope, square, steps));
			// The eigenvalues of the metric are at least s, and 0 only where the slopes are the same at all steps.
			if (engine.cholesky(square) >= 0) {
				throw new Error("hmc: the metric of a layer is not positive definite. Set adaptMass to false.");
			}
			const factor = square.block.data.slice();
			const r = square.rows;
			for (let i = 0; i < r; i++) factor.fill(0, i * r + i + 1, (i + 1) * r);
			return factor;
		});

	return {
		start: () => ({ steps: 0, slopes: nothing() }),
		update(tuning, point) {
			const steps = tuning.steps + 1;
			const window = windows.find(({ begin, end }) => begin < steps && steps <= end);
			if (window === undefined) return { ...tuning, steps };
			const slopes = added(tuning.slopes, point);
			if (steps < window.end) return { ...tuning, steps, slopes };
			return { steps, slopes: nothing(), factors: factorized(slopes, window.end - window.begin) };
		},
	};
}

/** The metric of the docstring above, its lower triangle. `square` is work space. */
function shrunk({ sum, squares }: LayerSlopes, square: View, steps: number): Float64Array {
	const r = square.rows;
	const values = square.block.data;
	let trace = 0;
	for (let i = 0; i < r; i++) trace += sum[i * (r + 1)]! / steps;
	const m = trace / r;
	for (let i = 0; i < values.length; i++) values[i] = sum[i]! / steps;
	const norm = squaredLower(square);
	const scatter = (squares / steps - norm) / steps;
	const distance = norm - r * m * m;
	const s = scatter < distance ? scatter / distance : 1;
	return values.map((x, i) => ((1 - s) * x) / m + (i % (r + 1) === 0 ? s : 0));
}

/** Squared Frobenius norm of the symmetric matrix with this lower triangle. */
function squaredLower({ block, rows }: View): number {
	const values = block.data;
	let sum = 0;
	for (let i = 0; i < rows; i++) {
		for (let j = 0; j < i; j++) sum += 2 * values[i * rows + j]! ** 2;
		sum += values[i * (rows + 1)]! ** 2;
	}
	return sum;
}
