/** One estimate as a series of equally many terms as draws: its mean is the estimate, and its autocorrelated scatter the error. */

/**
 * log(Z_a / Z_b) of two unnormalized densities e^-U_a and e^-U_b by Bennett's acceptance ratio (Bennett 1976, J. Comput. Phys.
 * 22:245; optimal for independent draws: Meng and Wong 1996, Statistica Sinica 6:831): the root C of
 *
 *   mean of sigma(-(y_t + C)) = mean of sigma(-(x_t - C)),   x = U_b - U_a at draws of a,   y = U_a - U_b at draws of b.
 *
 * Returned is C plus the influence of each draw t (the difference of its two sigmas over the slope of the equation), whose mean
 * is C itself and whose Monte-Carlo standard error is that of C, correlations in time and between a and b included.
 *
 * @param x, y of one length, not NaN; +Infinity where the other density vanishes.
 */
export function bridgeSeries(x: Float64Array, y: Float64Array): Float64Array {
	const draws = x.length;
	const difference = (t: number, c: number) => fermi(y[t]! + c) - fermi(x[t]! - c);
	const imbalance = (c: number) => {
		let sum = 0;
		for (let t = 0; t < draws; t++) sum += difference(t, c);
		return sum;
	};
	const c = decreasingRoot(imbalance);
	let slope = 0;
	for (let t = 0; t < draws; t++) {
		const [p, q] = [fermi(y[t]! + c), fermi(x[t]! - c)];
		slope += p * (1 - p) + q * (1 - q);
	}
	return Float64Array.from({ length: draws }, (_, t) => c + (difference(t, c) * draws) / slope);
}

/** 1 / (1 + e^x). */
function fermi(x: number): number {
	return 1 / (1 + Math.exp(x));
}

/** The root of a decreasing function by bisection to the last bit, from brackets that double. */
function decreasingRoot(f: (x: number) => number): number {
	let [low, high] = [-1, 1];
	while (f(low) < 0) [low, high] = [2 * low, low];
	while (f(high) > 0) [low, high] = [high, 2 * high];
	for (let middle = (low + high) / 2; middle > low && middle < high; middle = (low + high) / 2) {
		if (f(middle) > 0) low = middle;
		else high = middle;
	}
	return (low + high) / 2;
}
