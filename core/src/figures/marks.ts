/** How each series looks. Color, dash and symbol all differ, so that the figure reads in grayscale and without color vision. */

/** One theory's color, dash pattern and symbol. */
export interface SeriesStyle {
	readonly color: string;
	/** SVG stroke-dasharray. */
	readonly dash: string;
	/** A symbol name of Observable Plot. */
	readonly symbol: (typeof SYMBOLS)[number];
}

/** Okabe and Ito (2008), "Color universal design", without black (the sampled network) and yellow (too pale on white). */
const COLORS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];
const DASHES = ["6 3", "none", "2 2.5", "9 3 2 3", "12 4"];
const SYMBOLS = ["square", "triangle", "diamond", "circle", "star", "wye", "hexagon"] as const;

/** Style of the theory at `index`; the periods 6, 5 and 7 make the first 210 combinations distinct. */
export function seriesStyle(index: number): SeriesStyle {
	return {
		color: COLORS[index % COLORS.length]!,
		dash: DASHES[index % DASHES.length]!,
		symbol: SYMBOLS[index % SYMBOLS.length]!,
	};
}

export const FONT_FAMILY = "DejaVu Sans, Verdana, sans-serif";
export const FONT_SIZE = 11;
/** Text and axes. */
export const INK = "#1a1a1a";
/** Targets and notes. */
export const MUTED = "#6b6b6b";
/** Posterior standard deviation. */
export const BAND = "#d9d9d9";
/** Monte-Carlo error. */
export const NOISE = "#d9d9d9";

/**
 * Estimated width in pixels of a line of text in DejaVu Sans, whose narrow letters advance by about 0.35 em, capitals and other wide
 * letters by 0.8 em, and the rest by 0.62 em; bold is a tenth wider.
 */
export function textWidth(text: string, fontSize = FONT_SIZE): number {
	let advance = 0;
	for (const character of text) {
		if (/[ fijlrt.,:;'|()[\]]/.test(character)) advance += 0.35;
		else advance += /[A-Zmw±×−+=]/.test(character) ? 0.8 : 0.62;
	}
	return advance * fontSize;
}
