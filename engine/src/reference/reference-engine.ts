import { type Block, type Engine, EngineError, type RandomState, type View } from "../engine.ts";
import * as linear from "./linear-algebra.ts";
import { nextNormal, nextUniform } from "./random.ts";
import { erf, erfDerivative } from "./special-functions.ts";

class PlainBlock implements Block {
	constructor(readonly data: Float64Array) {}
	get length(): number {
		return this.data.length;
	}
	slice(offset: number, length: number): Block {
		if (offset < 0 || offset + length > this.length) {
			throw new EngineError(`slice: wanted [${offset}, ${offset + length}) within 0..${this.length}.`);
		}
		return new PlainBlock(this.data.subarray(offset, offset + length));
	}
}

function map(f: (x: number) => number) {
	return (x: Block, out: Block): void => {
		for (let i = 0; i < x.length; i++) out.data[i] = f(x.data[i]!);
	};
}

/** Plain TypeScript, simple and slow: the oracle in tests and the fallback where WebAssembly SIMD is missing. */
export function createReferenceEngine(): Engine {
	return {
		id: "reference",
		variant: "plain TypeScript",
		deterministic: false,
		allocate: (length) => new PlainBlock(new Float64Array(length)),
		mark: () => 0,
		release: () => {},
		gemm: linear.gemm,
		syrk: linear.syrk,
		cholesky: linear.cholesky,
		solveTriangular: linear.solveTriangular,
		invertFromCholesky: linear.invertFromCholesky,
		eigh: (a: View, values: Block) => linear.eigh(a, values),
		eigenvalues: (a: View, values: Block) => linear.eigh(a, values, false),
		exp: map(Math.exp),
		log: map(Math.log),
		asin: map(Math.asin),
		tanh: map(Math.tanh),
		erf: map(erf),
		erfWithDerivative(x, value, derivative) {
			for (let i = 0; i < x.length; i++) {
				const h = x.data[i]!;
				value.data[i] = erf(h);
				derivative.data[i] = erfDerivative(h);
			}
		},
		fillUniform(state: RandomState, out: Block) {
			for (let i = 0; i < out.length; i++) out.data[i] = nextUniform(state);
		},
		fillNormal(state: RandomState, out: Block) {
			for (let i = 0; i < out.length; i++) out.data[i] = nextNormal(state);
		},
	};
}
