import type { ScalarFunctions } from "../samplers/scalar-functions.ts";
import type { Modes } from "../theories/kernel-rescaling/modes.ts";

/**
 * The likelihood of a scale, log N(y; 0, q K + B), as `constant + at(q) - power log q`, without (P/2) log 2 pi and the shift of
 * the modes.
 */
export interface ScaleLikelihood {
	/** 0, or P/2 for zero targets at zero noise: the likelihood of small scales has no bound without this factor. */
	readonly power: number;
	/** What does not depend on q, apart: in directions that K does not have, y^2 / kappa can be so large that it hides the rest. */
	readonly constant: number;
	at(q: number): number;
	/** At least `at` of every scale up to q, and not increasing as q falls. */
	boundUpTo(q: number): number;
	/** At least `at` of every scale from q on, and not increasing as q grows. */
	boundFrom(q: number): number;
	/** At least minus the second derivative in log q wherever the first one is as large as the prior's can be: P, or more. */
	curvatureUpTo(q: number): number;
}

/**
 * One output: -(1/2) sum_k [log a_k + yt_k^2 / a_k], a_k = noise_k + q signal_k.
 *
 * @param targets yt: the targets in the coordinates of the modes
 */
export function scaleLikelihood(
	scalar: ScalarFunctions,
	modes: Modes,
	targets: Float64Array,
): ScaleLikelihood {
	return modes.noise.every((n) => n === 0)
		? likelihoodWithoutNoise(scalar, modes, targets)
		: likelihoodWithNoise(scalar, modes, targets);
}

/** The bounds choose each a_k on its own, as near as the range of q allows to yt_k^2, where its term is largest. */
function likelihoodWithNoise(
	{ log }: ScalarFunctions,
	{ signal, noise }: Modes,
	targets: Float64Array,
): ScaleLikelihood {
	const sum = (modes: readonly number[], choose: (k: number) => number) => {
		const logs = logProduct(log);
		let fit = 0;
		for (const k of modes) {
			const a = choose(k);
			logs.multiply(a);
			fit += targets[k]! ** 2 / a;
		}
		return -(logs.value() + fit) / 2;
	};
	const all = [...signal.keys()];
	const scaled = all.filter((k) => signal[k]! > 0);
	const a = (k: number, q: number) => noise[k]! + q * signal[k]!;
	return {
		power: 0,
		constant: sum(
			all.filter((k) => signal[k] === 0),
			(k) => noise[k]!,
		),
		at: (q) => sum(scaled, (k) => a(k, q)),
		boundUpTo: (q) => sum(scaled, (k) => Math.min(Math.max(targets[k]! ** 2, noise[k]!), a(k, q))),
		boundFrom: (q) => sum(scaled, (k) => Math.max(targets[k]! ** 2, a(k, q))),
		curvatureUpTo: () => scaled.length,
	};
}

/** q^(-P/2) e^(-b / 2q) det(K)^(-1/2), b = y^T K^-1 y: as a function of q at its highest at b/P. */
function likelihoodWithoutNoise(
	{ log }: ScalarFunctions,
	{ signal }: Modes,
	targets: Float64Array,
): ScaleLikelihood {
	const P = signal.length;
	const logs = logProduct(log);
	for (const l of signal) logs.multiply(l);
	const constant = -logs.value() / 2;
	const curvatureUpTo = () => P;
	const b = inverseNorm(signal, targets);
	if (b === 0) {
		const flat = () => 0;
		return { power: P / 2, constant, at: flat, boundUpTo: flat, boundFrom: flat, curvatureUpTo };
	}
	const at = (q: number) => -(P * log(q) + b / q) / 2;
	return {
		power: 0,
		constant,
		at,
		boundUpTo: (q) => at(Math.min(q, b / P)),
		boundFrom: (q) => at(Math.max(q, b / P)),
		curvatureUpTo,
	};
}

/** y^T K^-1 y. */
export function inverseNorm(signal: Float64Array, targets: Float64Array): number {
	return targets.reduce((sum, y, k) => sum + y ** 2 / signal[k]!, 0);
}

/** The logarithm of a product of many positive numbers with few logarithms. */
export function logProduct(log: (x: number) => number): { multiply(x: number): void; value(): number } {
	let sum = 0;
	let product = 1;
	return {
		multiply(x) {
			product *= x;
			// Far from overflow and underflow, also after one more factor below 1e150.
			if (product > 1e150 || product < 1e-150) {
				sum += log(product);
				product = 1;
			}
		},
		value: () => sum + log(product),
	};
}
