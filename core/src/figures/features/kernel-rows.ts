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

/** For each layer its kernel in the prior, by the theory that is closest to the sampled network, and in that network. */
export function kernelRows(document: FigureDocument, data: FeaturesFigureData): Panel[][] {
	const { probed, order, axisLabel } = data;
	const palette = cividis();
	const layers = probed.moments.prior.moments.kernels.map(({ layer }) => layer).slice(-LAYERS);
	return layers.flatMap((layer) => {
		const maps = kernelsOf(probed, layer);
		const range = extent(maps.flatMap(({ values }) => Array.from(values)));
		const note =
			layer === "output" ? "entry of the output kernel" : `entry of the pre-activation kernel of ${layer}`;
		return [
			maps.map(({ label, values }) =>
				heatMap(
					document,
					{ label: `${layer}, ${label}`, values, size: order.length, order, axisLabel },
					range,
					palette,
				),
			),
			[colorLegend(document, range, palette, `${note}: the panels above`)],
		];
	});
}

function kernelsOf(
	{ moments, theories, sampled }: ProbedExperiment,
	layer: string,
): { readonly label: string; readonly values: Float64Array }[] {
	const kernelOf = ({ moments: { kernels } }: PartialMoments) =>
		kernels.find((one) => one.layer === layer)?.kernel;
	const prior = kernelOf(moments.prior)!;
	const seen = moments.sampled && kernelOf(moments.sampled);
	const reference = seen ?? prior;
	const [closest] = theories
		.flatMap(({ id }, t) => {
			const kernel = kernelOf(moments.theories[t]!);
			return kernel ? [{ id, kernel, distance: relativeDistance(kernel, reference) ?? 0 }] : [];
		})
		.sort((a, b) => (seen ? a.distance - b.distance : b.distance - a.distance));
	return [
		{ label: "prior", values: prior.data },
		...(closest ? [{ label: closest.id, values: closest.kernel.data }] : []),
		...(seen ? [{ label: `sampled (${sampled!.sampler})`, values: seen.data }] : []),
	];
}
