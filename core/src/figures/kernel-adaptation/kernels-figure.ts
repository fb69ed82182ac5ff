import type { AdaptationAnswer } from "../../analyses/kernel-adaptation/results.ts";
import { composeFigure } from "../compose.ts";
import { cividis, colorLegend, HEAT_MAP_SIDE, heatMap } from "../heat-map.ts";
import type { FigureDocument } from "../svg-node.ts";
import { extent } from "../value-range.ts";
import { adaptationSubtitle } from "./subtitle.ts";

/**
 * Every kernel of the network at one width as heat maps, a row for each: the prior, a theory's and the sampled one on one color
 * scale. Rows and columns are the training points, sorted by target: kernels that have adapted show blocks. Undefined where no
 * kernels were kept.
 *
 * @param document a browser's document, or one made by a DOM library; only `createElementNS` is used
 */
export function adaptedKernelsFigure(
	title: string,
	{ options, results }: AdaptationAnswer,
	document: FigureDocument,
): string | undefined {
	const { kernels: shown } = results;
	if (shown === undefined) return undefined;
	const palette = cividis();
	const rows = shown.kernels.flatMap(({ layer, ...versions }) => {
		const name = layer === "output" ? "output" : `layer ${layer}`;
		const what =
			layer === "output" ? "output kernel K" : `covariance of the pre-activations of layer ${layer}`;
		const maps = [
			{ label: "prior", values: versions.prior },
			{ label: shown.theory ?? "", values: versions.adapted },
			{ label: `sampled (${shown.sampler})`, values: versions.sampled },
		].flatMap(({ label, values }) =>
			values === undefined ? [] : [{ label: `${name}, ${label}`, values: values.flat() }],
		);
		const range = extent(maps.flatMap(({ values }) => values));
		const size = shown.order.length;
		return [
			maps.map(({ label, values }) =>
				heatMap(
					document,
					{ label, values, size, order: shown.order, axisLabel: "training point, sorted by target" },
					range,
					palette,
				),
			),
			[colorLegend(document, range, palette, `${what}: the panels above`)],
		];
	});
	return composeFigure({
		width: 40 + HEAT_MAP_SIDE * Math.max(2, rows[0]!.length),
		title,
		subtitle: `kernels at N = ${shown.width}; ${adaptationSubtitle(options, results, shown.width)}`,
		legend: [],
		rows,
	});
}
