import { composeFigure, type LegendEntry } from "./compose.ts";
import type { FeaturesFigureData } from "./features/figure-input.ts";
import { kernelRows } from "./features/kernel-rows.ts";
import { layersPanel } from "./features/layers-panel.ts";
import { listPanel } from "./features/list-panel.ts";
import { isList, PRIOR, type QuantityRows, quantityRows, relativeToPrior } from "./features/rows.ts";
import { lineKey, seriesKey } from "./legend-key.ts";
import { INK, seriesStyle } from "./marks.ts";
import type { Panel } from "./panel.ts";
import { sampledKey } from "./sampled-marks.ts";
import type { FigureDocument } from "./svg-node.ts";

const WIDTH = 1000;
const COLUMNS = 3;
const PANEL = WIDTH / COLUMNS;

/**
 * What was learned: every probe layer by layer, spectra, and kernels with the points in the order of their targets. The prior is
 * dotted, theories are symbols and lines, the sampled network points with error bars. Undefined where nothing has a number.
 *
 * @param document a browser's document, or one made by a DOM library; only `createElementNS` is used
 * @returns a standalone SVG document
 */
export function featuresFigure(data: FeaturesFigureData, document: FigureDocument): string | undefined {
	const all = quantityRows(data);
	const rows = [
		...probeRows(
			document,
			all.filter(({ ofKernels }) => ofKernels),
		),
		...kernelRows(document, data),
		...probeRows(
			document,
			all.filter(({ ofKernels }) => !ofKernels),
		),
	];
	if (rows.length === 0) return undefined;
	const { title, subtitle } = data;
	return composeFigure({ width: WIDTH, title, subtitle, legend: legend(document, data), rows });
}

/** First the numbers of all layers, then the lists, probe by probe and layer by layer. */
function probeRows(document: FigureDocument, all: readonly QuantityRows[]): Panel[][] {
	const lists = all
		.filter(isList)
		// Their sums, the next quantity of the same probe, say it better.
		.filter(({ quantity }) => quantity.id !== "overlaps")
		.flatMap((one) => [one, relativeToPrior(one)].filter((some) => some !== undefined));
	const groups = lists.flatMap(({ probe, rows }) => rows.map(({ layer }) => JSON.stringify([probe, layer])));
	return [
		...inRows(all.filter((one) => !isList(one)).map((one) => layersPanel(document, one, PANEL))),
		...[...new Set(groups)].flatMap((group) =>
			inRows(
				lists.flatMap((one) =>
					one.rows
						.filter(({ layer }) => JSON.stringify([one.probe, layer]) === group)
						.map((row) => listPanel(document, one, row, PANEL)),
				),
			),
		),
	];
}

/** Panels side by side; those without anything to show are left out. */
function inRows(panels: readonly (Panel | undefined)[]): Panel[][] {
	const drawn = panels.filter((panel) => panel !== undefined);
	return Array.from({ length: Math.ceil(drawn.length / COLUMNS) }, (_, i) =>
		drawn.slice(i * COLUMNS, (i + 1) * COLUMNS),
	);
}

function legend(document: FigureDocument, { probed }: FeaturesFigureData): LegendEntry[] {
	const { sampled, theories } = probed;
	return [
		{ key: lineKey(document, PRIOR), label: "prior" },
		...(sampled
			? [
					{
						key: sampledKey(document, sampled.converged ? INK : "white"),
						label: `sampled network (${sampled.sampler}), ${sampled.converged ? "±1 MCSE" : "chains not converged"}`,
					},
				]
			: []),
		...theories.map(({ id, converged }, i) => ({
			key: seriesKey(document, seriesStyle(i)),
			label: converged ? id : `${id} (not converged)`,
		})),
	];
}
