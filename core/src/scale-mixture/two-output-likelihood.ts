import type { ScalarFunctions } from "../samplers/scalar-functions.ts";
import type { Modes } from "../theories/kernel-rescaling/modes.ts";
import { logProduct } from "./scale-likelihood.ts";
import type { ScaleFactorLikelihood } from "./wishart-posterior.ts";

/**
 * Two outputs with covariance Q (x) K over outputs and points, Q = F F^T: log p(Y | Q) without the constants P log 2 pi and the
 * shift of the modes. In the eigenbasis of K the modes are independent pairs with covariance B_k = noise_k I + signal_k Q:
 * -(1/2) sum_k [log det B_k + yt_k^T B_k^-1 yt_k], with determinant and adjugate as sums of positive terms,
 *
 *     det B = n^2 + n l tr Q + l^2 det Q,   adj B = n I + l adj Q,   yt^T adj(Q) yt = (F_21 yt_1 - F_11 yt_2)^2 + (F_22 yt_1)^2.
 *
 * @param targets the two columns of Y in the coordinates of the modes
 */
export function twoOutputLikelihood(
	{ log }: ScalarFunctions,
	{ signal, noise }: Modes,
	targets: readonly [Float64Array, Float64Array],
): ScaleFactorLikelihood {
	const [y, z] = targets;
	return ({ first, lower, second }) => {
		const trace = first ** 2 + lower ** 2 + second ** 2;
		const determinant = (first * second) ** 2;
		const logs = logProduct(log);
		let fit = 0;
		for (let k = 0; k < signal.length; k++) {
			const [l, n] = [signal[k]!, noise[k]!];
			const det = n * n + n * l * trace + l * l * determinant;
			const adjugate = (lower * y[k]! - first * z[k]!) ** 2 + (second * y[k]!) ** 2;
			logs.multiply(det);
			fit += (n * (y[k]! ** 2 + z[k]! ** 2) + l * adjugate) / det;
		}
		return -(logs.value() + fit) / 2;
	};
}
