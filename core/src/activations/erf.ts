import { erfDerivative, erf as erfValue } from "@finitude/engine";
import { erfDual } from "../kernels/erf.ts";
import { defineActivation } from "./activation.ts";

/** phi(h) = erf(h) = 2/sqrt(pi) times the integral of exp(-t^2) from 0 to h (no rescaling of the argument). */
export const erf = defineActivation({
	name: "erf",
	odd: true,
	bounded: true,
	smoothedScale: (sigma) => 1 / Math.sqrt(1 + 2 * sigma * sigma),
	dual: erfDual,
	value: erfValue,
	derivative: erfDerivative,
	secondDerivative: (h, _value, derivative) => -2 * h * derivative,
	evaluate: (engine, h, value) => engine.erf(h, value),
	valueAndDerivative: (engine, h, value, derivative) => engine.erfWithDerivative(h, value, derivative),
});
