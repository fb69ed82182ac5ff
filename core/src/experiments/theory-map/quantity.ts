import type { Matrix } from "@finitude/engine";
import type { Answer, SampledAnswer } from "../../answer/answer.ts";
import { averagedProjectionMcse } from "../../samplers/averaged-projection.ts";
import type { ChainResult } from "../../samplers/chain-result.ts";
import { averagedName } from "../../samplers/observation.ts";
import { projectionMcse } from "../../samplers/projection-mcse.ts";
import { posteriorKernel } from "../comparison.ts";
import { integrationOf, type RankedValue } from "../ranking.ts";
import type { SampledQuantity } from "./decision.ts";
import type { MapQuantity } from "./schema.ts";

/** The words for it: "posterior mean at the test points". */
export const QUANTITY_NAMES: Readonly<Record<MapQuantity, string>> = {
	testMean: "posterior mean at the test points",
	testVariance: "posterior variance at the test points",
	kernel: "posterior output kernel",
};

/** What a theory says of the quantity, or why it says nothing. */
export function quantityOf(answer: Answer, quantity: MapQuantity): Matrix | string {
	const value = quantity === "kernel" ? posteriorKernel(answer) : answer[quantity];
	if (value !== undefined) return value;
	const name = quantity === "kernel" ? "kernels.output" : quantity;
	return `no ${QUANTITY_NAMES[quantity]}: ${answer.absent[name] ?? "the theory gives none"}`;
}

/** What the theory's own averages over nodes leave in it. */
export function integrationOfQuantity(answer: Answer, quantity: MapQuantity): Omit<RankedValue, "value"> {
	if (quantity === "kernel") return integrationOf(answer, "kernel");
	return integrationOf(answer, quantity === "testMean" ? "mean" : "variance", "test");
}

/** What the sampled network says of it; undefined where its errors are not known: batches of kernels too large to be kept. */
export function sampledQuantityOf(
	answer: SampledAnswer,
	chains: readonly ChainResult[],
	quantity: MapQuantity,
): SampledQuantity | undefined {
	if (quantity === "kernel") return sampledKernel(answer, chains);
	const moment = quantity === "testMean" ? "mean" : "variance";
	return {
		value: answer[quantity]!,
		standardError: answer[`${quantity}StandardError`]!,
		projectionError: (weights) => projectionMcse(chains, weights, "test", moment),
	};
}

function sampledKernel(
	{ kernels, kernelStandardErrors }: SampledAnswer,
	chains: readonly ChainResult[],
): SampledQuantity | undefined {
	const standardError = kernelStandardErrors.output as Matrix | undefined;
	if (standardError === undefined || chains.some(({ averaged }) => averaged.output?.batchMeans === undefined))
		return undefined;
	return {
		value: kernels.output as Matrix,
		standardError,
		projectionError: (weights) => averagedProjectionMcse(chains, averagedName.output, weights)!,
	};
}
