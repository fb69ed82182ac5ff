export type { Diagnostic, UndefinedCause } from "./diagnostic.ts";
export { bulkEss, ess, tailEss } from "./ess.ts";
export { mcseMean, mcseStandardDeviation } from "./mcse.ts";
export { rankNormalize } from "./rank-normalize.ts";
export { rHat } from "./rhat.ts";
