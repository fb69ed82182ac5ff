import { composeFigure, type LegendEntry } from "./compose.ts";
import type { FeaturesFigureData } from "./features/figure-input.ts";
import { kernelRows } from "./features/kernel-rows.ts";
import { layersPanel } from "./features/layers-panel.ts";
import { listPanel } from "./features/list-panel.ts";
import { PRIOR, quantityRows, relativeToPrior } from "./features/rows.ts";
import { lineKey, seriesKey } from "./legend-key.ts";
import { INK, seriesStyle } from "./marks.ts";
import type { Panel } from "./panel.ts";
import { sampledKey } from "./sampled-marks.ts";
import type { FigureDocument } from "./svg-node.ts";

const WIDTH = 1000;

/**
 * What was learned: every probe layer by layer, spectra, and kernels with the points in the order of their targets. The prior is
 * dotted, theories are symbols and lines, the sampled network points with error bars. Undefined where nothing has a number.
 *
 * @param document a browser's document, or one made by a DOM library; only `createElementNS` is used
 * @returns a standalone SVG document
 */
export function featuresFigure(data: FeaturesFigureData, document: FigureDocument): string | undefined {
	const all = quantityRows(data);
	const lists = all
		// Their sums, the next quantity of the same probe, say it better.
		.filter(({ quantity }) => quantity.index !== undefined && quantity.id !== "overlaps")
		.flatMap((one) => [one, relativeToPrior(one)].filter((some) => some !== undefined));
	const numbers = all.filter(({ quantity }) => quantity.index === undefined);
	const rows = [
		...inRows(
			numbers.map((one) => (width: number) => layersPanel(document, one, width)),
			3,
		),
		...inRows(
			layersOf(lists.flatMap(({ rows: every }) => every)).flatMap((layer) =>
				lists.flatMap((one) =>
					one.rows
						.filter((row) => row.layer === layer)
						.map((row) => (width: number) => listPanel(document, one, row, width)),
				),
			),
			3,
		),
		...kernelRows(document, data),
	];
	if (rows.length === 0) return undefined;
	const { title, subtitle } = data;
	return composeFigure({ width: WIDTH, title, subtitle, legend: legend(document, data), rows });
}

function layersOf(rows: readonly { readonly layer: string }[]): string[] {
	return [...new Set(rows.map(({ layer }) => layer))];
}

/** Panels side by side, `columns` of one width; those without anything to show are left out. */
function inRows(panels: readonly ((width: number) => Panel | undefined)[], columns: number): Panel[][] {
	const drawn = panels.map((draw) => draw(WIDTH / columns)).filter((panel) => panel !== undefined);
	return Array.from({ length: Math.ceil(drawn.length / columns) }, (_, i) =>
		drawn.slice(i * columns, (i + 1) * columns),
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
