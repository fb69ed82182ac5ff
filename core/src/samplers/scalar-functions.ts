import type { Engine } from "@finitude/engine";

/** exp and log of single numbers with the engine's bits: JavaScript's own are not specified to the bit. */
export interface ScalarFunctions {
	exp(x: number): number;
	log(x: number): number;
}

export function createScalarFunctions(engine: Engine): ScalarFunctions {
	const block = engine.allocate(1);
	const apply = (name: "exp" | "log") => (x: number) => {
		block.data[0] = x;
		engine[name](block, block);
		return block.data[0]!;
	};
	return { exp: apply("exp"), log: apply("log") };
}

/** Cosine and sine of an angle up to pi by their Taylor series: 24 terms leave 1e-17 there. */
export function rotationBy(angle: number): { cosine: number; sine: number } {
	let cosine = 0;
	let sine = 0;
	for (let k = 24; k >= 1; k--) {
		// Horner's scheme from the end: cos = 1 - x^2/(1 2) (1 - x^2/(3 4) (...)), sin alike with (2 3), (4 5), ...
		const square = angle * angle;
		cosine = (1 + cosine) * (-square / ((2 * k - 1) * 2 * k));
		sine = (1 + sine) * (-square / (2 * k * (2 * k + 1)));
	}
	return { cosine: 1 + cosine, sine: angle * (1 + sine) };
}
