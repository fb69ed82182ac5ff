import { dot } from "@finitude/engine";

/** Directions that one solve may build: more than the distinct curvatures of these problems. */
const MOST_DIRECTIONS = 80;

/**
 * x with |b - A x| <= tolerance |b|, or as close as the directions allow, by the generalized minimal residual method from zero
 * (Saad and Schultz 1986, SIAM J. Sci. Stat. Comput. 7, 856), A known by its products only.
 *
 * @param apply A x; A need not be symmetric
 */
export function gmres(
	apply: (x: Float64Array) => Float64Array,
	b: Float64Array,
	tolerance: number,
): Float64Array {
	const size = Math.sqrt(dot(b, b));
	if (size === 0) return new Float64Array(b.length);
	const basis: Float64Array[] = [b.map((x) => x / size)];
	// Columns of the triangular factor of the Hessenberg matrix, the rotations that made it, and the rotated right-hand side.
	const columns: number[][] = [];
	const rotations: [cosine: number, sine: number][] = [];
	const right = [size];
	while (columns.length < Math.min(MOST_DIRECTIONS, b.length)) {
		const k = columns.length;
		const next = apply(basis[k]!);
		const column: number[] = [];
		for (const direction of basis) {
			const projection = dot(direction, next);
			column.push(projection);
			for (let i = 0; i < next.length; i++) next[i]! -= projection * direction[i]!;
		}
		const rest = Math.sqrt(dot(next, next));
		rotations.forEach(([cosine, sine], i) => {
			const [upper, lower] = [column[i]!, column[i + 1]!];
			column[i] = cosine * upper + sine * lower;
			column[i + 1] = cosine * lower - sine * upper;
		});
		const length = Math.hypot(column[k]!, rest);
		if (length === 0) break;
		const [cosine, sine] = [column[k]! / length, rest / length];
		rotations.push([cosine, sine]);
		column[k] = length;
		columns.push(column);
		right.push(-sine * right[k]!);
		right[k]! *= cosine;
		if (Math.abs(right[k + 1]!) <= tolerance * size || rest === 0) break;
		basis.push(next.map((x) => x / rest));
	}
	const result = new Float64Array(b.length);
	const coefficients: number[] = [];
	for (let k = columns.length - 1; k >= 0; k--) {
		let value = right[k]!;
		for (let j = k + 1; j < columns.length; j++) value -= columns[j]![k]! * coefficients[j]!;
		coefficients[k] = value / columns[k]![k]!;
		for (let i = 0; i < result.length; i++) result[i]! += coefficients[k]! * basis[k]![i]!;
	}
	return result;
}
