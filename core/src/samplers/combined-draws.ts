import { MINIMUM_DRAWS } from "../diagnostics/diagnostic.ts";
import { InputError } from "../errors.ts";
import type { Problem } from "../problem/problem.ts";
import type { ChainResult } from "./chain-result.ts";

/** @throws InputError for a chain whose draws have not the problem's numbers of points and outputs. */
export function refuseForeignChains(
	{ trainInputs, trainTargets, testInputs }: Problem,
	chains: readonly ChainResult[],
): void {
	const outputs = trainTargets.columns;
	for (const { chain, completedDraws, trainMean, testMean } of chains) {
		const train = completedDraws * trainInputs.rows * outputs;
		const test = completedDraws * (testInputs?.rows ?? 0) * outputs;
		if (trainMean.length === train && testMean.length === test) continue;
		throw new InputError({
			where: "chains",
			wanted: `draws of f at ${trainInputs.rows} training and ${testInputs?.rows ?? 0} test points, ${outputs} outputs each`,
			got: `${trainMean.length / completedDraws} and ${testMean.length / completedDraws} numbers a draw in chain ${chain}`,
			advice: "Combine chains of one problem, with that problem.",
		});
	}
}

/**
 * Draws that every chain has: chains that were stopped early are compared over this length.
 * @throws InputError when there are no chains, or one has fewer draws than any diagnostic needs.
 */
export function shortestLength(chains: readonly ChainResult[]): number {
	const draws = Math.min(...chains.map((chain) => chain.completedDraws));
	if (chains.length === 0 || draws < MINIMUM_DRAWS) {
		throw new InputError({
			where: "chains",
			wanted: `at least one chain, each with at least ${MINIMUM_DRAWS} draws`,
			got: chains.length === 0 ? "none" : `${draws} draws in the shortest chain`,
			advice: "Let the chains run longer.",
		});
	}
	return draws;
}
