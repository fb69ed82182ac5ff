import type { Engine } from "@finitude/engine";
import { dualOf } from "../../kernels/dual-of.ts";
import { type KernelBlocks, packBlocks } from "../../kernels/kernel-blocks.ts";
import type { KernelMap } from "./layers.ts";

/**
 * J M: how the covariance above a layer answers to a change M of the one below,
 *
 *     (J M)_ab = g [ <phi'_a phi'_b> M_ab + d<phi_a phi_b>/dC_aa M_aa + d<phi_a phi_b>/dC_bb M_bb ],
 *     (J M)_aa = g d<phi_a^2>/dC_aa M_aa,
 *
 * averages over N(0, C); equation (9) of docs/theories/map-kernels.md. Fischer et al. 2024, arXiv 2405.10761.
 *
 * @param covariance C of the pre-activations; blocks that `change` lacks are not read
 * @param change M, symmetric, over the same points
 */
export function forwardResponse(
	engine: Engine,
	{ activation, prefactor }: Pick<KernelMap, "activation" | "prefactor">,
	covariance: KernelBlocks,
	change: KernelBlocks,
): KernelBlocks {
	const { pairs, variances, unpack } = packBlocks(likeBlocks(covariance, change));
	const gradient = dualOf(activation).gradient(engine, pairs);
	const changes = packBlocks(change).pairs.covariances;
	return unpack(
		changes.map((own, k) => {
			const [aa, bb] = [variances[pairs.first[k]!]!, variances[pairs.second[k]!]!];
			const slope =
				gradient[3 * k]! * changes[aa]! + gradient[3 * k + 1]! * changes[bb]! + gradient[3 * k + 2]! * own;
			return prefactor * slope;
		}),
	);
}

/** The blocks that `like` has. */
function likeBlocks({ train, test }: KernelBlocks, like: KernelBlocks): KernelBlocks {
	if (!test || !like.test) return { train };
	const { cross, diagonal, covariance } = test;
	return { train, test: { cross, diagonal, ...(like.test.covariance && { covariance: covariance! }) } };
}
