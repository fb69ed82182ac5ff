import { sinDual } from "../kernels/sin.ts";
import { defineActivation } from "./activation.ts";

/** phi(h) = sin(h). */
export const sin = defineActivation({
	name: "sin",
	odd: true,
	bounded: true,
	dual: sinDual,
	value: Math.sin,
	derivative: Math.cos,
	secondDerivative: (_h, value) => -value,
});
