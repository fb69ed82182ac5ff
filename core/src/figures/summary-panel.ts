import * as Plot from "@observablehq/plot";
import type { ComparisonFigureData, Distance, SampledSeries, TheorySeries } from "./figure-data.ts";
import { INK, MUTED, NOISE, seriesStyle, textWidth } from "./marks.ts";
import { axisLabel, drawPanel, type Panel } from "./panel.ts";
import type { FigureDocument } from "./svg-node.ts";
import { formatDistance, formatLogTick, logTicks } from "./ticks.ts";

const QUANTITIES = ["mean", "variance", "kernel"] as const;
/** Height of a block's title, in lines. */
const TITLE_LINES = 1.2;

interface Row {
	/** Of the theory. */
	readonly index: number;
	readonly label: string;
	readonly y: number;
	readonly distance?: Distance;
}

/** The rows of one quantity; vertical positions in lines from the top of the panel. */
interface Block {
	readonly title: string;
	readonly top: number;
	readonly bottom: number;
	readonly noiseFloor?: number;
	readonly rows: readonly Row[];
}

function summaryBlocks(sampled: SampledSeries, theories: readonly TheorySeries[]): Block[] {
	const lines = theories.length + TITLE_LINES;
	return QUANTITIES.filter((name) => theories.some((theory) => theory.distances?.[name])).map(
		(name, block) => {
			const top = block * lines;
			const noiseFloor = sampled.noiseFloor?.[name];
			const rows = theories.map((theory, index): Row => {
				const distance = theory.distances?.[name];
				const y = top + TITLE_LINES + index;
				return { index, label: theory.label, y, ...(distance === undefined ? {} : { distance }) };
			});
			return { title: name, top, bottom: top + lines, rows, ...(noiseFloor ? { noiseFloor } : {}) };
		},
	);
}

/** Pixels that one tick's label needs. */
const TICK_ROOM = 36;
/** Pixels that the number beside a symbol needs. */
const NUMBER_ROOM = 40;
const MARGIN_RIGHT = 16;

/**
 * Log axis that holds all positive distances and noise floors, with room on the right for the number beside the last symbol.
 * @param width of the axis in pixels
 */
function logRange(blocks: readonly Block[], width: number): { low: number; high: number } {
	const values = blocks.flatMap(({ rows, noiseFloor }) => [
		...rows.map((row) => row.distance?.value ?? 0),
		noiseFloor ?? 0,
	]);
	const positive = values.filter((value) => value > 0);
	if (positive.length === 0) return { low: 0.1, high: 1 };
	const low = Math.min(...positive) / 2.5;
	const largest = Math.max(...positive);
	const room = Math.max(0.18, NUMBER_ROOM / Math.max(NUMBER_ROOM, width - NUMBER_ROOM));
	return { low, high: largest * (largest / low) ** room };
}

function blockMarks(block: Block, low: number): Plot.Markish[] {
	const { title, top, bottom, noiseFloor, rows } = block;
	const marks: Plot.Markish[] = [];
	if (noiseFloor !== undefined) {
		const y = { y1: top + 0.6, y2: bottom - 0.4 };
		marks.push(
			Plot.rect([0], { x1: low, x2: noiseFloor, ...y, fill: NOISE }),
			Plot.ruleX([noiseFloor], { ...y, stroke: MUTED, strokeWidth: 1 }),
		);
	}
	const missing = rows.filter((row) => row.distance === undefined);
	const start = { textAnchor: "start", dx: 4 } as const;
	marks.push(
		Plot.text([title], { x: low, y: top + 0.3, text: () => title, fontWeight: "bold", ...start }),
		Plot.ruleY(rows, { y: "y", stroke: INK, strokeOpacity: 0.12 }),
		Plot.text(rows, { x: low, y: "y", text: "label", textAnchor: "end", dx: -8 }),
		Plot.text(missing, { x: low, y: "y", text: () => "not given", ...start }),
	);
	return marks;
}

/** A distance with its error bar and its value in digits; 0, which a log axis does not have, stands at the left edge. */
function distanceMarks(row: Row, distance: Distance, low: number): Plot.Markish[] {
	const style = seriesStyle(row.index);
	const x = Math.max(low, distance.value);
	const marks: Plot.Markish[] = [];
	if (distance.standardError !== undefined) {
		const x1 = Math.max(low, distance.value - distance.standardError);
		const x2 = Math.max(low, distance.value + distance.standardError);
		marks.push(Plot.ruleY([row], { y: "y", x1, x2, stroke: style.color, strokeWidth: 1.4 }));
	}
	const text = { text: () => formatDistance(distance.value), textAnchor: "start", dx: 9 } as const;
	marks.push(
		Plot.dot([row], { x, y: "y", symbol: style.symbol, r: 3.6, stroke: style.color, fill: "white" }),
		Plot.text([row], { x, y: "y", ...text, stroke: "white", strokeWidth: 3, fill: INK }),
	);
	return marks;
}

/** Relative distances of every theory from the sampled network on a log axis, one block per quantity; undefined when none is known. */
export function summaryPanel(
	document: FigureDocument,
	data: ComparisonFigureData,
	size: { readonly width: number; readonly height: number },
): Panel | undefined {
	const { sampled, theories } = data;
	if (sampled === undefined) return undefined;
	const blocks = summaryBlocks(sampled, theories);
	if (blocks.length === 0) return undefined;
	const marginLeft = 24 + Math.max(...theories.map((theory) => textWidth(theory.label)));
	const width = size.width - marginLeft - MARGIN_RIGHT;
	const { low, high } = logRange(blocks, width);
	const distances = blocks.flatMap(({ rows }) =>
		rows.flatMap((row) => (row.distance === undefined ? [] : distanceMarks(row, row.distance, low))),
	);
	const ticks = logTicks(low, high, width / TICK_ROOM);
	const hasNoise = blocks.some(({ noiseFloor }) => noiseFloor !== undefined);
	return drawPanel(
		document,
		{
			heading: "Relative distance from the sampled network",
			note: hasNoise ? "gray: Monte-Carlo noise" : "",
		},
		{
			...size,
			marginLeft,
			marginRight: MARGIN_RIGHT,
			x: { type: "log", domain: [low, high], label: null },
			y: { domain: [blocks[blocks.length - 1]!.bottom, -0.3], axis: null },
			marks: [
				Plot.gridX(ticks),
				// The digits as `text`: given as a tick format, Plot would leave out those of some ticks of a log axis.
				Plot.axisX(ticks, { text: formatLogTick, ...axisLabel("‖theory − sampled‖ / ‖sampled‖") }),
				...blocks.flatMap((block) => blockMarks(block, low)),
				...distances,
			],
		},
	);
}
