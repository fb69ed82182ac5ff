/** Matrix products of which a triangle is known to be zero or not wanted: 5/8 of the arithmetic of a full product. */
import { type Engine, submatrix, transpose, type View } from "@finitude/engine";

/** Strips of a product; more of them save little arithmetic and make each product slower. */
const STRIPS = 4;

/** The boundaries of the strips of n rows. */
function strips(n: number): [number, number][] {
	const cuts = Array.from({ length: STRIPS + 1 }, (_, i) => Math.round((i * n) / STRIPS));
	return cuts.slice(1).flatMap((end, i) => (end > cuts[i]! ? [[cuts[i]!, end] as [number, number]] : []));
}

/** out <- L B, L lower triangular with zeros above. */
export function multiplyLower(engine: Engine, l: View, b: View, out: View): void {
	for (const [from, to] of strips(l.rows)) {
		const rows = to - from;
		engine.gemm(
			1,
			submatrix(l, from, 0, rows, to),
			submatrix(b, 0, 0, to, b.columns),
			0,
			submatrix(out, from, 0, rows, b.columns),
		);
	}
}

/** out <- L^T B, L lower triangular with zeros above. */
export function multiplyLowerTransposed(engine: Engine, l: View, b: View, out: View): void {
	const n = l.rows;
	for (const [from, to] of strips(n)) {
		const rows = to - from;
		engine.gemm(
			1,
			transpose(submatrix(l, from, from, n - from, rows)),
			submatrix(b, from, 0, n - from, b.columns),
			0,
			submatrix(out, from, 0, rows, b.columns),
		);
	}
}

/** The lower triangle of out <- A B; what lies above is not to be read. */
export function multiplyToLower(engine: Engine, a: View, b: View, out: View): void {
	for (const [from, to] of strips(a.rows)) {
		const rows = to - from;
		engine.gemm(
			1,
			submatrix(a, from, 0, rows, a.columns),
			submatrix(b, 0, 0, b.rows, to),
			0,
			submatrix(out, from, 0, rows, to),
		);
	}
}
