import { type Matrix, matrix } from "@finitude/engine";

/**
 * An orthonormal basis, r x r, that begins with the given orthonormal rows and goes on with what is left of the axes, in their
 * order: the unit's coordinates are sorted by how much of the inputs they carry.
 */
export function completedBasis(rows: Matrix): Matrix {
	const r = rows.columns;
	const basis = matrix(r, r);
	basis.data.set(rows.data);
	let count = rows.rows;
	for (let axis = 0; axis < r && count < r; axis++) {
		const row = basis.data.subarray(count * r, (count + 1) * r);
		row.fill(0);
		row[axis] = 1;
		// Twice is enough for orthogonality to rounding (Kahan; Parlett 1980, The symmetric eigenvalue problem, section 6-9).
		for (let pass = 0; pass < 2; pass++) {
			for (let k = 0; k < count; k++) {
				const other = basis.data.subarray(k * r, (k + 1) * r);
				let product = 0;
				for (let i = 0; i < r; i++) product += row[i]! * other[i]!;
				for (let i = 0; i < r; i++) row[i]! -= product * other[i]!;
			}
		}
		const norm = Math.sqrt(row.reduce((sum, x) => sum + x * x, 0));
		// As many axes are dropped as there are rows given; those that lie in their span to 1e-3 go first.
		if (norm < 1e-3 && r - axis - 1 >= r - count) continue;
		for (let i = 0; i < r; i++) row[i]! /= norm;
		count++;
	}
	return basis;
}
