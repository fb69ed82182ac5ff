/**
 * Kernel-target alignment.
 *
 * 1. Quantity: how much of a layer's kernel K lies along the kernel Y Y^T of the targets, as the cosine of the angle between them; with the
 *    means of the rows taken off both, a constant in the kernel or in the targets does not count (docs/probes/alignment.md).
 * 2. Range: -1 to 1; at least 0 for kernels that are positive semi-definite, as every covariance is.
 * 3. Cost: P^2 D a layer.
 */
import { dot, multiply } from "@finitude/engine";
import { kernelAlignment } from "./kernel-alignment.ts";
import type { MomentProbe, ProbeReading } from "./probe.ts";

export const alignment: MomentProbe = {
	id: "alignment",
	title: "Kernel-target alignment",
	aliases: ["kta", "kernel-target-alignment"],
	summary: "The cosine of the angle between a layer's kernel and that of the targets, plain and centered.",
	references: [
		{
			key: "cortes2012alignment",
			authors: ["Cortes, Corinna", "Mohri, Mehryar", "Rostamizadeh, Afshin"],
			title: "Algorithms for learning kernels based on centered alignment",
			year: 2012,
			journal: "Journal of Machine Learning Research",
			arxiv: "1203.0550",
		},
	],
	needs: "kernel",
	of: "moments",
	quantities: [
		{ id: "alignment", symbol: "A", title: "kernel-target alignment", range: [-1, 1] },
		{ id: "centeredAlignment", symbol: "A_c", title: "centered kernel-target alignment", range: [-1, 1] },
	],
	applies: () => true,
	evaluate(engine, { kernels }, { problem: { trainTargets } }) {
		const Y = multiply(engine, trainTargets, trainTargets, { transposeB: true }).data;
		return kernels.flatMap(({ layer, kernel }): ProbeReading[] => {
			const K = kernel.data;
			const norm = Math.sqrt(dot(K, K) * dot(Y, Y));
			const centered = kernelAlignment(engine, kernel, trainTargets);
			return [
				norm > 0
					? { quantity: "alignment", layer, values: [dot(K, Y) / norm] }
					: { quantity: "alignment", layer, reason: "the kernel or all targets are zero" },
				centered
					? { quantity: "centeredAlignment", layer, values: [centered.value] }
					: { quantity: "centeredAlignment", layer, reason: "the kernel or the targets are constant" },
			];
		});
	},
};
