import { checkKernelsData } from "./check.ts";
import { composeFigure } from "./compose.ts";
import type { KernelsFigureData } from "./figure-data.ts";
import { cividis, colorLegend, HEAT_MAP_SIDE, heatMap } from "./heat-map.ts";
import type { Panel } from "./panel.ts";
import type { FigureDocument } from "./svg-node.ts";
import { extent } from "./value-range.ts";

/** Kernels per row of the figure. */
const COLUMNS = 3;

/**
 * Kernels side by side (prior, theory, sampled) on one color scale with its legend.
 *
 * @param document a browser's document, or one made by a DOM library; only `createElementNS` is used
 * @returns a standalone SVG document
 * @throws InputError when a kernel is not P x P and finite, or the order is not a permutation
 */
export function kernelsFigure(data: KernelsFigureData, document: FigureDocument): string {
	checkKernelsData(data);
	const range = extent(data.panels.flatMap((panel) => Array.from(panel.kernel)));
	const palette = cividis();
	const maps = data.panels.map(({ label, kernel }) =>
		heatMap(document, { ...data, label, values: kernel }, range, palette),
	);
	const rows: Panel[][] = [];
	for (let i = 0; i < maps.length; i += COLUMNS) rows.push(maps.slice(i, i + COLUMNS));
	rows.push([colorLegend(document, range, palette, "kernel entry K(x, x′), one color scale for all panels")]);
	const width = 40 + HEAT_MAP_SIDE * Math.max(2, Math.min(COLUMNS, maps.length));
	return composeFigure({ width, title: data.title, subtitle: data.subtitle, legend: [], rows });
}
