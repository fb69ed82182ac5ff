import {
	dot,
	type Engine,
	gram,
	type Matrix,
	matrix,
	matrixRow,
	multiply,
	solveLower,
	symmetricEigen,
} from "@finitude/engine";

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
	if (!tilt.every(Number.isFinite)) return undefined;
	const T = matrix(m, l, tilt);
	const basis = m === 1 ? matrix(1, 1, Float64Array.of(1)) : symmetricEigen(engine, gram(engine, T)).vectors;
	const rotate = (inputs: Matrix) => rotated(engine, inputs, basis);
	const t = multiply(engine, basis, T, { transposeA: true });
	// Row norms keep small singular values that the eigenvalues of T T^T lose.
	const squares = Float64Array.from({ length: m }, (_, k) => dot(matrixRow(t, k), matrixRow(t, k)));
	const domainDistance = 1 - ratio * squares.reduce((a, b) => Math.max(a, b), 0);
	if (!(domainDistance > 0)) return undefined;
	const a = squares.map((square) => 1 / (1 - ratio * square));

	return {
		value: (-units / 2) * squares.reduce((sum, square) => sum + Math.log1p(-ratio * square), 0),
		theta: multiply(engine, basis, scaledRows(t, a, variance)).data,
		singularValues: squares
			.map((square, k) => variance * a[k]! * Math.sqrt(square))
			.sort()
			.reverse(),
		domainDistance,
		features(inputs) {
			const H = rotate(inputs);
			const Y = alongTilt(engine, H, t);
			return featureRows(H, m * l + (m * (m + 1)) / 2, (p, h, out) => {
				weightedRows(h, a, variance, l, out);
				const y = Y.subarray(p * m * m, (p + 1) * m * m);
				let write = m * l;
				for (let j = 0; j < m; j++) {
					out[write++] = Math.sqrt(2 * variance * ratio) * a[j]! * y[j * m + j]!;
					for (let k = 0; k < j; k++) {
						out[write++] = Math.sqrt(variance * ratio * a[j]! * a[k]!) * (y[j * m + k]! + y[k * m + j]!);
					}
				}
			});
		},
		longSideFeatures(inputs) {
			const H = rotate(inputs);
			const Y = alongTilt(engine, H, t);
			return featureRows(H, m * l + m * m, (p, h, out) => {
				for (let i = 0; i < m * l; i++) out[i] = Math.sqrt(variance) * h[i]!;
				for (let i = 0; i < m * m; i++) {
					out[m * l + i] = Math.sqrt(variance * ratio * a[i % m]!) * Y[p * m * m + i]!;
				}
			});
		},
		shortSideFeatures(inputs) {
			return featureRows(rotate(inputs), m * l, (_p, h, out) => weightedRows(h, a, variance, l, out));
		},
		contractThird(inputs, factor) {
			const directions = solveLower(engine, factor, rotate(inputs));
			return multiply(engine, basis, thirdDerivativeSum(engine, directions, t, a, prior)).data;
		},
	};
}

/** Z of the docstring above in the rotated basis. @param directions n x (m l), the D_k. */
function thirdDerivativeSum(
	engine: Engine,
	directions: Matrix,
	t: Matrix,
	a: Float64Array,
	{ short: m, long: l, variance, units }: LinearPrior,
): Matrix {
	const n = directions.rows;
	const ratio = variance / units;
	const Y = alongTilt(engine, directions, t);
	// All S_k side by side, and with their columns divided by sqrt(a): the sums over k are then single products.
	const S = matrix(m, n * m);
	const scaled = matrix(m, n * m);
	for (let k = 0; k < n; k++) {
		for (let i = 0; i < m; i++) {
			for (let j = 0; j < m; j++) {
				const at = i * n * m + k * m + j;
				S.data[at] = a[i]! * a[j]! * (Y[(k * m + i) * m + j]! + Y[(k * m + j) * m + i]!);
				scaled.data[at] = S.data[at]! / Math.sqrt(a[j]!);
			}
		}
	}
	const squares = gram(engine, scaled);
	const spread = gram(engine, sideBySide(directions, m));
	const onTilt = matrix(
		m,
		m,
		squares.data.map((square, i) => a[Math.floor(i / m)]! * a[i % m]! * spread.data[i]! + ratio * square),
	);
	const direct = multiply(engine, S, matrix(n * m, l, directions.data));
	const along = multiply(engine, onTilt, t);
	return matrix(
		m,
		l,
		direct.data.map((z, i) => 2 * variance * ratio * (z + along.data[i]!)),
	);
}

/** Y = H t^T of every point, n m x m. */
function alongTilt(engine: Engine, H: Matrix, t: Matrix): Float64Array {
	const windows = matrix(H.data.length / t.columns, t.columns, H.data);
	return multiply(engine, windows, t, { transposeB: true }).data;
}

/** One row of features for each point, written by `fill`. */
function featureRows(
	H: Matrix,
	columns: number,
	fill: (point: number, h: Float64Array, out: Float64Array) => void,
): Matrix {
	const result = matrix(H.rows, columns);
	for (let p = 0; p < H.rows; p++) fill(p, matrixRow(H, p), matrixRow(result, p));
	return result;
}

/** out <- sqrt(lam a_j) h_j. */
function weightedRows(
	h: Float64Array,
	a: Float64Array,
	variance: number,
	l: number,
	out: Float64Array,
): void {
	a.forEach((weight, j) => {
		const scale = Math.sqrt(variance * weight);
		for (let c = j * l; c < (j + 1) * l; c++) out[c] = scale * h[c]!;
	});
}

/** lam a_j t_j. */
function scaledRows(t: Matrix, a: Float64Array, variance: number): Matrix {
	return matrix(
		t.rows,
		t.columns,
		t.data.map((x, i) => variance * a[Math.floor(i / t.columns)]! * x),
	);
}

/** n x (m l) inputs, point after point, as m x (n l): row j of every point. */
function sideBySide(inputs: Matrix, m: number): Matrix {
	return exchanged(inputs.data, inputs.rows, m, inputs.columns / m);
}

/** An n x m array of runs of l numbers with its first two axes exchanged: m x (n l). */
function exchanged(data: Float64Array, n: number, m: number, l: number): Matrix {
	const result = matrix(m, n * l);
	for (let p = 0; p < n; p++) {
		for (let j = 0; j < m; j++) {
			result.data.set(data.subarray((p * m + j) * l, (p * m + j + 1) * l), (j * n + p) * l);
		}
	}
	return result;
}

/** U^T X for every point's X. */
function rotated(engine: Engine, inputs: Matrix, basis: Matrix): Matrix {
	const m = basis.rows;
	if (m === 1) return inputs;
	const turned = multiply(engine, basis, sideBySide(inputs, m), { transposeA: true });
	const { data } = exchanged(turned.data, m, inputs.rows, inputs.columns / m);
	return matrix(inputs.rows, inputs.columns, data);
}
