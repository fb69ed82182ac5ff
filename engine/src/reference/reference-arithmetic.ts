import { type Arithmetic, type Block, EngineError, type FloatArray } from "../engine.ts";
import { checkInside, checkLengths, checkProduct, checkSameRows } from "../shapes.ts";
import * as linear from "./linear-algebra.ts";
import { erf, erfDerivative } from "./special-functions.ts";

class PlainBlock<Numbers extends FloatArray> implements Block<Numbers> {
	constructor(readonly data: Numbers) {}
	get length(): number {
		return this.data.length;
	}
	slice(offset: number, length: number): Block<Numbers> {
		if (!(offset >= 0 && length >= 0 && offset + length <= this.length)) {
			throw new EngineError(`slice: wanted [${offset}, ${offset + length}) within 0..${this.length}.`);
		}
		return new PlainBlock(this.data.subarray(offset, offset + length) as Numbers);
	}
}

/** out_i <- f(x_i). */
export function map<Numbers extends FloatArray>(name: string, f: (x: number) => number) {
	return (x: Block<Numbers>, out: Block<Numbers>): void => {
		checkLengths(name, x, out);
		for (let i = 0; i < x.length; i++) out.data[i] = f(x.data[i]!);
	};
}

/** Arithmetic on garbage-collected arrays. Sums of float32 numbers are taken in float64 and rounded once. */
export function createReferenceArithmetic<Numbers extends FloatArray>(
	type: new (length: number) => Numbers,
): Arithmetic<Numbers> {
	const numbers = type === (Float32Array as unknown) ? "float32 numbers" : "float64 numbers";
	return {
		allocate(length) {
			if (!Number.isSafeInteger(length) || length < 0) {
				throw new EngineError(`allocate: wanted a whole number of ${numbers}; got ${length}.`);
			}
			try {
				return new PlainBlock(new type(length));
			} catch {
				throw new EngineError(
					`allocate: no memory for ${length} more ${numbers}. Use fewer data points or a narrower network.`,
				);
			}
		},
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
	};
}
