import type { Block, Engine, SinglePrecision, View } from "../engine.ts";
import { checkInside, checkLengths, checkSameRows, checkSquare, checkValues } from "../shapes.ts";
import * as linear from "./linear-algebra.ts";
import { nextNormal, nextUniform } from "./random.ts";
import { createReferenceArithmetic, map } from "./reference-arithmetic.ts";

/** Plain TypeScript, simple and slow: the oracle in tests and the fallback where WebAssembly SIMD is missing.
 * Garbage collection frees its blocks, so `mark` and `release` do nothing. */
export function createReferenceEngine(): Engine {
	return {
		id: "reference",
		variant: "plain TypeScript",
		deterministic: false,
		...createReferenceArithmetic(Float64Array),
		float32: createSinglePrecision(),
		mark: () => 0,
		release: () => {},
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
		fillUniform(state, out) {
			for (let i = 0; i < out.length; i++) out.data[i] = nextUniform(state);
		},
		fillNormal(state, out) {
			for (let i = 0; i < out.length; i++) out.data[i] = nextNormal(state);
		},
	};
}

function createSinglePrecision(): SinglePrecision {
	return {
		...createReferenceArithmetic(Float32Array),
		fromDouble(x, out) {
			checkLengths("fromDouble", x, out);
			out.data.set(x.data);
		},
		toDouble(x, out) {
			checkLengths("toDouble", x, out);
			out.data.set(x.data);
		},
	};
}

function eigen(name: "eigh" | "eigenvalues", a: View, values: Block): boolean {
	checkValues(name, a, values);
	checkInside(a);
	return linear.eigh(a, values, name === "eigh");
}
