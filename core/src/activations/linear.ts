import { linearDual } from "../kernels/linear.ts";
import { defineActivation } from "./activation.ts";

/** phi(h) = h. */
export const linear = defineActivation({
	name: "linear",
	odd: true,
	polynomialDegree: 1,
	homogeneous: true,
	dual: linearDual,
	value: (h) => h,
	derivative: () => 1,
	evaluate(_engine, h, value) {
		value.data.set(h.data);
	},
	valueAndDerivative(_engine, h, value, derivative) {
		value.data.set(h.data);
		derivative.data.fill(1);
	},
});
