/** Roots of a function of one variable. */

export interface Root {
	readonly x: number;
	readonly iterations: number;
}

/**
 * The root of a continuous f in [a, b], to the last bits of x, by Brent's method (Brent 1973, Algorithms for minimization
 * without derivatives, chapter 4).
 *
 * @throws RangeError when f(a) and f(b) have the same sign or are not numbers, or an end is not finite.
 */
export function brentRoot(f: (x: number) => number, a: number, b: number): Root {
	let [best, other] = [b, a];
	let [fBest, fOther] = [f(b), f(a)];
	if (fBest * fOther > 0) throw new RangeError(`brentRoot: f has the same sign at ${a} and ${b}.`);
	if (!Number.isFinite(b - a) || Number.isNaN(fBest) || Number.isNaN(fOther)) {
		throw new RangeError(`brentRoot: wanted numbers at ${a} and ${b}; got ${fOther} and ${fBest}.`);
	}
	let previous = other;
	let fPrevious = fOther;
	let step = best - other;
	let stepBefore = step;
	// Bisection alone would take 60 halvings; Brent's bound is the square of that, in practice about 10.
	for (let iterations = 1; ; iterations++) {
		if (fBest * fOther > 0) {
			[other, fOther] = [previous, fPrevious];
			step = stepBefore = best - previous;
		}
		if (Math.abs(fOther) < Math.abs(fBest)) {
			[previous, best, other] = [best, other, best];
			[fPrevious, fBest, fOther] = [fBest, fOther, fBest];
		}
		const tolerance = 2 * Number.EPSILON * Math.abs(best) + Number.MIN_VALUE;
		const half = (other - best) / 2;
		if (Math.abs(half) <= tolerance || fBest === 0) return { x: best, iterations };
		if (Math.abs(stepBefore) >= tolerance && Math.abs(fPrevious) > Math.abs(fBest)) {
			const { p, q } = interpolationStep(
				{ best, previous, half },
				{ fBest, fPrevious, fOther, isSecant: previous === other },
			);
			if (2 * p < Math.min(3 * half * q - Math.abs(tolerance * q), Math.abs(stepBefore * q))) {
				[stepBefore, step] = [step, p / q];
			} else {
				step = stepBefore = half;
			}
		} else {
			step = stepBefore = half;
		}
		[previous, fPrevious] = [best, fBest];
		best += Math.abs(step) > tolerance ? step : Math.sign(half) * tolerance;
		fBest = f(best);
	}
}

/** Secant step, or inverse quadratic interpolation through three points, as p/q with p >= 0. */
function interpolationStep(
	{ best, previous, half }: { best: number; previous: number; half: number },
	{
		fBest,
		fPrevious,
		fOther,
		isSecant,
	}: { fBest: number; fPrevious: number; fOther: number; isSecant: boolean },
): { p: number; q: number } {
	const s = fBest / fPrevious;
	let p: number;
	let q: number;
	if (isSecant) {
		p = 2 * half * s;
		q = 1 - s;
	} else {
		const t = fPrevious / fOther;
		const r = fBest / fOther;
		p = s * (2 * half * t * (t - r) - (best - previous) * (r - 1));
		q = (t - 1) * (r - 1) * (s - 1);
	}
	return p > 0 ? { p, q: -q } : { p: -p, q };
}

/**
 * Every root that a scan sees: the ends of each interval of the grid between which the sign of f changes are handed to
 * Brent's method. Two roots within one step are missed together.
 */
export function scanRoots(f: (x: number) => number, from: number, to: number, step: number): Root[] {
	const roots: Root[] = [];
	const count = Math.round((to - from) / step);
	let x = from;
	let fx = f(x);
	for (let i = 1; i <= count; i++) {
		const next = from + ((to - from) * i) / count;
		const fNext = f(next);
		if (fNext === 0) roots.push({ x: next, iterations: 0 });
		else if (fx * fNext < 0) roots.push(brentRoot(f, x, next));
		[x, fx] = [next, fNext];
	}
	return roots;
}
