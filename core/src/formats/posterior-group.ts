import type { Problem } from "../problem/problem.ts";
import type { ChainResult } from "../samplers/chain-result.ts";
import type { DataGroup, DataVariable } from "./data-tree.ts";
import {
	chainCoordinate,
	type DrawsRecord,
	type DrawVariableMaker,
	drawsAttributes,
	drawVariables,
} from "./draws.ts";
import { labeledGroup } from "./groups.ts";
import { scalarVariables } from "./scalar-variables.ts";

/**
 * `posterior` of the ArviZ schema: every sampled quantity at each chain and draw. The conditional variances stand first,
 * and under names that stay first when a program sorts them: they are on points alone, the means on points and outputs, and
 * `arviz.summary` of ArviZ 1.3 labels the entries of a variable correctly only if the dimensions, in the order in which the
 * variables before it name them, have its own order.
 * @throws InputError when there is no chain or one has fewer draws than any diagnostic needs.
 */
export function posteriorGroup(
	problem: Problem,
	chains: readonly ChainResult[],
	record: DrawsRecord,
): DataGroup {
	const ofDraws = drawVariables(chains);
	const outputs = problem.trainTargets.columns;
	const rows = { train: problem.trainInputs.rows, test: problem.testInputs?.rows ?? 0 };
	const sets = (["train", "test"] as const).filter((points) => rows[points] > 0);
	const variances = sets.map((points) => [
		`conditional_${points}_variance`,
		conditionalVariance(chains, ofDraws, points, [rows[points], outputs]),
	]);
	const means = sets.map((points) => [
		`${points}_mean`,
		ofDraws(
			(chain) => ({ values: chain[`${points}Mean`], width: rows[points] * outputs }),
			"mean of the output, given the weights of the draw and the data; the output itself where the readout is drawn too",
			[`${points}_point`, "output"],
			[rows[points], outputs],
		),
	]);
	return labeledGroup(
		drawsAttributes(record),
		{
			...Object.fromEntries(variances),
			...scalarVariables(chains, ofDraws, "posterior"),
			...Object.fromEntries(means),
		},
		{ chain: chainCoordinate(chains) },
	);
}

/** One number a point where the variance is the same for all outputs, as with an integrated readout; else one each. */
function conditionalVariance(
	chains: readonly ChainResult[],
	ofDraws: DrawVariableMaker,
	points: "train" | "test",
	[rows, outputs]: [number, number],
): DataVariable {
	const description =
		"variance of the output, given the weights of the draw and the data; the posterior variance is its mean over the draws plus the variance of the means";
	const shared = chains.every((chain) =>
		chain[`${points}Variance`].every((value, i, all) => value === all[i - (i % outputs)]),
	);
	const all = (chain: ChainResult) => ({ values: chain[`${points}Variance`], width: rows * outputs });
	return shared
		? ofDraws((chain) => ({ ...all(chain), step: outputs }), description, [`${points}_point`], [rows])
		: ofDraws(all, description, [`${points}_point`, "output"], [rows, outputs]);
}
