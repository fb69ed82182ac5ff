import { FONT_FAMILY, FONT_SIZE, INK, MUTED, textWidth } from "./marks.ts";
import type { Panel } from "./panel.ts";
import { escapeXml, formatLength } from "./svg-node.ts";

/**
 * One entry of the legend: a key of at most `KEY_WIDTH` x 12 pixels, centered on (KEY_WIDTH / 2, 0), and its label. Without a
 * key ("") the label stands alone.
 */
export interface LegendEntry {
	readonly key: string;
	readonly label: string;
}

export const KEY_WIDTH = 34;
const MARGIN = 16;
const HEADING_LINE = 15;
const LEGEND_LINE = 19;
const ROW_GAP = 12;

interface TextOptions {
	readonly size?: number;
	readonly weight?: "bold";
	readonly fill?: string;
}

function textElement(x: number, y: number, text: string, options: TextOptions = {}): string {
	const { size = FONT_SIZE, weight, fill = INK } = options;
	const bold = weight === undefined ? "" : ` font-weight="${weight}"`;
	return `<text fill="${fill}" font-size="${size}"${bold} x="${formatLength(x)}" y="${formatLength(y)}">${escapeXml(text)}</text>\n`;
}

/** Breaks text between words into lines of at most `width` pixels. */
function wrap(text: string, width: number, fontSize: number): string[] {
	const lines: string[] = [];
	for (const word of text.split(" ")) {
		const last = lines[lines.length - 1];
		const longer = last === undefined ? word : `${last} ${word}`;
		if (last !== undefined && textWidth(longer, fontSize) <= width) lines[lines.length - 1] = longer;
		else lines.push(word);
	}
	return lines;
}

function legend(
	entries: readonly LegendEntry[],
	width: number,
	top: number,
): { svg: string; height: number } {
	if (entries.length === 0) return { svg: "", height: 0 };
	let svg = "";
	let x = MARGIN;
	let line = 0;
	for (const { key, label } of entries) {
		const keyWidth = key === "" ? 0 : KEY_WIDTH + 6;
		const entryWidth = keyWidth + textWidth(label) + 16;
		if (x > MARGIN && x + entryWidth > width - MARGIN) {
			x = MARGIN;
			line += 1;
		}
		const y = top + line * LEGEND_LINE + LEGEND_LINE / 2;
		if (key !== "") svg += `<g transform="translate(${formatLength(x)},${formatLength(y)})">\n${key}</g>\n`;
		svg += textElement(x + keyWidth, y + 4, label);
		x += entryWidth;
	}
	return { svg, height: (line + 1) * LEGEND_LINE };
}

/** The heading with its letter, on several lines where it must, then the note on the same line when it fits, else on lines of its own. */
function headingSvg(panel: Panel, letter: string, x: number, y: number): { svg: string; height: number } {
	const heading = panel.heading === "" ? "" : `${letter}. ${panel.heading}`;
	const inner = panel.width - 2 * MARGIN;
	const left = x + MARGIN;
	// Bold letters are a tenth wider.
	const noteLeft = heading === "" ? left : left + 1.1 * textWidth(heading) + 10;
	const titles = heading === "" ? [] : wrap(heading, inner / 1.1, FONT_SIZE);
	let svg = titles
		.map((line, i) => textElement(left, y + 12 + i * HEADING_LINE, line, { weight: "bold" }))
		.join("");
	if (panel.note === "") return { svg, height: titles.length * HEADING_LINE };
	if (titles.length < 2 && noteLeft + textWidth(panel.note) <= left + inner) {
		svg += textElement(noteLeft, y + 12, panel.note, { fill: MUTED });
		return { svg, height: HEADING_LINE };
	}
	const lines = wrap(panel.note, inner, FONT_SIZE);
	lines.forEach((line, i) => {
		svg += textElement(left, y + 12 + (i + Math.max(1, titles.length)) * HEADING_LINE, line, { fill: MUTED });
	});
	return { svg, height: (lines.length + Math.max(1, titles.length)) * HEADING_LINE };
}

function panelSvg(panel: Panel, x: number, y: number): string {
	const size = `height="${formatLength(panel.height)}" width="${formatLength(panel.width)}"`;
	return `<svg fill="${INK}" font-family="${FONT_FAMILY}" font-size="${FONT_SIZE}" ${size} text-anchor="middle" x="${formatLength(x)}" y="${formatLength(y)}">\n${panel.content}</svg>\n`;
}

/** "a" to "z", then "aa", "ab", ... */
function letterOf(index: number): string {
	const last = String.fromCharCode(97 + (index % 26));
	return index < 26 ? last : letterOf(Math.floor(index / 26) - 1) + last;
}

/**
 * One SVG document on white: title, subtitle, legend, then rows of panels lettered a, b, c, ...
 * Panels of one row stand side by side from the left; their widths should add up to `width`.
 */
export function composeFigure(figure: {
	readonly width: number;
	readonly title: string;
	readonly subtitle: string;
	readonly legend: readonly LegendEntry[];
	readonly rows: readonly (readonly Panel[])[];
}): string {
	const { width } = figure;
	let y = MARGIN;
	let body = "";
	for (const line of wrap(figure.title, width - 2 * MARGIN, 16)) {
		body += textElement(MARGIN, y + 14, line, { size: 16, weight: "bold" });
		y += 21;
	}
	for (const line of wrap(figure.subtitle, width - 2 * MARGIN, 12)) {
		body += textElement(MARGIN, y + 12, line, { size: 12, fill: MUTED });
		y += 17;
	}
	y += 6;
	const key = legend(figure.legend, width, y);
	body += key.svg;
	y += key.height + 8;
	let letters = 0;
	for (const row of figure.rows) {
		let x = 0;
		const placed = row.map((panel) => {
			const letter = letterOf(letters);
			if (panel.heading !== "") letters += 1;
			const heading = headingSvg(panel, letter, x, y);
			x += panel.width;
			return { panel, heading, x: x - panel.width };
		});
		const headingHeight = Math.max(...placed.map(({ heading }) => heading.height)) + 4;
		for (const { panel, heading, x } of placed) body += heading.svg + panelSvg(panel, x, y + headingHeight);
		y += headingHeight + Math.max(...row.map((panel) => panel.height)) + ROW_GAP;
	}
	const box = `height="${y}" viewBox="0 0 ${width} ${y}" width="${width}"`;
	return (
		`<svg xmlns="http://www.w3.org/2000/svg" ${box} font-family="${FONT_FAMILY}" font-size="${FONT_SIZE}" role="img">\n` +
		`<title>${escapeXml(figure.title)}</title>\n` +
		`<rect fill="white" height="${y}" width="${width}"/>\n${body}</svg>\n`
	);
}
