/**
 * Centered kernel alignment (CKA).
 *
 * 1. Quantity: how alike two kernels are, as the cosine of the angle between them once the means of the rows are taken off: each layer's kernel
 *    with that of the prior, and those of any two layers with each other (docs/probes/cka.md).
 * 2. Range: 0 to 1; down to -1 where an approximation makes a kernel indefinite.
 * 3. Estimator: HSIC with the centered Gram matrices (the biased one), at the P training points.
 * 4. Cost: P^2 a pair of layers.
 */
import type { Matrix } from "@finitude/engine";
import { centeredAlignment } from "./kernel-alignment.ts";
import type { MomentProbe, ProbePlace, ProbeReading } from "./probe.ts";

export const cka: MomentProbe = {
	id: "cka",
	title: "Centered kernel alignment",
	aliases: ["centered-kernel-alignment", "kernel-similarity"],
	summary: "How alike the kernels of a layer and its prior are, and those of any two layers.",
	references: [
		{
			key: "kornblith2019similarity",
			authors: ["Kornblith, Simon", "Norouzi, Mohammad", "Lee, Honglak", "Hinton, Geoffrey"],
			title: "Similarity of neural network representations revisited",
			year: 2019,
			journal: "International Conference on Machine Learning",
			arxiv: "1905.00414",
		},
	],
	needs: "kernel",
	of: "moments",
	quantities: [
		{ id: "priorCka", symbol: "CKA_0", title: "CKA with the prior", range: [-1, 1] },
		{ id: "layerCka", symbol: "CKA", title: "CKA of two layers", range: [-1, 1] },
	],
	applies: () => true,
	evaluate(_, { kernels }, { prior }) {
		const before = new Map(prior.kernels.map(({ layer, kernel }) => [layer, kernel]));
		return [
			...kernels.map(({ layer, kernel }) =>
				reading({ quantity: "priorCka", layer }, kernel, before.get(layer)),
			),
			...kernels.flatMap((one, k) =>
				kernels
					.slice(k + 1)
					.map((two) =>
						reading({ quantity: "layerCka", layer: `${one.layer}, ${two.layer}` }, one.kernel, two.kernel),
					),
			),
		];
	},
};

function reading(place: ProbePlace, kernel: Matrix, other: Matrix | undefined): ProbeReading {
	if (other === undefined) return { ...place, reason: "the prior's kernel of this layer is not known" };
	const alignment = centeredAlignment(kernel, other);
	return alignment
		? { ...place, values: [alignment.value] }
		: { ...place, reason: "one of the kernels is constant: centering leaves nothing of it" };
}
