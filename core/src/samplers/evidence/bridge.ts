/**
 * log(Z_a / Z_b) of two unnormalized densities e^-U_a and e^-U_b by Bennett's acceptance ratio (Bennett 1976, J. Comput. Phys.
 * 22:245; of least variance among bridges for independent draws: Meng and Wong 1996, Statistica Sinica 6:831). It is the root C of
 *
 *   mean of s(y_t + C) = mean of s(x_t - C),   s(u) = 1 / (1 + e^u),
 *
 * with x = U_b - U_a at draws of a and y = U_a - U_b at draws of b, equally many.
 *
 * Returned is C plus the influence of each draw: the difference of its two terms over the slope of the equation. The mean of
 * this series is C, and the Monte-Carlo standard error of its mean that of C, correlations in time and between a and b included.
 * Not finite when the draws do not overlap, so that the equation holds for many C within rounding.
 *
 * @param x, y of one length, finite
 */
export function bridgeSeries(x: Float64Array, y: Float64Array): Float64Array {
	const draws = x.length;
	const sum = (term: (t: number) => number) => {
		let total = 0;
		for (let t = 0; t < draws; t++) total += term(t);
		return total;
	};
	const difference = (t: number, c: number) => fermi(y[t]! + c) - fermi(x[t]! - c);
	const c = decreasingRoot((at) => sum((t) => difference(t, at)));
	const slope = sum((t) => fermiSlope(y[t]! + c) + fermiSlope(x[t]! - c)) / draws;
	return Float64Array.from({ length: draws }, (_, t) => c + difference(t, c) / slope);
}

function fermi(u: number): number {
	return 1 / (1 + Math.exp(u));
}

/** Minus its derivative, without the cancellation of 1 - s at large -u. */
function fermiSlope(u: number): number {
	return fermi(u) * fermi(-u);
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
