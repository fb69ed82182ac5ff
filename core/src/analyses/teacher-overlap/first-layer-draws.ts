import type { ChainResult } from "../../samplers/chain-result.ts";

/** The first layer of every kept draw of one chain. */
export interface FirstLayerDraws {
	readonly draws: number;
	/** N_1 x d of draw t, row-major: a view. */
	weights(t: number): Float64Array;
	/** N_1 biases; undefined without any. */
	biases(t: number): Float64Array | undefined;
}

/** Reads the saved weights of a chain. @param draws those that every chain has */
export function firstLayerDraws({ weights, weightArrays }: ChainResult, draws: number): FirstLayerDraws {
	let total = 0;
	const places = weightArrays!.map(({ name, shape }) => {
		const size = shape.reduce((product, n) => product * n, 1);
		const start = total;
		total += size;
		return { name, start, size };
	});
	const view = (name: string) => {
		const place = places.find((one) => one.name === name);
		if (place === undefined) return undefined;
		return (t: number) => weights!.subarray(t * total + place.start, t * total + place.start + place.size);
	};
	return { draws, weights: view("weights_1")!, biases: (t) => view("biases_1")?.(t) };
}
