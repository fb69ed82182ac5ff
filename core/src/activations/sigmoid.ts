import { defineActivation } from "./activation.ts";

const logistic = (h: number) => 1 / (1 + Math.exp(-h));

/** phi(h) = 1 / (1 + exp(-h)). */
export const sigmoid = defineActivation({
	name: "sigmoid",
	odd: false,
	bounded: true,
	value: logistic,
	derivative(h) {
		const s = logistic(h);
		return s * (1 - s);
	},
	secondDerivative: (_h, value, derivative) => (1 - 2 * value) * derivative,
	evaluate(engine, h, value) {
		const [x, y] = [h.data, value.data];
		for (let i = 0; i < x.length; i++) y[i] = -x[i]!;
		engine.exp(value, value);
		for (let i = 0; i < x.length; i++) y[i] = 1 / (1 + y[i]!);
	},
	valueAndDerivative(engine, h, value, derivative) {
		this.evaluate!(engine, h, value);
		const [y, dy] = [value.data, derivative.data];
		for (let i = 0; i < y.length; i++) dy[i] = y[i]! * (1 - y[i]!);
	},
});
