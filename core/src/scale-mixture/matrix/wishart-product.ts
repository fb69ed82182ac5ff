import { logScaleDensity } from "../log-scale-density.ts";
import type { ScaleLaw } from "./scale-law.ts";

/** One factor: lower trapezoidal, rows x columns with columns = min(rows, N). */
interface Factor {
	readonly width: number;
	readonly rows: number;
	readonly columns: number;
	/** Its first coordinate. */
	readonly first: number;
	/** Log density of log F_jj^2, one for each column. */
	readonly diagonal: readonly ((theta: number) => number)[];
}

/** Where a coordinate stands in its factor. */
interface Place {
	readonly factor: Factor;
	readonly row: number;
	readonly column: number;
}

/**
 * Q = H H^T with H = F_L F_{L-1} ... F_1, F_l F_l^T ~ Wishart(N_l, I / N_l) and independent: the readout and the layers above the
 * first of a deep linear network with n outputs, or for one width the Wishart law itself.
 *
 * F_l is Bartlett's factor of a Gaussian matrix of N_l columns: F_jj^2 ~ chi2_{N_l - j} / N_l (j = 0, 1, ..) and N(0, 1/N_l) below
 * the diagonal. It has min(rows, N_l) columns and so many rows as the factor on its left has columns: a narrow layer makes Q
 * singular. The coordinates are the entries of the factors from F_L on, row by row, log F_jj^2 in place of F_jj.
 *
 * @param size n
 * @param widths N_1..N_L
 */
export function wishartProduct(size: number, widths: readonly number[]): ScaleLaw {
	const factors = bartlettFactors(size, widths);
	const places = factors.flatMap(placesOf);
	const dimension = places.length;
	const entry = (x: Float64Array, i: number) => {
		const { row, column } = places[i]!;
		return row === column ? Math.exp(x[i]! / 2) : x[i]!;
	};
	/** F_L .. F_l for l = L, L - 1, .., 1. */
	const products = (x: Float64Array): Product[] => {
		const result: Product[] = [];
		let left: Product = { columns: size, data: unit(size) };
		for (const { first, rows, columns } of factors) {
			const data = new Float64Array(size * columns);
			for (let i = first; i < dimension && places[i]!.factor.first === first; i++) {
				const { row, column } = places[i]!;
				const f = entry(x, i);
				for (let a = 0; a < size; a++) data[a * columns + column]! += left.data[a * rows + row]! * f;
			}
			left = { columns, data };
			result.push(left);
		}
		return result;
	};

	return {
		dimension,
		size,
		rotationInvariant: true,
		deviations: Float64Array.from(places, ({ factor: { width }, row, column }) =>
			row === column ? Math.sqrt(2 / (width - row)) : Math.sqrt(1 / width),
		),
		isLogScale: places.map(({ row, column }) => row === column),
		logDensity(x) {
			let sum = 0;
			places.forEach(({ factor: { width, diagonal }, row, column }, i) => {
				sum +=
					row === column ? diagonal[row]!(x[i]!) : (Math.log(width / (2 * Math.PI)) - width * x[i]! ** 2) / 2;
			});
			return sum;
		},
		logDensityGradient: (x) =>
			x.map((value, i) => {
				const { factor, row, column } = places[i]!;
				const { width } = factor;
				return row === column ? (width - row - width * Math.exp(value)) / 2 : -width * value;
			}),
		scalesAt(x) {
			return gramOf(products(x).at(-1)!, size);
		},
		pullBack(x, gradient) {
			const all = products(x);
			const result = new Float64Array(dimension);
			// Of H: 2 G H; going right to left, of the product without its last factor.
			let slope = times(gradient, all.at(-1)!, size).map((value) => 2 * value);
			for (let l = factors.length - 1; l >= 0; l--) {
				const { first, rows, columns } = factors[l]!;
				const left = l === 0 ? unit(size) : all[l - 1]!.data;
				const next = new Float64Array(size * rows);
				for (let i = first; i < dimension && places[i]!.factor.first === first; i++) {
					const { row, column } = places[i]!;
					const f = entry(x, i);
					let sum = 0;
					for (let a = 0; a < size; a++) {
						sum += left[a * rows + row]! * slope[a * columns + column]!;
						next[a * rows + row]! += slope[a * columns + column]! * f;
					}
					result[i] = row === column ? (sum * f) / 2 : sum;
				}
				slope = next;
			}
			return result;
		},
		controls(x, gradient) {
			// With S_l = F_L .. F_l (F_L .. F_l)^T, S_{L+1} = I: E[S_{l+1} - S_l + (2/N_l) Q G S_{l+1}] = 0, from the
			// divergence of the field F_l -> F_l + (F_L .. F_{l+1})^T E F_L .. F_l, E any matrix. The symmetric part is
			// kept: it has as many entries as Q.
			const all = products(x).map((product) => gramOf(product, size));
			const slope = times(all.at(-1)!, { columns: size, data: gradient }, size);
			const result: number[] = [];
			factors.forEach(({ width }, l) => {
				const above = l === 0 ? unit(size) : all[l - 1]!;
				const tilt = times(slope, { columns: size, data: above }, size);
				for (let i = 0; i < size; i++) {
					for (let j = 0; j <= i; j++) {
						const [at, mirrored] = [i * size + j, j * size + i];
						result.push(above[at]! - all[l]![at]! + (tilt[at]! + tilt[mirrored]!) / width);
					}
				}
			});
			return Float64Array.from(result);
		},
		draw: (source) =>
			Float64Array.from(places, ({ factor: { width }, row, column }) =>
				row === column ? Math.log(source.chiSquare(width - row) / width) : source.normal() / Math.sqrt(width),
			),
	};
}

/** size x columns, row-major. */
interface Product {
	readonly columns: number;
	readonly data: Float64Array;
}

function bartlettFactors(size: number, widths: readonly number[]): Factor[] {
	const factors: Factor[] = [];
	let rows = size;
	let first = 0;
	for (const width of [...widths].reverse()) {
		const columns = Math.min(rows, width);
		const diagonal = Array.from({ length: columns }, (_, j) => logScaleDensity(Math, width - j, width));
		factors.push({ width, rows, columns, first, diagonal });
		first += columns * rows - (columns * (columns - 1)) / 2;
		rows = columns;
	}
	return factors;
}

function placesOf(factor: Factor): Place[] {
	return Array.from({ length: factor.rows }, (_, row) =>
		Array.from({ length: Math.min(row + 1, factor.columns) }, (_, column) => ({ factor, row, column })),
	).flat();
}

function unit(n: number): Float64Array {
	return Float64Array.from({ length: n * n }, (_, k) => (k % (n + 1) === 0 ? 1 : 0));
}

/** M H, M n x n. */
function times(m: Float64Array, { columns, data }: Product, n: number): Float64Array {
	const result = new Float64Array(n * columns);
	for (let i = 0; i < n; i++) {
		for (let k = 0; k < n; k++) {
			const value = m[i * n + k]!;
			for (let j = 0; j < columns; j++) result[i * columns + j]! += value * data[k * columns + j]!;
		}
	}
	return result;
}

/** H H^T, exactly symmetric. */
function gramOf({ columns, data }: Product, n: number): Float64Array {
	const result = new Float64Array(n * n);
	for (let i = 0; i < n; i++) {
		for (let j = 0; j <= i; j++) {
			let sum = 0;
			for (let k = 0; k < columns; k++) sum += data[i * columns + k]! * data[j * columns + k]!;
			result[i * n + j] = result[j * n + i] = sum;
		}
	}
	return result;
}
