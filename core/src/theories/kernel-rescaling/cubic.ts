/**
 * The positive roots of a x^3 + b x^2 + c x + d, ascending, for a >= 0 and d < 0. There is at least one when a > 0; the
 * parabola of a = 0 may stay below zero.
 *
 * Between 0, the positive turning points and a bound on all roots the cubic is monotone: bisection finds each root.
 */
export function positiveCubicRoots(a: number, b: number, c: number, d: number): number[] {
	const value = (x: number) => ((a * x + b) * x + c) * x + d;
	const corners = [0, ...positiveTurningPoints(a, b, c)];
	const rising = [a, b, c, d].find((coefficient) => coefficient !== 0)! > 0;
	let bound = 2 * (corners.at(-1)! + 1);
	while (value(bound) > 0 !== rising) bound *= 2;
	corners.push(bound);
	const roots: number[] = [];
	for (let i = 0; i + 1 < corners.length; i++) {
		const [low, high] = [corners[i]!, corners[i + 1]!];
		if (value(low) < 0 !== value(high) < 0) roots.push(bisect(value, low, high));
	}
	return roots;
}

/** Where 3 a x^2 + 2 b x + c = 0 and x > 0, ascending. */
function positiveTurningPoints(a: number, b: number, c: number): number[] {
	const discriminant = b * b - 3 * a * c;
	if (discriminant < 0) return [];
	// The root of larger size first; the other from their product, without cancellation.
	const s = -(b + (b >= 0 ? 1 : -1) * Math.sqrt(discriminant));
	return [s / (3 * a), c / s].filter((x) => Number.isFinite(x) && x > 0).sort((x, y) => x - y);
}

/** Starting values for Newton's method: 60 halvings are the precision of the interval. */
function bisect(f: (x: number) => number, from: number, to: number): number {
	let [low, high] = [from, to];
	const rising = f(high) > 0;
	for (let i = 0; i < 60; i++) {
		const middle = (low + high) / 2;
		if (f(middle) > 0 === rising) high = middle;
		else low = middle;
	}
	return (low + high) / 2;
}
