import * as Plot from "@observablehq/plot";
import { axisLabel, drawPanel, type Panel, rangeAxis } from "./panel.ts";
import { pixelImage } from "./pixel-image.ts";
import type { FigureDocument } from "./svg-node.ts";
import { countTicks } from "./ticks.ts";
import type { ValueRange } from "./value-range.ts";

/** Width of a heat map with its axes. */
export const HEAT_MAP_SIDE = 320;
const LEGEND_HEIGHT = 44;

/** Pixels along a side of an image: each entry is repeated, because viewers differ in how they enlarge a small image. */
const IMAGE_SIDE = 520;

/**
 * 256 colors, 3 bytes each: cividis of Nunez, Anderton and Renslow (2018), whose lightness rises evenly, so that it reads in grayscale
 * and without color vision.
 */
export function cividis(): Uint8Array {
	const scale = Plot.scale({ color: { type: "linear", scheme: "cividis", domain: [0, 255] } });
	const colors = Array.from({ length: 256 }, (_, i) => String(scale.apply(i)).match(/\d+/g)!.map(Number));
	return Uint8Array.from(colors.flat());
}

/** A P x P matrix as an image. */
export interface HeatMap {
	readonly label: string;
	/** Row-major. */
	readonly values: ArrayLike<number>;
	readonly size: number;
	/** The point drawn in each row and column; points in their own order when left out. */
	readonly order?: ArrayLike<number> | undefined;
	/** What the order is. */
	readonly axisLabel: string;
}

/** @param range of the colors: the extent of all maps that share a legend */
export function heatMap(
	document: FigureDocument,
	{ label, values, size, order, axisLabel: name }: HeatMap,
	range: ValueRange,
	palette: Uint8Array,
): Panel {
	const repeat = Math.max(1, Math.ceil(IMAGE_SIDE / size));
	const pixels = repeat * size;
	const indices = new Uint8Array(pixels * pixels);
	for (let row = 0; row < pixels; row++) {
		const i = order?.[Math.floor(row / repeat)] ?? Math.floor(row / repeat);
		for (let column = 0; column < pixels; column++) {
			const j = order?.[Math.floor(column / repeat)] ?? Math.floor(column / repeat);
			const value = values[i * size + j]!;
			indices[row * pixels + column] = Math.round((255 * (value - range.low)) / (range.high - range.low));
		}
	}
	const margins = { marginLeft: 46, marginRight: 14, marginTop: 4, marginBottom: 38 };
	const side = HEAT_MAP_SIDE - margins.marginLeft - margins.marginRight;
	const domain = [0.5, size + 0.5];
	const ticks = countTicks(size, 6);
	return drawPanel(
		document,
		{ heading: label },
		{
			width: HEAT_MAP_SIDE,
			height: side + margins.marginTop + margins.marginBottom,
			...margins,
			x: { ...axisLabel(name), domain, ticks },
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

/** The colors of a range, with its numbers. @param note what they stand for, and for which maps @param maps wide */
export function colorLegend(
	document: FigureDocument,
	range: ValueRange,
	palette: Uint8Array,
	note: string,
	maps = 2,
): Panel {
	const ramp = Uint8Array.from({ length: 256 }, (_, i) => i);
	const width = maps * HEAT_MAP_SIDE;
	const margins = { marginLeft: 46, marginRight: 30, marginTop: 2, marginBottom: 30 };
	return drawPanel(
		document,
		{ heading: "", note },
		{
			width,
			height: LEGEND_HEIGHT,
			...margins,
			x: { ...rangeAxis("", range), label: null, grid: false, ticks: 4 * maps },
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
