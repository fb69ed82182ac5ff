/**
 * Kernel spectrum and kernel-task alignment.
 *
 * 1. Quantity: the eigenvalues of a layer's kernel, which share of the targets lies along each eigenvector, and the share along the first k of them
 *    (docs/probes/spectrum.md).
 * 2. Range: overlaps 0 to 1, together 1; the cumulative overlap grows to 1.
 * 3. Within an eigenspace of several dimensions only the overlap of the whole is defined: it is spread over its positions in equal parts.
 * 4. Cost: P^3 a layer, with eigenvectors.
 */
import { dot } from "@finitude/engine";
import { type TargetSpectrum, targetSpectrum } from "./kernel-spectrum.ts";
import type { MomentProbe, ProbeReading } from "./probe.ts";

const INDEX = "eigenvalue, largest first";

export const spectrum: MomentProbe = {
	id: "spectrum",
	title: "Kernel spectrum and target overlaps",
	aliases: ["kernel-spectrum", "kernel-task-alignment", "eigenvalues"],
	summary: "The eigenvalues of a layer's kernel, and which share of the targets lies along each eigenvector.",
	references: [
		{
			key: "canatar2021spectral",
			authors: ["Canatar, Abdulkadir", "Bordelon, Blake", "Pehlevan, Cengiz"],
			title:
				"Spectral bias and task-model alignment explain generalization in kernel regression and infinitely wide neural networks",
			year: 2021,
			journal: "Nature Communications",
			doi: "10.1038/s41467-021-23103-1",
			arxiv: "2006.13198",
		},
	],
	needs: "kernel",
	of: "moments",
	quantities: [
		{ id: "eigenvalues", symbol: "lambda_k", title: "eigenvalue of the kernel", index: INDEX, axis: "log" },
		{
			id: "overlaps",
			symbol: "|v_k^T Y|^2/|Y|^2",
			title: "share of the targets along an eigenvector",
			range: [0, 1],
			index: INDEX,
		},
		{
			id: "cumulativeOverlap",
			symbol: "C(k)",
			title: "share of the targets along the first k eigenvectors",
			range: [0, 1],
			index: INDEX,
		},
	],
	applies: () => true,
	evaluate(engine, { kernels }, { problem: { trainTargets } }) {
		const norm = dot(trainTargets.data, trainTargets.data);
		return kernels.flatMap(({ layer, kernel }): ProbeReading[] => {
			const found = targetSpectrum(engine, kernel, trainTargets);
			const eigenvalues = { quantity: "eigenvalues", layer, values: found.eigenvalues };
			if (norm === 0) {
				const reason = "all targets are zero";
				return [
					eigenvalues,
					{ quantity: "overlaps", layer, reason },
					{ quantity: "cumulativeOverlap", layer, reason },
				];
			}
			const overlaps = sharedInEigenspaces(found).map((square) => square / norm);
			return [
				eigenvalues,
				{ quantity: "overlaps", layer, values: overlaps },
				{ quantity: "cumulativeOverlap", layer, values: cumulative(overlaps) },
			];
		});
	},
};

function cumulative(values: Float64Array): Float64Array {
	const sums = values.slice();
	for (let k = 1; k < sums.length; k++) sums[k]! += sums[k - 1]!;
	return sums;
}

/** The squared projections, each replaced by the mean over its eigenspace: neighbors that are equal to rounding are one. */
function sharedInEigenspaces({ eigenvalues, resolution, squaredProjections }: TargetSpectrum): Float64Array {
	const shared = squaredProjections.slice();
	const P = shared.length;
	for (let start = 0, end = 1; start < P; start = end, end++) {
		while (end < P && eigenvalues[end - 1]! - eigenvalues[end]! <= resolution) end++;
		const total = squaredProjections.subarray(start, end).reduce((sum, square) => sum + square, 0);
		shared.fill(total / (end - start), start, end);
	}
	return shared;
}
