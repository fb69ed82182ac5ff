import type { ComparisonFigureData, KernelsFigureData } from "../../src/figures/index.ts";

/** Numerical Recipes' linear congruential generator: test data need no better. */
export function uniformStream(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return (state + 0.5) / 2 ** 32;
	};
}

function normalStream(seed: number): () => number {
	const uniform = uniformStream(seed);
	return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** Relative Euclidean distance |a - b| / |b|. */
function relativeDistance(a: readonly number[], b: readonly number[]): number {
	return Math.hypot(...a.map((value, i) => value - b[i]!)) / Math.hypot(...b);
}

/** Digits 0 against 1, 200 test points: theories shrink the mean and the variance by their own factors. */
export function digitsData(theoryCount: number): ComparisonFigureData {
	const normal = normalStream(7);
	const size = 200;
	const ess = 1800;
	const targets = Array.from({ length: size }, (_, i) => (i % 2 === 0 ? 1 : -1));
	const mean = targets.map((target) => target * (0.82 + 0.13 * normal()) + 0.12 * normal());
	const variance = mean.map((value) => 0.02 + 0.05 * (1 - Math.tanh(value) ** 2) * Math.exp(0.3 * normal()));
	const meanStandardError = variance.map((value) => Math.sqrt(value / ess));
	const varianceStandardError = variance.map((value) => value * Math.sqrt(2 / ess));
	const shapes = [
		{ id: "nngp", label: "nngp", shrink: 0.93, scatter: 0.02, spread: 1.45, kernel: 0.21 },
		{
			id: "kernel-rescaling",
			label: "kernel-rescaling",
			shrink: 0.995,
			scatter: 0.008,
			spread: 1.04,
			kernel: 0.048,
		},
		{
			id: "self-consistent",
			label: "self-consistent",
			shrink: 1.002,
			scatter: 0.004,
			spread: 0.97,
			kernel: 0.02,
		},
		{ id: "multi-scale", label: "multi-scale", shrink: 1.0, scatter: 0.002, spread: 1.005, kernel: 0.012 },
		{ id: "equations-of-state", label: "equations-of-state", shrink: 1.05, scatter: 0.03, spread: 0.8 },
	];
	const theories = shapes.slice(0, theoryCount).map(({ id, label, shrink, scatter, spread, ...rest }) => {
		const theoryMean = mean.map((value) => shrink * value + scatter * normal());
		const theoryVariance = variance.map((value) => spread * value * Math.exp(0.05 * normal()));
		return {
			id,
			label,
			mean: theoryMean,
			variance: theoryVariance,
			converged: true,
			distances: {
				mean: { value: relativeDistance(theoryMean, mean), standardError: 0.001 },
				variance: { value: relativeDistance(theoryVariance, variance), standardError: 0.004 },
				...(rest.kernel === undefined ? {} : { kernel: { value: rest.kernel, standardError: 0.002 } }),
			},
		};
	});
	return {
		title: "MNIST digits 0 and 1: one hidden erf layer, N = 100",
		subtitle:
			"P = 100, P* = 200, d = 784, κ = 0.05, σ² = 1; HMC, 4 chains × 1000 draws, largest R-hat 1.003, smallest bulk ESS 1800",
		testTargets: targets,
		sampled: {
			label: "sampled network",
			mean,
			meanStandardError,
			variance,
			varianceStandardError,
			noiseFloor: {
				mean: Math.hypot(...meanStandardError) / Math.hypot(...mean),
				variance: Math.hypot(...varianceStandardError) / Math.hypot(...variance),
				kernel: 0.009,
			},
			converged: true,
		},
		theories,
	};
}

/** A function of one number, 120 test points. */
export function curveData(): ComparisonFigureData {
	const normal = normalStream(11);
	const testInputs = Array.from({ length: 120 }, (_, i) => -3 + (6 * i) / 119);
	const inputs = [-2.4, -1.9, -1.2, -0.5, 0.1, 0.7, 1.3, 1.6];
	const f = (x: number) => Math.sin(1.4 * x) + 0.1 * x;
	const gap = (x: number) => Math.min(...inputs.map((input) => Math.abs(input - x)));
	const variance = testInputs.map((x) => 0.01 + 0.25 * Math.tanh(gap(x)) ** 2);
	const mean = testInputs.map((x, i) => f(x) * Math.exp(-0.3 * variance[i]!));
	const meanStandardError = variance.map((value) => Math.sqrt(value / 900));
	const theory = (id: string, shrink: number, spread: number) => ({
		id,
		label: id,
		mean: mean.map((value, i) => value * (1 - shrink * variance[i]!)),
		variance: variance.map((value) => spread * value),
		converged: true,
		distances: {
			mean: { value: shrink / 5 },
			variance: { value: Math.abs(spread - 1) },
			kernel: { value: shrink / 3 },
		},
	});
	return {
		title: "A function of one number: one hidden tanh layer, N = 50",
		subtitle: "P = 8, P* = 120, κ = 0.01",
		testInputs,
		training: { inputs, targets: inputs.map((x) => f(x) + 0.1 * normal()) },
		sampled: {
			label: "sampled network",
			mean,
			meanStandardError,
			variance,
			varianceStandardError: variance.map((value) => value * 0.05),
			noiseFloor: { mean: 0.01, variance: 0.03, kernel: 0.015 },
			converged: true,
		},
		theories: [theory("nngp", 0.6, 1.3), theory("kernel-rescaling", 0.1, 1.05)],
	};
}

/** Two classes of 25 points: the prior kernel, with a spike along the labels for the theory, with noise for the sample. */
export function kernelsData(): KernelsFigureData {
	const normal = normalStream(3);
	const size = 50;
	const label = Array.from({ length: size }, (_, i) => (i % 2 === 0 ? 1 : -1));
	const feature = label.map((y) => Array.from({ length: 12 }, () => 0.4 * y + normal()));
	const prior: number[] = [];
	for (const a of feature) {
		for (const b of feature) {
			const dot = a.reduce((sum, value, k) => sum + value * b[k]!, 0);
			prior.push(
				(2 / Math.PI) * Math.asin(dot / Math.sqrt((1 + Math.hypot(...a) ** 2) * (1 + Math.hypot(...b) ** 2))),
			);
		}
	}
	const spiked = prior.map((value, k) => value + 0.12 * label[Math.floor(k / size)]! * label[k % size]!);
	const sampled = spiked.slice();
	for (let i = 0; i < size; i++) {
		for (let j = 0; j <= i; j++) {
			const noise = 0.02 * normal();
			sampled[i * size + j]! += noise;
			if (i !== j) sampled[j * size + i]! += noise;
		}
	}
	return {
		title: "Output kernel K: two classes, one hidden erf layer, N = 50",
		subtitle: "P = 50, κ = 0.05",
		size,
		order: Array.from({ length: size }, (_, i) => i).sort((a, b) => label[a]! - label[b]! || a - b),
		axisLabel: "training point, sorted by target",
		panels: [
			{ label: "prior", kernel: prior },
			{ label: "kernel-rescaling", kernel: spiked },
			{ label: "sampled", kernel: sampled },
		],
	};
}
