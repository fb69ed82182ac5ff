import { relativeDistance } from "../../diagnostics/distance.ts";
import type { ProbedExperiment } from "../../experiments/probing/probe-experiment.ts";
import type { PartialMoments } from "../../probes/probed-moments.ts";
import { cividis, colorLegend, heatMap } from "../heat-map.ts";
import type { Panel } from "../panel.ts";
import type { FigureDocument } from "../svg-node.ts";
import { extent } from "../value-range.ts";
import type { FeaturesFigureData } from "./figure-input.ts";

/** More layers than this would make a page too long: the output and the last ones before it are shown. */
const LAYERS = 3;

interface Map {
	readonly label: string;
	readonly values: Float64Array;
}

/**
 * For each layer its sampled kernel, and what was added to that of the prior: in the sampled network, and by the theory that is
 * closest to it. Without samples the prior's kernel, and what the theory that changes it most adds.
 */
export function kernelRows(document: FigureDocument, data: FeaturesFigureData): Panel[][] {
	const { probed, order, axisLabel } = data;
	const palette = cividis();
	const layers = probed.moments.prior.moments.kernels.map(({ layer }) => layer).slice(-LAYERS);
	return layers.flatMap((layer) => {
		const { kernel, changes } = kernelsOf(probed, layer);
		const common = { size: order.length, order, axisLabel };
		const range = extent(kernel.values);
		const change = symmetric(changes.flatMap(({ values }) => Array.from(values)));
		return [
			[
				heatMap(document, { ...common, ...kernel }, range, palette),
				...changes.map((one) => heatMap(document, { ...common, ...one }, change, palette)),
			],
			[
				colorLegend(document, range, palette, "kernel", 1),
				...(changes.length > 0 ? [colorLegend(document, change, palette, "change from the prior", 2)] : []),
			],
		];
	});
}

function kernelsOf(
	{ moments, theories, sampled }: ProbedExperiment,
	layer: string,
): { readonly kernel: Map; readonly changes: readonly Map[] } {
	const kernelOf = ({ moments: { kernels } }: PartialMoments) =>
		kernels.find((one) => one.layer === layer)?.kernel;
	const prior = kernelOf(moments.prior)!;
	const seen = moments.sampled && kernelOf(moments.sampled);
	const [closest] = theories
		.flatMap(({ id }, t) => {
			const kernel = kernelOf(moments.theories[t]!);
			return kernel ? [{ id, kernel, distance: relativeDistance(kernel, seen ?? prior) ?? 0 }] : [];
		})
		.sort((a, b) => (seen ? a.distance - b.distance : b.distance - a.distance));
	const change = (label: string, { data }: { readonly data: Float64Array }) => ({
		label,
		values: data.map((x, k) => x - prior.data[k]!),
	});
	return {
		kernel: seen
			? { label: `${layer}: sampled kernel (${sampled!.sampler})`, values: seen.data }
			: { label: `${layer}: kernel of the prior`, values: prior.data },
		changes: [
			...(seen ? [change(`${layer}: sampled − prior`, seen)] : []),
			...(closest ? [change(`${layer}: ${closest.id} − prior`, closest.kernel)] : []),
		],
	};
}

/** No change has the color in the middle. */
function symmetric(values: readonly number[]) {
	const largest = values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
	return largest > 0 ? { low: -largest, high: largest } : { low: -1, high: 1 };
}
