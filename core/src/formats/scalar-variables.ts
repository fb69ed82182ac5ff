import type { ChainResult, ScalarDraws } from "../samplers/chain-result.ts";
import type { DataVariable } from "./data-tree.ts";
import { type DrawVariableMaker, scalar } from "./draws.ts";
import { snakeCase } from "./names.ts";

/** Scalars whose name in the ArviZ schema is another. */
const SCHEMA_NAMES: Readonly<Record<string, string>> = { logDensity: "lp" };

const DESCRIPTIONS: Readonly<Record<string, string>> = {
	logDensity: "log p(targets, weights) up to a constant",
	kernelMeanDiagonal: "trace of the output kernel at the training points over their number",
	kernelLabelProjection: "output kernel along the targets, tr(Y^T K Y) / tr(Y^T Y)",
	logWeight:
		"log importance weight: averages over draws are to be weighted, and the mean weight is the evidence",
};

/** Quantities of the network belong to the posterior, what else a sampler tells of a draw to its statistics. */
export type ScalarKind = "posterior" | "statistics";

/** The scalars of one kind that every chain has, as variables. */
export function scalarVariables(
	chains: readonly ChainResult[],
	ofDraws: DrawVariableMaker,
	kind: ScalarKind,
): Record<string, DataVariable> {
	const names = Object.keys(chains[0]!.scalars) as (keyof ScalarDraws)[];
	const wanted = names.filter(
		(name) =>
			(name.startsWith("kernel") ? "posterior" : "statistics") === kind &&
			chains.every(({ scalars }) => scalars[name] !== undefined),
	);
	return Object.fromEntries(
		wanted.map((name) => [
			SCHEMA_NAMES[name] ?? snakeCase(name),
			ofDraws(({ scalars }) => scalar(scalars[name]!), DESCRIPTIONS[name] ?? "one number a draw"),
		]),
	);
}
