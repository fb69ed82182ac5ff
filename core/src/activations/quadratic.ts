import { quadraticDual } from "../kernels/quadratic.ts";
import { defineActivation } from "./activation.ts";

/** phi(h) = h^2. */
export const quadratic = defineActivation({
	name: "quadratic",
	odd: false,
	polynomialDegree: 2,
	dual: quadraticDual,
	value: (h) => h * h,
	derivative: (h) => 2 * h,
});
