import { MINIMUM_DRAWS } from "../diagnostics/diagnostic.ts";
import { InputError } from "../errors.ts";
import type { ChainResult } from "./chain-result.ts";

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
