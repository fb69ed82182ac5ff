export { type DualActivation, type DualDerivatives, fromClosedForm } from "./dual-activation.ts";
export { dualOf } from "./dual-of.ts";
export { type GaussianPairs, pairsBuilder, symmetricPairs } from "./gaussian-pairs.ts";
export { type KernelBlocks, mapBlocks } from "./kernel-blocks.ts";
export { type PriorKernels, priorKernels } from "./prior-kernels.ts";
