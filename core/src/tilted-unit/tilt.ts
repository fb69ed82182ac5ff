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
	/**
	 * B, P x P, positive semi-definite, for one position: with Lam = 1 + phi.B phi, E is the sum above divided by Lam, minus
	 * log(Lam)/2. The readout weight of a unit that fluctuating outputs hold back has the precision Lam in place of 1; fields are
	 * those of its mean.
	 */
	readonly stiffness?: Matrix;
	/** E is multiplied by this: 1 where not given. A fraction is a weaker tilt of the same kind. */
	readonly strength?: number;
}

/**
 * Binds a tilt to an engine: the result adds E of every point of a chunk to `exponents`. P may be any number of leading
 * points; the others do not enter. Its work space lives until the caller's scope ends.
 *
 * @throws RangeError when the tilt has more points than the unit, or a stiffness for a unit of several positions.
 */
export function tiltExponents(
	engine: Engine,
	unit: HiddenUnit,
	{ fields, form, stiffness, strength = 1 }: Tilt,
) {
	if (stiffness && unit.positions > 1) {
		throw new RangeError(`tilt: a stiffness is for a unit of one position; got ${unit.positions}.`);
	}
	for (const m of [fields, form, stiffness]) {
		if (m && m.columns > unit.points) {
			throw new RangeError(
				`tilt: wanted at most ${unit.points} points, those of the unit; got ${m.columns}.`,
			);
		}
	}
	const t = fields && load(engine, fields);
	const A = form && load(engine, form);
	const B = stiffness && load(engine, stiffness);
	let space = view(engine.allocate(0), 0, 0);
	const product = (left: View, right: View): View => {
		const length = left.rows * right.columns;
		if (space.block.length < length) space = view(engine.allocate(length), left.rows, right.columns);
		const result = view(space.block, left.rows, right.columns);
		engine.gemm(1, left, right, 0, result);
		return result;
	};
	/** sums += factor phi.m phi. */
	const addForm = (m: View, phi: View, factor: number, sums: Float64Array): void => {
		const image = product(m, phi).block.data;
		const features = phi.block.data;
		const count = phi.columns;
		for (let a = 0; a < m.rows; a++) {
			const row = phi.offset + a * count;
			for (let s = 0; s < count; s++) sums[s]! += factor * features[row + s]! * image[a * count + s]!;
		}
	};
	const share = strength / unit.positions;
	const addSquares = (chunk: FeatureChunk, exponents: Float64Array): void => {
		const { count } = chunk;
		for (let i = 0; i < unit.positions; i++) {
			if (t && fields) {
				const projected = product(t, positionOf(chunk, unit, i, fields.columns)).block.data;
				for (let k = 0; k < fields.rows; k++) {
					for (let s = 0; s < count; s++) exponents[s]! += share * projected[k * count + s]! ** 2;
				}
			}
			if (A && form) addForm(A, positionOf(chunk, unit, i, form.columns), share, exponents);
		}
	};
	if (!B || !stiffness) return addSquares;
	return (chunk: FeatureChunk, exponents: Float64Array): void => {
		const squares = new Float64Array(chunk.count);
		const precisions = new Float64Array(chunk.count).fill(1);
		addSquares(chunk, squares);
		addForm(B, positionOf(chunk, unit, 0, stiffness.columns), 1, precisions);
		precisions.forEach((x, s) => {
			exponents[s]! += squares[s]! / x - 0.5 * strength * Math.log(x);
		});
	};
}
