import { defineActivation } from "./activation.ts";

/** phi(h) = h^2. */
export const quadratic = defineActivation({
	name: "quadratic",
	odd: false,
	value: (h) => h * h,
	derivative: (h) => 2 * h,
});
