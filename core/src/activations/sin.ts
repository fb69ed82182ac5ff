import { defineActivation } from "./activation.ts";

/** phi(h) = sin(h). */
export const sin = defineActivation({
	name: "sin",
	odd: true,
	value: Math.sin,
	derivative: Math.cos,
});
