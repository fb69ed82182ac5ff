/**
 * A series of weighted draws x_t as one whose draws count alike: mu + w_t (x_t - mu), w_t the relative weights and mu the
 * weighted mean. Its mean is mu, and the standard error of its mean is that of the self-normalized estimate mu to first order
 * (the delta method for a ratio; Owen 2013, section 9.2). Without weights the series itself.
 */
export function linearized(
	series: readonly Float64Array[],
	weights: readonly Float64Array[] | undefined,
): readonly Float64Array[] {
	if (weights === undefined) return series;
	// Measured from one of the draws, so that a constant stays one to the last bit.
	const origin = series[0]![0]!;
	let sum = 0;
	let total = 0;
	series.forEach((chain, c) => {
		const w = weights[c]!;
		for (let t = 0; t < chain.length; t++) {
			sum += w[t]! * (chain[t]! - origin);
			total += w[t]!;
		}
	});
	const center = origin + sum / total;
	return series.map((chain, c) => chain.map((x, t) => center + weights[c]![t]! * (x - center)));
}
