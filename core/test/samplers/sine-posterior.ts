/**
 * The exact posterior of two sine units of one input without biases, mean-field scaling, D = 1, by quadrature over their two
 * weights. Plain loops; shares no code with the sampler.
 */
import type { DenseLayer, Problem } from "../../src/index.ts";

export interface SinePosterior {
	/** At the test points. */
	readonly mean: number[];
	readonly variance: number[];
	readonly logEvidence: number;
}

/**
 * The midpoint rule with 300 steps for each weight in units of its standard deviation, from 0 to 6: the rest of the plane is the
 * same by symmetry, since the readout takes up the sign of an odd unit. Half the step changes no digit of the first seven.
 */
export function sinePosterior(problem: Problem): SinePosterior {
	const layer = problem.network.layers[0] as DenseLayer;
	const x = [...problem.trainInputs.data];
	const y = [...problem.trainTargets.data];
	const test = [...problem.testInputs!.data];
	// c = s_a^2 / (chi N) with chi = N = 2.
	const c = problem.network.readout.weightVariance / 4;
	const kappa = problem.noiseVariance;
	const scale = Math.sqrt(layer.weightVariance);
	const step = 6 / 300;
	const nodes = Array.from({ length: 300 }, (_, i) => (i + 0.5) * step);
	const features = nodes.map((w) => x.map((at) => Math.sin(scale * w * at)));
	const products = features.map((f) => dot(f, y));
	const squares = features.map((f) => dot(f, f));
	const sums = { weight: 0, mean: test.map(() => 0), second: test.map(() => 0) };
	const norm = dot(y, y);
	// The posterior of the readout: precision S / kappa with S = kappa / c + F F^T, 2 x 2.
	for (let i = 0; i < nodes.length; i++) {
		for (let j = 0; j < nodes.length; j++) {
			const [p, q, r] = [squares[i]! + kappa / c, squares[j]! + kappa / c, dot(features[i]!, features[j]!)];
			const determinant = p * q - r * r;
			const a = (q * products[i]! - r * products[j]!) / determinant;
			const b = (p * products[j]! - r * products[i]!) / determinant;
			// log N(y; 0, c F^T F + kappa): det = kappa^(P-2) c^2 det S, y^T A^-1 y = (|y|^2 - a F_1 y - b F_2 y) / kappa.
			const logLikelihood =
				-0.5 *
				((x.length - 2) * Math.log(kappa) +
					2 * Math.log(c) +
					Math.log(determinant) +
					(norm - a * products[i]! - b * products[j]!) / kappa +
					x.length * Math.log(2 * Math.PI));
			const logPrior = -0.5 * (nodes[i]! ** 2 + nodes[j]! ** 2) - Math.log(2 * Math.PI);
			const weight = 4 * Math.exp(logLikelihood + logPrior) * step * step;
			sums.weight += weight;
			test.forEach((at, k) => {
				const [f, g] = [Math.sin(scale * nodes[i]! * at), Math.sin(scale * nodes[j]! * at)];
				const mean = a * f + b * g;
				const variance = (kappa * (q * f * f - 2 * r * f * g + p * g * g)) / determinant;
				sums.mean[k]! += weight * mean;
				sums.second[k]! += weight * (variance + mean * mean);
			});
		}
	}
	const mean = sums.mean.map((sum) => sum / sums.weight);
	return {
		mean,
		variance: sums.second.map((sum, k) => sum / sums.weight - mean[k]! ** 2),
		logEvidence: Math.log(sums.weight),
	};
}

function dot(a: readonly number[], b: readonly number[]): number {
	return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}
