import type { ResidualLayer } from "../network/network.ts";
import { combineBlocks, type KernelBlocks } from "./kernel-blocks.ts";

/**
 * C + rho^2 (s^2 G + s_b^2), the covariance of h + rho (W phi(h) + b) in the limit of infinite width: W and b are independent
 * of h, and phi(h) of one unit says nothing of the branch's output there.
 *
 * @param covariance C, of h
 * @param kernel G = E[phi(h) phi(h)^T]
 */
export function residualCovariance(
	covariance: KernelBlocks,
	kernel: KernelBlocks,
	{
		residualScale,
		weightVariance,
		biasVariance,
	}: Pick<ResidualLayer, "residualScale" | "weightVariance" | "biasVariance">,
): KernelBlocks {
	const square = residualScale * residualScale;
	const branch = combineBlocks([kernel], square * weightVariance, square * biasVariance);
	return combineBlocks([covariance, branch], 1, 0);
}
