export {
	type ClosedForm,
	type DualActivation,
	type DualDerivatives,
	fromClosedForm,
} from "./dual-activation.ts";
export { dualOf } from "./dual-of.ts";
export type { GaussianPairs } from "./gaussian-pairs.ts";
export type { KernelBlocks } from "./kernel-blocks.ts";
export { type PriorKernels, priorKernels } from "./prior-kernels.ts";
