import { type Engine, type Matrix, multiply, symmetricEigen, symmetricEigenvalues } from "@finitude/engine";

/** Eigenvalues of a kernel, and how far float64 tells them apart. */
export interface KernelSpectrum {
	/** P, largest first. */
	readonly eigenvalues: Float64Array;
	/**
	 * Eigenvalues closer than this to 0, or to each other, are equal to rounding: 16 P rounding units of the largest one. Rounding
	 * each entry once makes an error of P; entries that are averages over draws have been rounded some times more.
	 */
	readonly resolution: number;
}

/** @param kernel P x P @throws EngineError where an entry is not finite */
export function kernelSpectrum(engine: Engine, kernel: Matrix): KernelSpectrum {
	return spectrumOf(symmetricEigenvalues(engine, kernel));
}

export interface TargetSpectrum extends KernelSpectrum {
	/** |Y^T v_k|^2 for each eigenvector v_k, in the order of the eigenvalues. */
	readonly squaredProjections: Float64Array;
}

/** @param kernel P x P @param targets Y, P x D @throws EngineError where an entry is not finite */
export function targetSpectrum(engine: Engine, kernel: Matrix, targets: Matrix): TargetSpectrum {
	const { values, vectors } = symmetricEigen(engine, kernel);
	const { rows: P, columns: D, data } = multiply(engine, vectors, targets, { transposeA: true });
	const squaredProjections = new Float64Array(P);
	for (let k = 0; k < P; k++) {
		for (let i = 0; i < D; i++) squaredProjections[P - 1 - k]! += data[k * D + i]! ** 2;
	}
	return { ...spectrumOf(values), squaredProjections };
}

/** Of an entry, at most. */
const ROUNDINGS = 16;

function spectrumOf(ascending: Float64Array): KernelSpectrum {
	const eigenvalues = ascending.slice().reverse();
	const P = eigenvalues.length;
	const largest = Math.max(Math.abs(eigenvalues[0]!), Math.abs(eigenvalues[P - 1]!));
	return { eigenvalues, resolution: ROUNDINGS * P * Number.EPSILON * largest };
}

/** Why these cannot be the eigenvalues of a covariance, which are nowhere negative beyond rounding; undefined where they can. */
export function notCovariance({ eigenvalues, resolution }: KernelSpectrum): string | undefined {
	const smallest = eigenvalues.at(-1)!;
	if (smallest >= -resolution) return undefined;
	const [least, most] = [smallest, eigenvalues[0]!].map((value) => value.toExponential(1));
	return `the kernel has the negative eigenvalue ${least} (the largest is ${most}), as no covariance has`;
}
