import { type Engine, load, type Matrix, type View, view } from "@finitude/engine";
import type { FeatureChunk } from "./features.ts";
import { positionOf } from "./features.ts";
import type { HiddenUnit } from "./hidden-unit.ts";

/**
 * What multiplies the prior of a unit: exp(E), E = (1/M) sum_i [ sum_k (t_k.phi^i)^2 + phi^i.A phi^i ], over the M positions i.
 * A sum of both forms, so that a dominating rank-one part costs O(P) a point. For the conjugate kernel Ct of a layer of width
 * N with prefactor g, E = (g/N) phi.Ct phi.
 */
export interface Tilt {
	/** k x P: the vectors t, each contributing a square. */
	readonly fields?: Matrix;
	/** A, P x P, symmetric. */
	readonly form?: Matrix;
	/** E is multiplied by this: 1 where not given. A fraction is a weaker tilt of the same kind. */
	readonly strength?: number;
}

/**
 * Binds a tilt to an engine: the result adds E of every point of a chunk to `exponents`. P may be any number of leading
 * points; the others do not enter. Its work space lives until the caller's scope ends.
 *
 * @throws RangeError when the tilt has more points than the unit.
 */
export function tiltExponents(engine: Engine, unit: HiddenUnit, { fields, form, strength = 1 }: Tilt) {
	for (const m of [fields, form]) {
		if (m && m.columns > unit.points) {
			throw new RangeError(
				`tilt: wanted at most ${unit.points} points, those of the unit; got ${m.columns}.`,
			);
		}
	}
	const t = fields && load(engine, fields);
	const A = form && load(engine, form);
	let space = view(engine.allocate(0), 0, 0);
	const product = (left: View, right: View): View => {
		const length = left.rows * right.columns;
		if (space.block.length < length) space = view(engine.allocate(length), left.rows, right.columns);
		const result = view(space.block, left.rows, right.columns);
		engine.gemm(1, left, right, 0, result);
		return result;
	};
	return (chunk: FeatureChunk, exponents: Float64Array): void => {
		const { count } = chunk;
		const share = strength / unit.positions;
		for (let i = 0; i < unit.positions; i++) {
			if (t && fields) {
				const projected = product(t, positionOf(chunk, unit, i, fields.columns)).block.data;
				for (let k = 0; k < fields.rows; k++) {
					for (let s = 0; s < count; s++) exponents[s]! += share * projected[k * count + s]! ** 2;
				}
			}
			if (A && form) {
				const phi = positionOf(chunk, unit, i, form.columns);
				const image = product(A, phi).block.data;
				const features = phi.block.data;
				for (let a = 0; a < form.rows; a++) {
					const row = phi.offset + a * count;
					for (let s = 0; s < count; s++) exponents[s]! += share * features[row + s]! * image[a * count + s]!;
				}
			}
		}
	};
}
