import { type Engine, type Matrix, matrix } from "@finitude/engine";
import { dualOf } from "../../kernels/dual-of.ts";
import { packBlocks } from "../../kernels/kernel-blocks.ts";
import type { KernelMap } from "./layers.ts";

/**
 * J^T Ct: the conjugate kernel below a layer from the one above it,
 *
 *     Ct'_ab = g Ct_ab <phi'_a phi'_b>   (a != b),
 *     Ct'_aa = g [ Ct_aa d<phi_a^2>/dC_aa + 2 sum_{b != a} Ct_ab d<phi_a phi_b>/dC_aa ],
 *
 * averages over N(0, C); equation (8) of docs/theories/map-kernels.md. It is the transpose of `forwardResponse`:
 * sum_ab Ct_ab (J M)_ab = sum_ab (J^T Ct)_ab M_ab. Fischer et al. 2024, arXiv 2405.10761.
 *
 * @param covariance C of the pre-activations, P x P
 * @param conjugate Ct, P x P, symmetric
 */
export function backwardResponse(
	engine: Engine,
	{ activation, prefactor }: Pick<KernelMap, "activation" | "prefactor">,
	covariance: Matrix,
	conjugate: Matrix,
): Matrix {
	const P = covariance.rows;
	const { pairs } = packBlocks({ train: covariance });
	const gradient = dualOf(activation).gradient(engine, pairs);
	const result = matrix(P, P);
	pairs.covariances.forEach((_, k) => {
		const [a, b] = [pairs.first[k]!, pairs.second[k]!];
		const force = prefactor * conjugate.data[a * P + b]!;
		const [byFirst, bySecond, byBoth] = gradient.subarray(3 * k, 3 * k + 3) as unknown as [
			number,
			number,
			number,
		];
		if (a === b) {
			result.data[a * P + a]! += force * (byFirst + bySecond + byBoth);
			return;
		}
		result.data[a * P + b] = force * byBoth;
		result.data[b * P + a] = force * byBoth;
		result.data[a * P + a]! += 2 * force * byFirst;
		result.data[b * P + b]! += 2 * force * bySecond;
	});
	return result;
}
