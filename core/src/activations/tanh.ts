import { defineActivation } from "./activation.ts";

/** phi(h) = tanh(h). */
export const tanh = defineActivation({
	name: "tanh",
	odd: true,
	bounded: true,
	value: Math.tanh,
	derivative: (h) => 1 - Math.tanh(h) ** 2,
	secondDerivative: (_h, value, derivative) => -2 * value * derivative,
	evaluate: (engine, h, value) => engine.tanh(h, value),
	valueAndDerivative(engine, h, value, derivative) {
		engine.tanh(h, value);
		const [y, dy] = [value.data, derivative.data];
		for (let i = 0; i < y.length; i++) dy[i] = 1 - y[i]! * y[i]!;
	},
});
