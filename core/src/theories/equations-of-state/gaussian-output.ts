/** The output part of the free energy: the targets under N(0, Q_f + kappa I). */
import {
	choleskyFactor,
	choleskyInverse,
	choleskySolve,
	dot,
	logDeterminant,
	type Matrix,
	matrix,
	multiply,
} from "@finitude/engine";
import type { OutputTerm } from "./free-energy.ts";

/**
 * 1/2 tr(y^T R y) + sign (D/2) logdet(Q_f + kappa I) + (D P/2) log(2 pi), and its derivative 1/2 (sign D R - t t^T), (5),
 * R = (Q_f + kappa I)^-1, t = R y. The sign is 1; -1 gives the equations of the authors' published notebook.
 */
export function gaussianOutput(targets: Matrix, noiseVariance: number, sign: 1 | -1): OutputTerm {
	const { rows: P, columns: D } = targets;
	return (engine, outputKernel) => {
		const noisy = matrix(P, P, outputKernel.data.slice());
		for (let i = 0; i < P; i++) noisy.data[i * P + i]! += noiseVariance;
		const cholesky = choleskyFactor(engine, noisy);
		if (!cholesky.positiveDefinite) return undefined;
		const inverse = choleskyInverse(engine, cholesky.factor);
		const discrepancy = choleskySolve(engine, cholesky.factor, targets);
		const value =
			0.5 * dot(targets.data, discrepancy.data) +
			(D / 2) * (sign * logDeterminant(cholesky.factor) + P * Math.log(2 * Math.PI));
		const cotangent = multiply(engine, discrepancy, discrepancy, { transposeB: true, alpha: -0.5 });
		for (let k = 0; k < P * P; k++) cotangent.data[k]! += 0.5 * sign * D * inverse.data[k]!;
		return { value, cotangent };
	};
}
