import type { StepInfo } from "./sampler.ts";

/** What a step of a sampler that never rejects reports. */
export const ALWAYS_ACCEPTED: StepInfo = { acceptance: 1, divergent: false, energyError: 0 };
