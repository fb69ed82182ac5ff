import type { Engine, Matrix } from "@finitude/engine";
import { combineBlocks, type KernelBlocks } from "../../kernels/kernel-blocks.ts";
import { forwardResponse } from "./forward-response.ts";
import type { ContractKernelCovariance } from "./layer-averages.ts";
import type { KernelMap } from "./layers.ts";

/**
 * dC^(1), ..., dC^(L) = dK to strict first order in 1/N, everything at the infinite-width kernels:
 *
 *     dC^(l) = J_l dC^(l-1) + (g_l^2 / N_l) sum_cd Ct^(l)_cd Cov(phi phi, phi_c phi_d),   dC^(0) = 0,
 *
 * equation (9) of docs/theories/map-kernels.md; the same as Cov_prior(C^(l), C^(L)) : Ct^(L). Fischer et al. 2024, arXiv
 * 2405.10761; Yaida 2020, arXiv 1910.00019.
 *
 * @param covariances C^(0), ..., C^(L-1) at infinite width
 * @param conjugates Ct^(1), ..., Ct^(L)
 */
export function firstOrderChanges(
	engine: Engine,
	layers: readonly KernelMap[],
	covariances: readonly KernelBlocks[],
	conjugates: readonly Matrix[],
	contract: ContractKernelCovariance,
): KernelBlocks[] {
	const changes: KernelBlocks[] = [];
	layers.forEach((layer, l) => {
		const own = combineBlocks(
			[contract(l, covariances[l]!, conjugates[l]!)],
			layer.prefactor ** 2 / layer.width,
			0,
		);
		const below = changes[l - 1];
		changes.push(
			below ? combineBlocks([own, forwardResponse(engine, layer, covariances[l]!, below)], 1, 0) : own,
		);
	});
	return changes;
}
