import type { Arithmetic, Block, FloatArray } from "@finitude/engine";
import { defineActivation } from "./activation.ts";

/** out <- exp(-|h|): in [0, 1], so nothing overflows. */
function expOfMinusAbsolute<Numbers extends FloatArray>(
	engine: Arithmetic<Numbers>,
	h: Block<Numbers>,
	out: Block<Numbers>,
): void {
	const [x, y] = [h.data, out.data];
	for (let i = 0; i < x.length; i++) y[i] = -Math.abs(x[i]!);
	engine.exp(out, out);
}

/** value <- max(0, h) + log(1 + e) where `value` holds e = exp(-|h|). */
function finish<Numbers extends FloatArray>(
	engine: Arithmetic<Numbers>,
	h: Block<Numbers>,
	value: Block<Numbers>,
): void {
	const [x, y] = [h.data, value.data];
	for (let i = 0; i < x.length; i++) y[i] = 1 + y[i]!;
	engine.log(value, value);
	for (let i = 0; i < x.length; i++) y[i] = Math.max(0, x[i]!) + y[i]!;
}

/** phi(h) = log(1 + exp(h)). */
export const softplus = defineActivation({
	name: "softplus",
	odd: false,
	value: (h) => Math.max(0, h) + Math.log1p(Math.exp(-Math.abs(h))),
	derivative: (h) => 1 / (1 + Math.exp(-h)),
	evaluate(engine, h, value) {
		expOfMinusAbsolute(engine, h, value);
		finish(engine, h, value);
	},
	valueAndDerivative(engine, h, value, derivative) {
		expOfMinusAbsolute(engine, h, value);
		const [x, y, dy] = [h.data, value.data, derivative.data];
		for (let i = 0; i < x.length; i++) dy[i] = (x[i]! >= 0 ? 1 : y[i]!) / (1 + y[i]!);
		finish(engine, h, value);
	},
});
