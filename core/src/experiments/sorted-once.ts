/** Values of a sweep that were asked for, ascending, each once. */
export function sortedOnce(values: readonly number[]): number[] {
	return [...new Set(values)].sort((a, b) => a - b);
}
