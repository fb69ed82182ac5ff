/**
 * The exact posterior of one hidden layer of relu units on inputs of one dimension. A unit of weight w > 0 gives w max(0, x), one of
 * w < 0 gives -w max(0, -x), so that f(x) = x theta_+ right of 0 and |x| theta_- left of it. Given the number of positive
 * weights and the sums of their squares, which are chi^2, both slopes are Gaussian: one integral for each side.
 */
import type { Problem } from "../../../src/index.ts";

/** Sums over training points of one side: |x|^2 and x . y. */
interface Side {
	readonly square: number;
	readonly product: number;
}

/** Evidence of a side's targets, over the one of a slope of 0, and the moments of its slope times that. */
type Moments = readonly [evidence: number, slope: number, slopeSquared: number];

/** log Gamma(m / 2). */
function logHalfGamma(m: number): number {
	let log = m % 2 === 0 ? 0 : Math.log(Math.PI) / 2;
	for (let k = m; k > 2; k -= 2) log += Math.log(k / 2 - 1);
	return log;
}

/**
 * Averages over the sum of squares of m standard normals, c times which is the variance of the slope: the trapezoidal rule in its logarithm.
 * Its error is exp(-2 pi^2 / step) by the nearest singularity, pi off the real axis, and exp(-2 pi^2 (sigma / step)^2), sigma^2 = 2/m, by the width of the density.
 */
function sideMoments({ square, product }: Side, m: number, c: number, kappa: number): Moments {
	const given = (t: number): Moments => {
		const spread = t / (1 + (t * square) / kappa);
		const slope = (spread * product) / kappa;
		const evidence = Math.exp(0.5 * slope * (product / kappa)) / Math.sqrt(1 + (t * square) / kappa);
		return [evidence, evidence * slope, evidence * (slope * slope + spread)];
	};
	if (m === 0) return given(0);
	const step = Math.min(0.25, Math.sqrt(1 / m));
	const total = [0, 0, 0];
	// The density falls as exp(m s / 2) to the left and as exp(-e^s / 2) to the right.
	for (let s = -80; s < Math.log(8 * m + 200); s += step) {
		const density = Math.exp((m / 2) * (s - Math.log(2)) - Math.exp(s) / 2 - logHalfGamma(m));
		given(c * Math.exp(s)).forEach((value, k) => {
			total[k]! += step * density * value;
		});
	}
	return total as unknown as Moments;
}

/** Mean and variance of f at the training and then the test points, and the log evidence. @param problem d = 1, one output, no biases */
export function reluLinePosterior({
	trainInputs,
	trainTargets,
	testInputs,
	network,
	noiseVariance: kappa,
}: Problem): {
	mean: number[];
	variance: number[];
	logEvidence: number;
} {
	const { width: N, weightVariance } = network.layers[0] as { width: number; weightVariance: number };
	const c = (network.readout.weightVariance * weightVariance) / N;
	const y = trainTargets.data;
	const side = (sign: number): Side => {
		const u = trainInputs.data.map((x) => Math.max(0, sign * x));
		const sum = (of: (i: number) => number) => u.reduce((total, _, i) => total + of(i), 0);
		return { square: sum((i) => u[i]! ** 2), product: sum((i) => u[i]! * y[i]!) };
	};
	const moments = [1, -1].map((sign) =>
		Array.from({ length: N + 1 }, (_, m) => sideMoments(side(sign), m, c, kappa)),
	);
	let evidence = 0;
	const slopes = [0, 0];
	const squares = [0, 0];
	for (let m = 0, binomial = 0.5 ** N; m <= N; binomial *= (N - m) / (m + 1), m++) {
		const [right, left] = [moments[0]![m]!, moments[1]![N - m]!];
		evidence += binomial * right[0] * left[0];
		slopes[0]! += binomial * right[1] * left[0];
		slopes[1]! += binomial * left[1] * right[0];
		squares[0]! += binomial * right[2] * left[0];
		squares[1]! += binomial * left[2] * right[0];
	}
	const points = [...trainInputs.data, ...testInputs!.data].map((x) => [Math.abs(x), x > 0 ? 0 : 1] as const);
	const mean = points.map(([x, at]) => (x * slopes[at]!) / evidence);
	return {
		mean,
		variance: points.map(([x, at], i) => (x * x * squares[at]!) / evidence - mean[i]! ** 2),
		logEvidence:
			Math.log(evidence) -
			y.reduce((sum, t) => sum + t * t, 0) / (2 * kappa) -
			(y.length / 2) * Math.log(2 * Math.PI * kappa),
	};
}
