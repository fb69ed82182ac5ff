import * as Plot from "@observablehq/plot";
import { checkKernelsData } from "./check.ts";
import { composeFigure } from "./compose.ts";
import type { KernelsFigureData } from "./figure-data.ts";
import { axisLabel, drawPanel, type Panel, rangeAxis } from "./panel.ts";
import { pixelImage } from "./pixel-image.ts";
import type { FigureDocument } from "./svg-node.ts";
import { countTicks } from "./ticks.ts";
import { extent, type ValueRange } from "./value-range.ts";

/** Kernels per row of the figure. */
const COLUMNS = 3;
const SIDE = 320;
const LEGEND_HEIGHT = 44;

/** Pixels along a side of an image: each entry is repeated, because viewers differ in how they enlarge a small image. */
const IMAGE_SIDE = 520;

/**
 * 256 colors, 3 bytes each: cividis of Nunez, Anderton and Renslow (2018), whose lightness rises evenly, so that it reads in grayscale
 * and without color vision.
 */
function cividis(): Uint8Array {
	const scale = Plot.scale({ color: { type: "linear", scheme: "cividis", domain: [0, 255] } });
	const colors = Array.from({ length: 256 }, (_, i) => String(scale.apply(i)).match(/\d+/g)!.map(Number));
	return Uint8Array.from(colors.flat());
}

function heatMap(
	document: FigureDocument,
	data: KernelsFigureData,
	panel: KernelsFigureData["panels"][number],
	range: ValueRange,
	palette: Uint8Array,
): Panel {
	const { size, order } = data;
	const repeat = Math.max(1, Math.ceil(IMAGE_SIDE / size));
	const pixels = repeat * size;
	const indices = new Uint8Array(pixels * pixels);
	for (let row = 0; row < pixels; row++) {
		const i = order?.[Math.floor(row / repeat)] ?? Math.floor(row / repeat);
		for (let column = 0; column < pixels; column++) {
			const j = order?.[Math.floor(column / repeat)] ?? Math.floor(column / repeat);
			const value = panel.kernel[i * size + j]!;
			indices[row * pixels + column] = Math.round((255 * (value - range.low)) / (range.high - range.low));
		}
	}
	const margins = { marginLeft: 46, marginRight: 14, marginTop: 4, marginBottom: 38 };
	const side = SIDE - margins.marginLeft - margins.marginRight;
	const domain = [0.5, size + 0.5];
	const ticks = countTicks(size, 6);
	return drawPanel(
		document,
		{ heading: panel.label },
		{
			width: SIDE,
			height: side + margins.marginTop + margins.marginBottom,
			...margins,
			x: { ...axisLabel(data.axisLabel), domain, ticks },
			y: { label: null, domain: [...domain].reverse(), ticks },
			marks: [
				Plot.image([0], {
					src: () => pixelImage(pixels, pixels, palette, indices),
					x: () => (size + 1) / 2,
					y: () => (size + 1) / 2,
					width: side,
					height: side,
					preserveAspectRatio: "none",
				}),
			],
		},
	);
}

function colorLegend(document: FigureDocument, range: ValueRange, palette: Uint8Array): Panel {
	const ramp = Uint8Array.from({ length: 256 }, (_, i) => i);
	const width = 2 * SIDE;
	const margins = { marginLeft: 46, marginRight: 30, marginTop: 2, marginBottom: 30 };
	return drawPanel(
		document,
		{ heading: "", note: "kernel entry K(x, x′), one color scale for all panels" },
		{
			width,
			height: LEGEND_HEIGHT,
			...margins,
			x: { ...rangeAxis("", range), label: null, grid: false, ticks: 8 },
			y: { axis: null, domain: [0, 1] },
			marks: [
				Plot.image([0], {
					src: () => pixelImage(256, 1, palette, ramp),
					x: () => (range.low + range.high) / 2,
					y: 0.5,
					width: width - margins.marginLeft - margins.marginRight,
					height: LEGEND_HEIGHT - margins.marginTop - margins.marginBottom,
					preserveAspectRatio: "none",
				}),
			],
		},
	);
}

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
	const maps = data.panels.map((panel) => heatMap(document, data, panel, range, palette));
	const rows: Panel[][] = [];
	for (let i = 0; i < maps.length; i += COLUMNS) rows.push(maps.slice(i, i + COLUMNS));
	rows.push([colorLegend(document, range, palette)]);
	const width = 40 + SIDE * Math.max(2, Math.min(COLUMNS, maps.length));
	return composeFigure({ width, title: data.title, subtitle: data.subtitle, legend: [], rows });
}
