/**
 * The 1-Wasserstein distance of two samples of any sizes: the area between their distribution functions.
 *
 * @param x sorted, not empty
 * @param y sorted, not empty
 */
export function wassersteinDistance(x: Float64Array, y: Float64Array): number {
	let [i, j] = [0, 0];
	let area = 0;
	let from = Math.min(x[0]!, y[0]!);
	while (i < x.length || j < y.length) {
		const first = i < x.length && (j === y.length || x[i]! <= y[j]!);
		const to = first ? x[i]! : y[j]!;
		area += (to - from) * Math.abs(i / x.length - j / y.length);
		from = to;
		if (first) i++;
		else j++;
	}
	return area;
}
