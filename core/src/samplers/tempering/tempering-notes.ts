import type { ValidityNote } from "../../answer/answer.ts";
import type { ChainResult } from "../chain-result.ts";

/** Below this the rungs are too far apart: replicas hardly move along the ladder. */
const LOWEST_SWAP_RATE = 0.1;

/** How well the ladders of all chains worked; none for samplers without a ladder. */
export function temperingNotes(chains: readonly ChainResult[]): ValidityNote[] {
	const ladders = chains.flatMap(({ ladder }) => (ladder === undefined ? [] : [ladder]));
	if (ladders.length === 0) return [];
	const replicas = ladders[0]!.powers.length;
	const rates = ladders.flatMap(({ swapRates }) => swapRates);
	const [lowest, highest] = [Math.min(...rates), Math.max(...rates)];
	const arrivals = ladders.map((ladder) => ladder.arrivals);
	const notes: ValidityNote[] = [
		{
			name: "tempering",
			value: replicas,
			message:
				`Each chain is ${replicas} replicas at growing noise, the last one at the prior. Neighbours exchanged their weights at ` +
				`${percent(lowest)} to ${percent(highest)} of the offers, and draws of the prior came down to the posterior ` +
				`${arrivals.join(", ")} times (round trips of each chain).`,
		},
	];
	if (lowest < LOWEST_SWAP_RATE) {
		const chain = ladders.findIndex(({ swapRates }) => swapRates.includes(lowest));
		const pair = ladders[chain]!.swapRates.indexOf(lowest);
		notes.push({
			name: "lowest swap rate",
			value: lowest,
			message:
				`Below ${percent(LOWEST_SWAP_RATE)} between rungs ${pair + 1} and ${pair + 2} of chain ${chain}: ` +
				"replicas hardly move along the ladder. Use more of them (--temper).",
		});
	}
	if (arrivals.some((count) => count === 0)) {
		notes.push({
			name: "round trips",
			value: Math.min(...arrivals),
			message:
				"A chain without any: no fresh draw of the prior reached its posterior, so that tempering did not help it. Raise draws or --temper.",
		});
	}
	return notes;
}

function percent(rate: number): string {
	return `${(100 * rate).toFixed(rate < 0.01 ? 1 : 0)} %`;
}
