export type { Diagnostic, UndefinedCause } from "./diagnostic.ts";
export { bulkEss, ess, tailEss } from "./ess.ts";
export { mcseMean, mcseStandardDeviation } from "./mcse.ts";
export { paretoShape } from "./pareto-shape.ts";
export { rankNormalize } from "./rank-normalize.ts";
export { meanRHat, rHat } from "./rhat.ts";
export { weightedBulkEss, weightedTailEss } from "./weighted-ess.ts";
