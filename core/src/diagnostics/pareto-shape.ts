import { type Diagnostic, defined, undefinedBecause } from "./diagnostic.ts";
import { mean } from "./moments.ts";

/** Fewest weights in the tail that a shape is fitted to. */
const SMALLEST_TAIL = 5;

// Constants of Zhang and Stephens 2009 (their recommended prior) and of Vehtari et al. 2015, appendix C: ten weights' worth of
// shape 1/2 steady the shape of a short tail.
const QUARTILE_MULTIPLE = 3;
const PRIOR_WEIGHTS = 10;
const PRIOR_SHAPE = 0.5;

/**
 * Pareto k-hat of importance weights: the shape of a generalized Pareto law fitted to the largest min(S/5, 3 sqrt(S)) of S
 * weights. Moments up to order 1/k exist; below 0.7 the error of self-normalized estimates falls with the number of draws at a
 * practical rate. Negative for bounded weights.
 *
 * Vehtari, Simpson, Gelman, Yao, Gabry 2015 (arXiv 1507.02646), sections 2.4 and 3, with the fit of Zhang and Stephens 2009
 * (Technometrics 51:316).
 *
 * @param weights up to a common factor, each at least 0
 */
export function paretoShape(weights: Float64Array): Diagnostic {
	const size = weights.length;
	const tail = Math.ceil(Math.min(size / 5, 3 * Math.sqrt(size)));
	if (tail < SMALLEST_TAIL) {
		return undefinedBecause("short", `a tail of ${tail} among ${size} weights is too short for its shape`);
	}
	const sorted = weights.slice().sort();
	const threshold = sorted[size - tail - 1]!;
	const excesses = sorted.subarray(size - tail).map((w) => w - threshold);
	if (!(excesses[Math.round(tail / 4) - 1]! > 0)) {
		return undefinedBecause("constant", `a quarter of the ${tail} largest weights are equal`);
	}
	return defined(generalizedParetoShape(excesses));
}

/** Shape of a generalized Pareto law from sorted excesses: the mean over a grid of scales, weighted by their profile likelihood. */
function generalizedParetoShape(sorted: Float64Array): number {
	const n = sorted.length;
	const largest = sorted[n - 1]!;
	const quartile = sorted[Math.round(n / 4) - 1]!;
	const size = 30 + Math.floor(Math.sqrt(n));
	const shapeAt = (b: number) => sorted.reduce((sum, x) => sum + Math.log1p(-b * x), 0) / n;
	const grid = Array.from({ length: size }, (_, i) => {
		const b = 1 / largest + (1 - Math.sqrt(size / (i + 0.5))) / (QUARTILE_MULTIPLE * quartile);
		const shape = shapeAt(b);
		// The inverse scale -b / shape tends to that of an exponential law where the shape passes 0.
		const inverseScale = b === 0 ? 1 / mean(sorted) : -b / shape;
		return { b, logLikelihood: n * (Math.log(inverseScale) - shape - 1) };
	});
	const top = Math.max(...grid.map(({ logLikelihood }) => logLikelihood));
	let total = 0;
	let weighted = 0;
	for (const { b, logLikelihood } of grid) {
		const weight = Math.exp(logLikelihood - top);
		total += weight;
		weighted += weight * b;
	}
	return (n * shapeAt(weighted / total) + PRIOR_WEIGHTS * PRIOR_SHAPE) / (n + PRIOR_WEIGHTS);
}
