import { type Block, type Engine, transpose, type View } from "@finitude/engine";
import { addToDiagonal, allocateView, squaredNorm } from "./block-operations.ts";
import type { Force } from "./trajectory.ts";
import { type WhitenedLayer, weightsOf } from "./whitened-network.ts";

/** A point of the chain with what the next transition needs; plain data. */
export interface ChainPoint {
	/** Whitened hidden weights w. */
	readonly position: Float64Array;
	/** V(w). */
	readonly energy: number;
	/** dV/dw. */
	readonly gradient: Float64Array;
}

/** Coordinates u of the weights in which trajectories run: the density there is exp(-V'(u) - |u|^2/2). */
export interface Coordinates {
	/** V' and its gradient. */
	readonly force: Force;
	/** Moves to a point and returns V' there; the force's position and gradient are then current. */
	enter(point: ChainPoint): number;
	/** A copy of the present point, the force being current and V' there being `energy`. */
	leave(energy: number): ChainPoint;
}

/** u = w. */
export function whitenedCoordinates(force: Force): Coordinates {
	const { position, gradient } = force;
	return {
		force,
		enter(point) {
			position.data.set(point.position);
			gradient.data.set(point.gradient);
			return point.energy;
		},
		leave: (energy) => ({ position: position.data.slice(), energy, gradient: gradient.data.slice() }),
	};
}

/** The layers of the vector of all weights. */
export type LayerShape = Pick<WhitenedLayer, "width" | "fanIn" | "offset">;

/**
 * The incoming weights of every unit of layer l times one matrix: w_i = L_l^-T u_i, L_l lower triangular. Then
 *
 *   V'(u) = V(w) + |w|^2/2 - |u|^2/2,   dV'/du_i = L_l^-1 (dV/dw_i + w_i) - u_i,
 *
 * and the density of u is that of w up to a constant. Two more matrix products a layer and gradient.
 */
export interface LayerCoordinates extends Coordinates {
	/** L_l of every layer, fanIn x fanIn row-major with zeros above the diagonal. To be called before all else. */
	use(factors: readonly Float64Array[]): void;
}

/** @param layers all of them: together they hold every entry of the force's position. */
export function createLayerCoordinates(
	engine: Engine,
	whitened: Force,
	layers: readonly LayerShape[],
): LayerCoordinates {
	const { position: w, gradient: dVdw } = whitened;
	const u = engine.allocate(w.length);
	const gradient = engine.allocate(w.length);
	const slope = engine.allocate(w.length);
	const maps = layers.map(({ fanIn }) => ({
		factor: allocateView(engine, fanIn, fanIn),
		inverse: allocateView(engine, fanIn, fanIn),
	}));
	let inUse: readonly Float64Array[] | undefined;
	const multiply = (from: Block, matrixOf: (map: { factor: View; inverse: View }) => View, to: Block) => {
		layers.forEach((layer, l) => {
			engine.gemm(1, weightsOf(layer, from), matrixOf(maps[l]!), 0, weightsOf(layer, to));
		});
	};
	/** V' - V. */
	const excess = () => (squaredNorm(w) - squaredNorm(u)) / 2;
	/** dV'/du from w, u and dV/dw. */
	const pullBack = () => {
		const [s, x, g] = [slope.data, w.data, dVdw.data];
		for (let i = 0; i < s.length; i++) s[i] = g[i]! + x[i]!;
		multiply(slope, ({ inverse }) => transpose(inverse), gradient);
		const [d, y] = [gradient.data, u.data];
		for (let i = 0; i < d.length; i++) d[i]! -= y[i]!;
	};
	return {
		force: {
			position: u,
			gradient,
			evaluate() {
				multiply(u, ({ inverse }) => inverse, w);
				const energy = whitened.evaluate();
				if (!Number.isFinite(energy)) return energy;
				pullBack();
				return energy + excess();
			},
		},
		use(factors) {
			if (factors === inUse) return;
			inUse = factors;
			factors.forEach((values, l) => {
				const { factor, inverse } = maps[l]!;
				factor.block.data.set(values);
				inverse.block.data.fill(0);
				addToDiagonal(inverse, 1);
				engine.solveTriangular(factor, inverse, false);
			});
		},
		enter(point) {
			w.data.set(point.position);
			dVdw.data.set(point.gradient);
			multiply(w, ({ factor }) => factor, u);
			pullBack();
			return point.energy + excess();
		},
		leave: (energy) => ({
			position: w.data.slice(),
			energy: energy - excess(),
			gradient: dVdw.data.slice(),
		}),
	};
}
