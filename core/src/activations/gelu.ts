import { erf, erfDerivative } from "@finitude/engine";
import { defineActivation } from "./activation.ts";

const normalDistribution = (h: number) => 0.5 * (1 + erf(h * Math.SQRT1_2));
/** exp(-h^2/2) / sqrt(2 pi), from the derivative of erf at h/sqrt(2). */
const normalDensity = (h: number) => (Math.SQRT1_2 / 2) * erfDerivative(h * Math.SQRT1_2);

/** phi(h) = h Phi(h), Phi the standard normal distribution function (not the approximation by tanh). Hendrycks and
 * Gimpel 2016, arXiv 1606.08415. */
export const gelu = defineActivation({
	name: "gelu",
	odd: false,
	value: (h) => h * normalDistribution(h),
	derivative: (h) => normalDistribution(h) + h * normalDensity(h),
	evaluate(engine, h, value) {
		const [x, y] = [h.data, value.data];
		for (let i = 0; i < x.length; i++) y[i] = x[i]! * Math.SQRT1_2;
		engine.erf(value, value);
		for (let i = 0; i < x.length; i++) y[i] = 0.5 * x[i]! * (1 + y[i]!);
	},
	valueAndDerivative(engine, h, value, derivative) {
		const scaled = derivative;
		const [x, y, dy] = [h.data, value.data, derivative.data];
		for (let i = 0; i < x.length; i++) dy[i] = x[i]! * Math.SQRT1_2;
		engine.erf(scaled, value);
		for (let i = 0; i < x.length; i++) dy[i] = -0.5 * x[i]! * x[i]!;
		engine.exp(derivative, derivative);
		const normalization = 1 / Math.sqrt(2 * Math.PI);
		for (let i = 0; i < x.length; i++) {
			const distribution = 0.5 * (1 + y[i]!);
			y[i] = x[i]! * distribution;
			dy[i] = distribution + x[i]! * normalization * dy[i]!;
		}
	},
});
