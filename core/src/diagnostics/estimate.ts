/** A number and its Monte-Carlo standard error. */
export interface Estimate {
	readonly value: number;
	readonly standardError: number;
}

/**
 * The root of a square that is known with an error, such as a squared distance with its noise taken off. The standard error is
 * what one standard error more would add to the root: s / (2 r) for a root r well above its error, sqrt(s) at 0. A square
 * estimated below 0 has the root 0: nothing is resolved.
 */
export function rootOf({ value, standardError }: Estimate): Estimate {
	const square = Math.max(value, 0);
	const root = Math.sqrt(square);
	return { value: root, standardError: Math.sqrt(square + standardError) - root };
}

/** "0.0367 +- 0.0012": the value to the second digit of its standard error. */
export function formatEstimate({ value, standardError }: Estimate): string {
	if (!(standardError > 0)) return `${Number(value.toPrecision(4))} +- 0`;
	const decimals = Math.min(12, Math.max(0, 1 - Math.floor(Math.log10(standardError))));
	return `${value.toFixed(decimals)} +- ${standardError.toFixed(decimals)}`;
}
