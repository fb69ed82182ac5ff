import { isConstant, splitChains } from "./split-chains.ts";

/** The outcome of a convergence diagnostic: a number, or the reason why there is none. Never NaN. */
export type Diagnostic =
	| { readonly defined: true; readonly value: number }
	| { readonly defined: false; readonly cause: UndefinedCause; readonly reason: string };

/**
 * "short": fewer than four draws; "nonfinite": NaN or Infinity among the draws; "constant": one value in all draws of all
 * chains; "stuck": every (half-)chain keeps a value of its own.
 */
export type UndefinedCause = "short" | "nonfinite" | "constant" | "stuck";

export const defined = (value: number): Diagnostic => ({ defined: true, value });

export const undefinedBecause = (cause: UndefinedCause, reason: string): Diagnostic => ({
	defined: false,
	cause,
	reason,
});

/** Fewest draws a chain must have: two in each half. */
export const MINIMUM_DRAWS = 4;

/**
 * What makes every diagnostic of these chains meaningless, or undefined when nothing does.
 * @throws RangeError when there is no chain or the chains differ in length: an error of the caller, not of the data.
 */
export function unusable(chains: readonly Float64Array[]): Diagnostic | undefined {
	const draws = chains[0]?.length;
	if (draws === undefined) throw new RangeError("diagnostics: wanted at least one chain; got none.");
	chains.forEach((chain, index) => {
		if (chain.length !== draws) {
			throw new RangeError(
				`diagnostics: wanted chains of one length; got ${draws} draws in chain 0 and ${chain.length} in chain ${index}.`,
			);
		}
	});
	if (draws < MINIMUM_DRAWS) {
		return undefinedBecause("short", `each chain has ${draws} draws; at least ${MINIMUM_DRAWS} are needed`);
	}
	for (const [index, chain] of chains.entries()) {
		const at = chain.findIndex((x) => !Number.isFinite(x));
		if (at >= 0) return undefinedBecause("nonfinite", `draw ${at} of chain ${index} is ${chain[at]}`);
	}
	const first = chains[0]![0]!;
	if (chains.every((chain) => chain.every((x) => x === first))) {
		return undefinedBecause("constant", `every draw of every chain is ${first}`);
	}
	if (splitChains(chains).every(isConstant)) {
		return undefinedBecause(
			"stuck",
			"every half-chain keeps one value, but not all the same: R-hat is infinite",
		);
	}
	return undefined;
}
