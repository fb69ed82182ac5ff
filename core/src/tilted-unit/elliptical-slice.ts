/** Markov chains of the weights of one tilted unit, many side by side. */
import { type Engine, load, type RandomState, scoped, view } from "@finitude/engine";
import { normals, uniforms } from "../data/random.ts";
import type { HiddenUnit } from "./hidden-unit.ts";
import { type Tilt, tiltExponents } from "./tilt.ts";

/** Where C chains stand. */
export interface ChainStates {
	/** r x C, coordinate by coordinate. */
	readonly points: Float64Array;
	/** E of each chain's point. */
	readonly exponents: Float64Array;
}

/** A bracket is halved on average by every rejection: after so many it is below the rounding of an angle. */
const MOST_SHRINKAGES = 200;

/**
 * Elliptical slice sampling of p(w) ~ N(w; 0, I) exp(E(w)), E the sum over some tilts: a sweep moves every chain to a point of the ellipse through its own
 * and a random normal one, at which the density exceeds a random fraction of its own. It leaves p invariant without a step size
 * to choose, and reaches -w, the other mode of an even tilt, as easily as any point.
 *
 * Murray, Adams, MacKay 2010, arXiv 1001.0175; with the normal density N(0, diag(scales^2)) in the place of the prior and the
 * ratio of both in the likelihood (Nishihara, Murray, Adams 2014, arXiv 1210.7477, section 3).
 *
 * @param unit at the points that the tilts are about
 * @param scales standard deviations of the leading coordinates, where p is broader than the prior
 * @param start r x C; not changed
 * @param stream advanced by every sweep
 */
export function ellipticalSlice(
	engine: Engine,
	unit: HiddenUnit,
	tilts: readonly Tilt[],
	{ scales, start, stream }: { scales: Float64Array; start: Float64Array; stream: RandomState },
) {
	const r = unit.dimension;
	const chains = start.length / r;
	const points = start.slice();
	const exponents = exponentsAt(engine, unit, tilts, points, chains);
	/** log N(w; 0, I) - log N(w; 0, diag(scales^2)) up to a constant. */
	const logRatio = (at: Float64Array, count: number, c: number) => {
		let sum = 0;
		scales.forEach((scale, k) => {
			sum += (1 - 1 / (scale * scale)) * at[k * count + c]! ** 2;
		});
		return -0.5 * sum;
	};
	return {
		states: (): ChainStates => ({ points: points.slice(), exponents: exponents.slice() }),
		sweep(): void {
			const others = normals(engine, stream, r * chains);
			scales.forEach((scale, k) => {
				for (let c = 0; c < chains; c++) others[k * chains + c]! *= scale;
			});
			const random = uniforms(engine, stream, 2 * chains);
			const heights = exponents.map((e, c) => e + logRatio(points, chains, c) + Math.log1p(-random[c]!));
			const angles = random.subarray(chains).map((u) => 2 * Math.PI * u);
			const lower = angles.map((angle) => angle - 2 * Math.PI);
			const upper = angles.slice();
			let moving = Array.from({ length: chains }, (_, c) => c);
			for (let round = 0; moving.length > 0 && round < MOST_SHRINKAGES; round++) {
				const count = moving.length;
				const proposed = new Float64Array(r * count);
				moving.forEach((c, i) => {
					const [cosine, sine] = [Math.cos(angles[c]!), Math.sin(angles[c]!)];
					for (let k = 0; k < r; k++) {
						const at = k * chains + c;
						proposed[k * count + i] = cosine * points[at]! + sine * others[at]!;
					}
				});
				const found = exponentsAt(engine, unit, tilts, proposed, count);
				const again = uniforms(engine, stream, count);
				moving = moving.filter((c, i) => {
					if (found[i]! + logRatio(proposed, count, i) > heights[c]!) {
						for (let k = 0; k < r; k++) points[k * chains + c] = proposed[k * count + i]!;
						exponents[c] = found[i]!;
						return false;
					}
					if (angles[c]! < 0) lower[c] = angles[c]!;
					else upper[c] = angles[c]!;
					angles[c] = lower[c]! + again[i]! * (upper[c]! - lower[c]!);
					return true;
				});
			}
		},
	};
}

/** E at some points, r x count coordinate by coordinate. */
function exponentsAt(
	engine: Engine,
	unit: HiddenUnit,
	tilts: readonly Tilt[],
	points: Float64Array,
	count: number,
): Float64Array {
	return scoped(engine, () => {
		const exponents = new Float64Array(count);
		const rows = unit.inputs.rows;
		const inputs = load(engine, unit.inputs);
		const w = engine.allocate(points.length);
		const h = engine.allocate(rows * count);
		const features = engine.allocate(rows * count);
		const weights = engine.allocate(count);
		w.data.set(points);
		engine.gemm(1, inputs, view(w, unit.dimension, count), 0, view(h, rows, count));
		unit.activation.evaluate(engine, h, features);
		const chunk = { features: view(features, rows, count), weights, count };
		for (const tilt of tilts) tiltExponents(engine, unit, tilt)(chunk, exponents);
		return exponents;
	});
}
