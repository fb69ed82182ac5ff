/** Where to look for a tilted unit: a normal density broader than the prior along the few directions of the tilt. */
import { type Engine, type Matrix, matrix, multiply, symmetricEigen, transposed } from "@finitude/engine";
import type { Problem } from "../../../problem/problem.ts";
import { averageOverUnit, type FeatureMap, featureSource, type HiddenUnit, type IntegrationRule } from "../../../tilted-unit/index.ts";
import { solveTree } from "../tree.ts";
import { type BoundedModel, boundedModel, boundedNetwork } from "./bounded-model.ts";
import { secondMoments, treeTilt } from "./unit-averages.ts";

/** w ~ N(0, diag(scales^2, 1, ..., 1)) in the coordinates of the unit. */
export interface Proposal {
	/** Rotated so that the directions of the tilt come first. */
	readonly unit: HiddenUnit;
	/** Standard deviations of the leading coordinates, above 1. */
	readonly scales: Float64Array;
}
