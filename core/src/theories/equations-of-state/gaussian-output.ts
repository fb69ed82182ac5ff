/** The output part of the free energy: the targets under N(0, Q_f + kappa I). */
import {
	choleskyFactor,
	choleskyInverse,
	choleskySolve,
	dot,
	type Engine,
	logDeterminant,
	type Matrix,
	multiply,
	plusDiagonal,
	symmetricPart,
} from "@finitude/engine";
import type { OutputTerm } from "./free-energy.ts";

/**
 * 1/2 tr(y^T R y) + sign (D/2) logdet(Q_f + kappa I) + (D P/2) log(2 pi), and its derivative 1/2 (sign D R - t t^T), (5),
 * R = (Q_f + kappa I)^-1, t = R y. The sign is 1; -1 gives the equations of the authors' published notebook.
 */
export function gaussianOutput(targets: Matrix, noiseVariance: number, sign: 1 | -1): OutputTerm {
	const { rows: P, columns: D } = targets;
	return (engine, outputKernel) => {
		const cholesky = choleskyFactor(engine, plusDiagonal(outputKernel, noiseVariance));
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

/**
 * `gaussianOutput` where every Q_f has the range of U, P x r with orthonormal columns: that of U^T y under U^T Q_f U + kappa I,
 * and a constant, 1/2 |y - U U^T y|^2/kappa + (D/2)(P - r)(sign ln kappa + ln 2 pi). What the network cannot explain is of order
 * 1/kappa in t; its rounding would drown the rest of (5), on which it has no influence.
 */
export function gaussianOutputInRange(
	engine: Engine,
	targets: Matrix,
	noiseVariance: number,
	sign: 1 | -1,
	range: Matrix,
): OutputTerm {
	const { rows: P, columns: D } = targets;
	const inside = multiply(engine, range, targets, { transposeA: true });
	const explained = multiply(engine, range, inside);
	const left = targets.data.reduce((sum, y, k) => sum + (y - explained.data[k]!) ** 2, 0);
	const constant =
		left / (2 * noiseVariance) +
		(D / 2) * (P - range.columns) * (sign * Math.log(noiseVariance) + Math.log(2 * Math.PI));
	const reduced = gaussianOutput(inside, noiseVariance, sign);
	return (_, outputKernel) => {
		const kernel = multiply(engine, range, multiply(engine, outputKernel, range), { transposeA: true });
		const term = reduced(engine, kernel);
		if (term === undefined) return undefined;
		const half = multiply(engine, range, term.cotangent);
		return {
			value: term.value + constant,
			cotangent: symmetricPart(multiply(engine, half, range, { transposeB: true })),
		};
	};
}
