import { reluDual } from "../kernels/relu.ts";
import { defineActivation } from "./activation.ts";

/** phi(h) = max(0, h); the derivative at 0 is taken as 0. */
export const relu = defineActivation({
	name: "relu",
	odd: false,
	homogeneous: true,
	dual: reluDual,
	value: (h) => Math.max(0, h),
	derivative: (h) => (h > 0 ? 1 : 0),
});
