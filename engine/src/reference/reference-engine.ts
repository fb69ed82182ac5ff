import { type Block, type Engine, EngineError, type View } from "../engine.ts";
import {
	checkInside,
	checkLengths,
	checkProduct,
	checkSameRows,
	checkSquare,
	checkValues,
} from "../shapes.ts";
import * as linear from "./linear-algebra.ts";
import { nextNormal, nextUniform } from "./random.ts";
import { erf, erfDerivative } from "./special-functions.ts";

class PlainBlock implements Block {
	constructor(readonly data: Float64Array) {}
	get length(): number {
		return this.data.length;
	}
	slice(offset: number, length: number): Block {
		if (!(offset >= 0 && length >= 0 && offset + length <= this.length)) {
			throw new EngineError(`slice: wanted [${offset}, ${offset + length}) within 0..${this.length}.`);
		}
		return new PlainBlock(this.data.subarray(offset, offset + length));
	}
}

function allocate(length: number): Block {
	if (!Number.isSafeInteger(length) || length < 0) {
		throw new EngineError(`allocate: wanted a whole number of float64 numbers; got ${length}.`);
	}
	try {
		return new PlainBlock(new Float64Array(length));
	} catch {
		throw new EngineError(
			`allocate: no memory for ${length} more float64 numbers. Use fewer data points or a narrower network.`,
		);
	}
}

function map(name: string, f: (x: number) => number) {
	return (x: Block, out: Block): void => {
		checkLengths(name, x, out);
		for (let i = 0; i < x.length; i++) out.data[i] = f(x.data[i]!);
	};
}

/** Plain TypeScript, simple and slow: the oracle in tests and the fallback where WebAssembly SIMD is missing.
 * Garbage collection frees its blocks, so `mark` and `release` do nothing. */
export function createReferenceEngine(): Engine {
	return {
		id: "reference",
		variant: "plain TypeScript",
		deterministic: false,
		allocate,
		mark: () => 0,
		release: () => {},
		gemm(alpha, a, b, beta, c) {
			checkProduct("gemm", a, b, c);
			for (const v of [a, b, c]) checkInside(v);
			linear.gemm(alpha, a, b, beta, c);
		},
		syrk(alpha, a, beta, c) {
			checkSameRows("syrk", c, a);
			for (const v of [a, c]) checkInside(v);
			linear.syrk(alpha, a, beta, c);
		},
		cholesky(a) {
			checkSquare("cholesky", a);
			checkInside(a);
			return linear.cholesky(a);
		},
		solveTriangular(l, b, transposed) {
			checkSameRows("solveTriangular", l, b);
			for (const v of [l, b]) checkInside(v);
			linear.solveTriangular(l, b, transposed);
		},
		invertFromCholesky(l) {
			checkSquare("invertFromCholesky", l);
			checkInside(l);
			linear.invertFromCholesky(l);
		},
		eigh: (a, values) => eigen("eigh", a, values),
		eigenvalues: (a, values) => eigen("eigenvalues", a, values),
		exp: map("exp", Math.exp),
		log: map("log", Math.log),
		asin: map("asin", Math.asin),
		tanh: map("tanh", Math.tanh),
		erf: map("erf", erf),
		erfWithDerivative(x, value, derivative) {
			checkLengths("erfWithDerivative", x, value, derivative);
			for (let i = 0; i < x.length; i++) {
				const h = x.data[i]!;
				value.data[i] = erf(h);
				derivative.data[i] = erfDerivative(h);
			}
		},
		fillUniform(state, out) {
			for (let i = 0; i < out.length; i++) out.data[i] = nextUniform(state);
		},
		fillNormal(state, out) {
			for (let i = 0; i < out.length; i++) out.data[i] = nextNormal(state);
		},
	};
}

function eigen(name: "eigh" | "eigenvalues", a: View, values: Block): boolean {
	checkValues(name, a, values);
	checkInside(a);
	return linear.eigh(a, values, name === "eigh");
}
