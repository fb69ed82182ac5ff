/**
 * The measure of one hidden unit, tilted by the data: what the theories beyond infinite width average over.
 *
 * `hiddenUnit` states it, an `IntegrationRule` turns averages into sums over points, `featureSource` evaluates the features
 * there chunk by chunk, and `averageOverUnit` sums what an `Integrand` asks for. `ruleFamily` and `refine` raise the accuracy
 * until the answer stands.
 *
 * Which rule: `nodesOf` where the covariance of the tilted weights is known in advance, `searchedNodes` where the theory has to
 * be solved to find it. `effectiveSampleNote` says how many random nodes carry the averages.
 */

export type { UnitMixture } from "../samplers/unit-mixture.ts";
export { type Population, tiltedPopulation, type UnitChains } from "./chains.ts";
export {
	conditionalFeatures,
	largestCorrelation,
	MEHLER_ACCURACY,
	mehlerOrders,
	outsideCorrelations,
} from "./conditional-features.ts";
export { conditionalMoments } from "./conditional-moments.ts";
export { circleRule, sphereRule, twoDirections } from "./directions.ts";
export {
	type EffectiveSample,
	effectiveSampleNote,
	LEAST_EFFECTIVE,
	LEAST_EFFECTIVE_FRACTION,
} from "./effective-sample.ts";
export { exactRule } from "./exact-rule.ts";
export {
	type FeatureChunk,
	type FeatureMap,
	type FeatureSource,
	featureSource,
	positionOf,
} from "./features.ts";
export {
	type HiddenUnit,
	hiddenUnit,
	largestDeviation,
	oriented,
	trainingUnit,
	type WhitenedUnit,
} from "./hidden-unit.ts";
export {
	errorsBySets,
	integrationErrorNote,
	type JudgedNumbers,
	joined,
	judgedNumbers,
	lastChanges,
	NO_ERRORS,
	spread,
	standardError,
	standardErrors,
} from "./integration-errors.ts";
export type { IntegrationRule, PointChunk } from "./integration-rule.ts";
export { keptRule } from "./kept-rule.ts";
export { mappedRule } from "./mapped-rule.ts";
export { fittedMixture, nodesOfMixture } from "./mixture-nodes.ts";
export { mixtureRule } from "./mixture-rule.ts";
export { secondMoment, tiltedKernel } from "./moments.ts";
export {
	type Integration,
	MOST_FEATURES,
	nodesOf,
	type SampledNodes,
	SETS,
	type UnitNodes,
} from "./nodes.ts";
export { paddedSobolRule } from "./padded-sobol.ts";
export { polarRule } from "./polar.ts";
export { degreeFiveRule, gaussHermiteRule } from "./polynomial-rules.ts";
export { alongPrincipalAxes, principalFactor, unitOfCovariance } from "./principal-axes.ts";
export { priorShare } from "./prior-share.ts";
export {
	doublings,
	GRID_DIMENSIONS,
	type Refined,
	type RuleFamily,
	refine,
	ruleFamily,
} from "./refinement.ts";
export type { Proposal, TiltedTheory } from "./refitted-proposal.ts";
export { resampledPoints } from "./resampling.ts";
export {
	type GridNodes,
	nodesOfProposal,
	type RandomNodes,
	type SearchedNodes,
	searchedNodes,
} from "./searched-nodes.ts";
export { SOBOL_DIMENSIONS, sobolRule } from "./sobol.ts";
export { stretchedRule } from "./stretched-rule.ts";
export type { Tilt } from "./tilt.ts";
export {
	pointExponents,
	ruleWeights,
	sumOverUnit,
	type TiltedMeasure,
	tiltedMeasure,
} from "./tilted-measure.ts";
export { trapezoidRule } from "./trapezoid.ts";
export { averageOverUnit, type Integrand, type UnitAverages } from "./unit-averages.ts";
export { addWeightMoment, type UnitWithWeights, unitWithWeights, weightMoment } from "./unit-with-weights.ts";
