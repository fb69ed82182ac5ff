/** The first layer: its kernel over sites from the covariance S of one unit's weights, and back. */
import { type Engine, type Matrix, matrix, multiply } from "@finitude/engine";
import type { PairCotangent, SiteCovariances } from "./pair-map.ts";
import type { SiteLayer } from "./site-layers.ts";

/** Rows of one position: P x r. */
function rowsOf(inputs: Matrix, position: number, P: number): Matrix {
	const r = inputs.columns;
	return matrix(P, r, inputs.data.slice(position * P * r, (position + 1) * P * r));
}

/** K_1 = Z S Z^T at the pairs of the layer, S = F F^T. @param inputs Z, J P x r. @param factor F, r x r. */
export function inputCovariances(
	engine: Engine,
	layer: SiteLayer,
	inputs: Matrix,
	factor: Matrix,
): SiteCovariances {
	const P = inputs.rows / layer.positions;
	const features = multiply(engine, inputs, factor);
	const r = features.columns;
	const variances = new Float64Array(inputs.rows);
	features.data.forEach((x, at) => {
		variances[Math.floor(at / r)]! += x * x;
	});
	const blocks = layer.pairs.map(({ first, second }) => {
		const block = multiply(engine, rowsOf(features, first, P), rowsOf(features, second, P), {
			transposeB: true,
		});
		return first === second ? lowerTriangle(block) : block.data;
	});
	return { variances, covariances: joined(blocks) };
}

/** dS_up/dS = Z^T M Z, r x r, symmetric. */
export function inputCotangent(
	engine: Engine,
	layer: SiteLayer,
	inputs: Matrix,
	{ diagonal, pairs }: PairCotangent,
): Matrix {
	const P = inputs.rows / layer.positions;
	const r = inputs.columns;
	const total = matrix(r, r);
	let read = 0;
	for (const { first, second } of layer.pairs) {
		const rows = rowsOf(inputs, first, P);
		const block = matrix(P, P);
		if (first === second) {
			for (let a = 0; a < P; a++) {
				for (let b = 0; b < a; b++) block.data[a * P + b] = block.data[b * P + a] = pairs[read++]!;
				block.data[a * P + a] = diagonal[first * P + a]!;
				read++;
			}
			const product = multiply(engine, rows, multiply(engine, block, rows), { transposeA: true });
			for (let i = 0; i < r; i++) {
				for (let j = 0; j < r; j++) {
					total.data[i * r + j]! += (product.data[i * r + j]! + product.data[j * r + i]!) / 2;
				}
			}
			continue;
		}
		for (let k = 0; k < P * P; k++) block.data[k] = pairs[read++]!;
		const others = rowsOf(inputs, second, P);
		const product = multiply(engine, rows, multiply(engine, block, others), { transposeA: true });
		for (let i = 0; i < r; i++) {
			for (let j = 0; j < r; j++)
				total.data[i * r + j]! += product.data[i * r + j]! + product.data[j * r + i]!;
		}
	}
	return total;
}

function lowerTriangle({ rows, columns, data }: Matrix): Float64Array {
	const packed = new Float64Array((rows * (rows + 1)) / 2);
	let filled = 0;
	for (let a = 0; a < rows; a++) for (let b = 0; b <= a; b++) packed[filled++] = data[a * columns + b]!;
	return packed;
}

function joined(parts: readonly Float64Array[]): Float64Array {
	const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
	let filled = 0;
	for (const part of parts) {
		all.set(part, filled);
		filled += part.length;
	}
	return all;
}
