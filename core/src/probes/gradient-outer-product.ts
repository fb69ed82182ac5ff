/**
 * Average gradient outer product.
 *
 * 1. Quantity: G = (1/P) sum_a sum_k grad f_k(x_a) grad f_k(x_a)^T of one network, the gradients by what a layer reads: its spectrum, its share
 *    along the teacher's direction, and the cosine with W^T W of the layer (docs/probes/gradient-outer-product.md).
 * 2. Range: eigenvalues at least 0; participation ratio 1 to the smallest of both widths and D P; shares and cosine 0 to 1.
 * 3. Eigenvalues beyond the first min(N_{l-1}, N_l, D P) are 0 for every network and left out.
 * 4. Cost a network: N_l N_{l-1} D P, and the cube of the smaller of N_{l-1} and D P, for each layer.
 */
import { matrix } from "@finitude/engine";
import { layerWidth } from "../network/network.ts";
import { denseOnly } from "./dense-only.ts";
import { createLayerGradients } from "./gradient-outer-product/layer-gradients.ts";
import { ansatzCosine, directedOuterProduct, outerProduct } from "./gradient-outer-product/outer-product.ts";
import { type DrawProbe, layerLabel, type ProbeReading } from "./probe.ts";

export const gradientOuterProduct: DrawProbe = {
	id: "gradient-outer-product",
	title: "Average gradient outer product",
	aliases: ["agop", "neural-feature-ansatz"],
	summary:
		"Along which directions of a layer's inputs the output changes, and whether the layer's weights look along them.",
	references: [
		{
			key: "radhakrishnan2022mechanism",
			authors: ["Radhakrishnan, Adityanarayanan", "Beaglehole, Daniel", "Pandit, Parthe", "Belkin, Mikhail"],
			title:
				"Mechanism of feature learning in deep fully connected networks and kernel machines that recursively learn features",
			year: 2022,
			arxiv: "2212.13881",
		},
	],
	needs: "gradients",
	of: "draws",
	quantities: [
		{
			id: "eigenvalues",
			symbol: "g_k",
			title: "eigenvalue of the gradient outer product",
			range: [0, undefined],
			index: "eigenvalue, largest first",
			axis: "log",
		},
		{ id: "topEigenvalue", symbol: "g_1", title: "largest eigenvalue", range: [0, undefined] },
		{ id: "trace", symbol: "tr G", title: "mean squared gradient", range: [0, undefined] },
		{ id: "participationRatio", symbol: "PR", title: "participation ratio", range: [1, undefined] },
		{ id: "featureAnsatz", symbol: "cos(W^T W, G)", title: "neural feature ansatz", range: [0, 1] },
		{
			id: "topOverlap",
			symbol: "(v_1.w)^2",
			title: "overlap of the top eigenvector with the teacher",
			range: [0, 1],
		},
		{
			id: "teacherShare",
			symbol: "w^T G w/tr G",
			title: "share of the squared gradient along the teacher",
			range: [0, 1],
		},
	],
	applies: denseOnly,
	prepare(engine, { problem, teacherDirection }) {
		const gradients = createLayerGradients(engine, problem);
		const widths = problem.network.layers.map(layerWidth);
		const P = problem.trainInputs.rows;
		return (network) =>
			gradients(network).flatMap((B, l): ProbeReading[] => {
				const layer = layerLabel(l);
				const W = matrix(widths[l]!, B.rows, network.weights(`weights_${l + 1}`)!);
				const directed =
					l === 0 && teacherDirection ? directedOuterProduct(engine, B, P, teacherDirection) : undefined;
				const { eigenvalues, trace, norm } = directed ?? outerProduct(engine, B, P);
				const ofGradients = (
					quantity: string,
					value: () => number | undefined,
					otherwise = "",
				): ProbeReading => {
					if (trace === 0) return { quantity, layer, reason: "the output does not depend on the inputs" };
					const given = value();
					return given === undefined
						? { quantity, layer, reason: otherwise }
						: { quantity, layer, values: [given] };
				};
				const noTeacher = "no direction of a teacher is known";
				return [
					{ quantity: "eigenvalues", layer, values: eigenvalues.subarray(0, widths[l]) },
					{ quantity: "topEigenvalue", layer, values: [eigenvalues[0]!] },
					{ quantity: "trace", layer, values: [trace] },
					ofGradients("participationRatio", () => (trace / norm) ** 2),
					ofGradients("featureAnsatz", () => ansatzCosine(engine, W, B, P, norm)),
					...(l > 0
						? []
						: [
								ofGradients(
									"topOverlap",
									() => directed?.overlap,
									directed ? "the two largest eigenvalues are equal" : noTeacher,
								),
								ofGradients("teacherShare", () => directed && directed.along / trace, noTeacher),
							]),
				];
			});
	},
};
