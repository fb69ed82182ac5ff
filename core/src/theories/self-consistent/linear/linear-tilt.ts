import { type Engine, gram, type Matrix, matrix, solveLower, symmetricEigen } from "@finitude/engine";

/** The prior of f = <Theta, x>, Theta = sum_c a_c w_c^T, with inputs x as m x l matrices, m <= l, row after row. */
export interface LinearPrior {
	/** m: windows or inputs per window, whichever are fewer. */
	readonly short: number;
	/** l: the other one. */
	readonly long: number;
	/** lam: the prior variance of an entry of Theta. */
	readonly variance: number;
	/** C: channels of the convolution, or width of the dense layer. */
	readonly units: number;
}

/** Inputs of n points. */
export interface LinearInputs {
	/** n x (m l). */
	readonly inputs: Matrix;
	/** n: what multiplies the standard deviation of the readout bias; all ones for plain points. */
	readonly biasInput: Float64Array;
}

/** The prior of Theta tilted by exp(<T, Theta>): equations (5)-(8) of docs/theories/self-consistent.md. */
export interface LinearTilt {
	/** W(T) = -(C/2) ln det(I - (lam/C) T T^T). */
	readonly value: number;
	/** The mean of Theta, lam B T, m l numbers. */
	readonly theta: Float64Array;
	/** Singular values of theta, descending. */
	readonly singularValues: Float64Array;
	/** 1 - (lam/C) ||T||_op^2. */
	readonly domainDistance: number;
	/** n x q features Phi of n inputs with W'' = Phi Phi^T. */
	features(inputs: Matrix): Matrix;
	/** Features whose Gram matrix is lam tr(X_a A X_b^T), A = (I - (lam/C) T^T T)^-1 over the sides of length l. */
	longSideFeatures(inputs: Matrix): Matrix;
	/** The same with B = (I - (lam/C) T T^T)^-1 over the sides of length m. */
	shortSideFeatures(inputs: Matrix): Matrix;
	/** Z of equation (8), m l numbers: sum_ab W'''_{*ab} Lam_ab = <X_*, Z>. @param factor L with Lam = (L L^T)^-1 */
	contractThird(inputs: Matrix, factor: Matrix): Float64Array;
}

/**
 * The tilted prior, or undefined where W is infinite.
 *
 * In the basis U of the eigenvectors of T T^T everything is diagonal on the short side: B = diag(a), the rows t_k of U^T T are
 * orthogonal, and only one eigendecomposition, of size m, is needed. With H = U^T X, Y = H t^T and S = a (Y + Y^T) a,
 *
 *   W''_{ab} = lam sum_j a_j h_j^a . h_j^b + (lam^2/2C) sum_jk a_j a_k (Y^a + Y^aT)_jk (Y^b + Y^bT)_jk,
 *   Z = 2 (lam^2/C) sum_k { S_k D_k + [ a D_k D_k^T a + (lam/C) S_k a^-1 S_k ] t },
 *
 * which are (7) and (8) without terms that cancel. W'' is visibly positive semi-definite.
 *
 * @param tilt T, m l numbers
 */
export function linearTilt(engine: Engine, prior: LinearPrior, tilt: Float64Array): LinearTilt | undefined {
	const { short: m, long: l, variance, units } = prior;
	const ratio = variance / units;
	const T = matrix(m, l, tilt);
	if (!tilt.every(Number.isFinite)) return undefined;
	const basis = m === 1 ? matrix(1, 1, Float64Array.of(1)) : symmetricEigen(engine, gram(engine, T)).vectors;
	const rotate = (inputs: Matrix) => rotated(inputs, basis, l);
	const t = rotate(matrix(1, m * l, tilt)).data;
	// Row norms keep small singular values that the eigenvalues of T T^T lose.
	const squares = Float64Array.from({ length: m }, (_, k) => rowProduct(t, k, t, k, l));
	const domainDistance = 1 - ratio * squares.reduce((a, b) => Math.max(a, b), 0);
	if (!(domainDistance > 0)) return undefined;
	const a = squares.map((square) => 1 / (1 - ratio * square));

	return {
		value: (-units / 2) * squares.reduce((sum, square) => sum + Math.log1p(-ratio * square), 0),
		theta: unrotated(
			t.map((x, i) => variance * a[Math.floor(i / l)]! * x),
			basis,
			l,
		),
		singularValues: squares
			.map((square, k) => variance * a[k]! * Math.sqrt(square))
			.sort()
			.reverse(),
		domainDistance,
		features(inputs) {
			const H = rotate(inputs);
			const result = matrix(H.rows, m * l + (m * (m + 1)) / 2);
			const Y = new Float64Array(m * m);
			for (let p = 0; p < H.rows; p++) {
				const h = H.data.subarray(p * m * l, (p + 1) * m * l);
				const out = result.data.subarray(p * result.columns, (p + 1) * result.columns);
				scaledRows(h, a, variance, l, out);
				products(h, t, m, l, Y);
				let write = m * l;
				for (let j = 0; j < m; j++) {
					out[write++] = Math.sqrt(2 * variance * ratio) * a[j]! * Y[j * m + j]!;
					for (let k = 0; k < j; k++) {
						out[write++] = Math.sqrt(variance * ratio * a[j]! * a[k]!) * (Y[j * m + k]! + Y[k * m + j]!);
					}
				}
			}
			return result;
		},
		longSideFeatures(inputs) {
			const H = rotate(inputs);
			const result = matrix(H.rows, m * l + m * m);
			const Y = new Float64Array(m * m);
			for (let p = 0; p < H.rows; p++) {
				const h = H.data.subarray(p * m * l, (p + 1) * m * l);
				const out = result.data.subarray(p * result.columns, (p + 1) * result.columns);
				for (let i = 0; i < m * l; i++) out[i] = Math.sqrt(variance) * h[i]!;
				products(h, t, m, l, Y);
				for (let i = 0; i < m * m; i++) out[m * l + i] = Math.sqrt(variance * ratio * a[i % m]!) * Y[i]!;
			}
			return result;
		},
		shortSideFeatures(inputs) {
			const H = rotate(inputs);
			const result = matrix(H.rows, m * l);
			for (let p = 0; p < H.rows; p++) {
				const at = p * m * l;
				scaledRows(H.data.subarray(at, at + m * l), a, variance, l, result.data.subarray(at));
			}
			return result;
		},
		contractThird(inputs, factor) {
			const directions = solveLower(engine, factor, rotate(inputs));
			return unrotated(thirdDerivativeSum(directions, t, a, prior), basis, l);
		},
	};
}

