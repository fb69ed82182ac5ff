/** One layer on the way down: what the layers above want of its kernel, and what it wants of the kernel below. */
import {
	type Block,
	type Engine,
	load,
	type Matrix,
	scoped,
	symmetricPart,
	transpose,
	unload,
	type View,
	view,
} from "@finitude/engine";
import { divergenceValue } from "./divergence.ts";
import { multiplyLowerTransposed, multiplyToLower } from "./structured-products.ts";

export interface LayerPull {
	/** (2/N) F^T (dS/dK) F = T^T T + (2/N) F^T M F - I. */
	readonly gradient: Matrix;
	/** tr(K Q^-1) - logdet(K Q^-1) - n. */
	readonly divergence: number;
	/** dS/dQ. */
	readonly cotangent: Matrix;
}

export interface PulledLayer {
	/** T, with K = F F^T, F = U C T. */
	readonly relative: Matrix;
	/** C = chol(Q). */
	readonly prior: Matrix;
	/** F, n x r. */
	readonly factor: Matrix;
	/** U, n x r, where Q is restricted to its range. */
	readonly range: Matrix | undefined;
	/** M, n x n: dS_up/dK. */
	readonly pull: Matrix;
	/** N */
	readonly weight: number;
	/** logdet T T^T */
	readonly logDeterminant: number;
	/** What reaches the layer by other ways than K: T^T dS/dT / 2, and C^T dS/dC / 2. */
	readonly gained?: { readonly own: Matrix; readonly priorFactor: Matrix };
}

/**
 * Equations (4) and (6).
 *
 * @param fixed dS/dQ at fixed K, (N/2) C^-T (I - T T^T) C^-1; else at fixed T, C^-T sym(C^T dS/dC) C^-1, where
 * C^T dS/dC = 2 C^T M F T^T counts with its lower triangle, the diagonal halved.
 */
export function layerPull(
	engine: Engine,
	{ relative, prior, factor, range, pull, weight, logDeterminant, gained }: PulledLayer,
	fixed: boolean,
): LayerPull {
	const r = relative.rows;
	return scoped(engine, () => {
		const square = () => view(engine.allocate(r * r), r, r);
		const [T, C] = [load(engine, relative), load(engine, prior)];
		const Y = square();
		multiplyLowerTransposed(engine, C, pulledFactor(engine, pull, factor, range), Y);
		const TT = square();
		engine.syrk(1, transpose(T), 0, TT);
		const change = square();
		multiplyToLower(engine, transpose(T), Y, change);
		if (gained) addToLower(change.block, symmetricPart(gained.own));
		const gradient = unload(change);
		addDivergence(gradient, TT.block, weight);
		const divergence = divergenceValue(engine, TT.block.data, r, logDeterminant);
		const middle = change;
		if (fixed) {
			engine.syrk(-weight / 2, T, 0, middle);
			for (let i = 0, { data } = middle.block; i < r; i++) data[i * r + i]! += weight / 2;
		} else {
			multiplyToLower(engine, Y, transpose(T), middle);
			if (gained) addToLower(middle.block, gained.priorFactor);
		}
		mirror(middle);
		engine.solveTriangular(C, middle, true);
		engine.solveTriangular(C, transpose(middle), true);
		return { gradient, divergence, cotangent: inSites(engine, middle, range) };
	});
}

/** M F, or U^T M F. */
function pulledFactor(engine: Engine, pull: Matrix, factor: Matrix, range: Matrix | undefined): View {
	const [n, r] = [factor.rows, factor.columns];
	const product = view(engine.allocate(n * r), n, r);
	engine.gemm(1, load(engine, pull), load(engine, factor), 0, product);
	if (range === undefined) return product;
	const reduced = view(engine.allocate(r * r), r, r);
	engine.gemm(1, transpose(load(engine, range)), product, 0, reduced);
	return reduced;
}

/** Lower triangle of change <- T^T T + (2/N) change - I, mirrored. */
function addDivergence({ rows: n, data }: Matrix, square: Block, weight: number): void {
	const own = square.data;
	for (let i = 0; i < n; i++) {
		for (let j = 0; j <= i; j++) {
			const entry = own[i * n + j]! + (2 / weight) * data[i * n + j]!;
			data[i * n + j] = data[j * n + i] = entry;
		}
		data[i * n + i]! -= 1;
	}
}

/** Adds the lower triangle of a matrix. */
function addToLower({ data }: Block, { rows: n, data: added }: Matrix): void {
	for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) data[i * n + j]! += added[i * n + j]!;
}

/** Copies the lower triangle onto the upper one. */
function mirror({ block, rows: n }: View): void {
	const { data } = block;
	for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) data[j * n + i] = data[i * n + j]!;
}

/** The symmetric part of C, or of U C U^T. */
function inSites(engine: Engine, reduced: View, range: Matrix | undefined): Matrix {
	let result = reduced;
	if (range !== undefined) {
		const [n, r] = [range.rows, range.columns];
		const U = load(engine, range);
		const half = view(engine.allocate(n * r), n, r);
		engine.gemm(1, U, reduced, 0, half);
		result = view(engine.allocate(n * n), n, n);
		engine.gemm(1, half, transpose(U), 0, result);
	}
	return symmetricPart(unload(result));
}