/** Z of the docstring above in the rotated basis. @param directions n x (m l), the D_k. */
function thirdDerivativeSum(
	directions: Matrix,
	t: Float64Array,
	a: Float64Array,
	{ short: m, long: l, variance, units }: LinearPrior,
): Float64Array {
	const ratio = variance / units;
	const Z = new Float64Array(m * l);
	const alongT = new Float64Array(m * m);
	const Y = new Float64Array(m * m);
	const S = new Float64Array(m * m);
	for (let k = 0; k < directions.rows; k++) {
		const D = directions.data.subarray(k * m * l, (k + 1) * m * l);
		products(D, t, m, l, Y);
		for (let i = 0; i < m; i++) {
			for (let j = 0; j < m; j++) S[i * m + j] = a[i]! * a[j]! * (Y[i * m + j]! + Y[j * m + i]!);
		}
		for (let i = 0; i < m; i++) {
			for (let j = 0; j < m; j++) {
				const s = S[i * m + j]!;
				for (let c = 0; c < l; c++) Z[i * l + c]! += s * D[j * l + c]!;
				let square = 0;
				for (let q = 0; q < m; q++) square += (S[i * m + q]! * S[q * m + j]!) / a[q]!;
				alongT[i * m + j]! += a[i]! * a[j]! * rowProduct(D, i, D, j, l) + ratio * square;
			}
		}
	}
	for (let i = 0; i < m; i++) {
		for (let j = 0; j < m; j++) {
			const s = alongT[i * m + j]!;
			for (let c = 0; c < l; c++) Z[i * l + c]! += s * t[j * l + c]!;
		}
	}
	return Z.map((z) => 2 * variance * ratio * z);
}

/** out <- sqrt(lam a_j) h_j. */
function scaledRows(h: Float64Array, a: Float64Array, variance: number, l: number, out: Float64Array): void {
	a.forEach((weight, j) => {
		const scale = Math.sqrt(variance * weight);
		for (let c = j * l; c < (j + 1) * l; c++) out[c] = scale * h[c]!;
	});
}

/** out <- H t^T, m x m. */
function products(h: Float64Array, t: Float64Array, m: number, l: number, out: Float64Array): void {
	for (let j = 0; j < m; j++) for (let k = 0; k < m; k++) out[j * m + k] = rowProduct(h, j, t, k, l);
}

function rowProduct(x: Float64Array, i: number, y: Float64Array, j: number, l: number): number {
	let sum = 0;
	for (let c = 0; c < l; c++) sum += x[i * l + c]! * y[j * l + c]!;
	return sum;
}

/** U^T X for every row X of inputs. */
function rotated(inputs: Matrix, basis: Matrix, l: number): Matrix {
	const m = basis.rows;
	if (m === 1) return inputs;
	const result = matrix(inputs.rows, inputs.columns);
	for (let p = 0; p < inputs.rows; p++) {
		addRotated(
			inputs.data.subarray(p * m * l),
			(j, i) => basis.data[i * m + j]!,
			m,
			l,
			result.data.subarray(p * m * l),
		);
	}
	return result;
}

/** U X. */
function unrotated(x: Float64Array, basis: Matrix, l: number): Float64Array {
	const m = basis.rows;
	const result = new Float64Array(m * l);
	addRotated(x, (j, i) => basis.data[j * m + i]!, m, l, result);
	return result;
}

function addRotated(
	x: Float64Array,
	entry: (row: number, column: number) => number,
	m: number,
	l: number,
	out: Float64Array,
): void {
	for (let j = 0; j < m; j++) {
		for (let i = 0; i < m; i++) {
			const u = entry(j, i);
			for (let c = 0; c < l; c++) out[j * l + c]! += u * x[i * l + c]!;
		}
	}
}
