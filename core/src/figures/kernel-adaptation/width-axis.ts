import * as Plot from "@observablehq/plot";
import type { AdaptationAnswer } from "../../analyses/kernel-adaptation/results.ts";
import { type LogAxis, logAxis, paddedLog } from "../log-axis.ts";
import { INK, MUTED } from "../marks.ts";
import { formatDistance } from "../ticks.ts";
import type { ValueRange } from "../value-range.ts";

/** The horizontal axis that panels share: the width, with the scales at which the limit begins to hold. */
export interface WidthAxis extends LogAxis {
	readonly range: ValueRange;
	/** Vertical lines. */
	readonly verticals: readonly Plot.Markish[];
	/** Their names, at the foot of the lines. @param vertical range of the panel */
	names(vertical: ValueRange): readonly Plot.Markish[];
	/** Of scales that are not on the axis. */
	readonly note: string;
}

export function widthAxis({ options, results }: AdaptationAnswer): WidthAxis {
	const { widths, infiniteWidth, problem } = results;
	const range = paddedLog(widths);
	const scales = [
		{ name: "crossover", values: infiniteWidth.map(({ crossoverWidth }) => crossoverWidth) },
		{ name: "emergent scale", values: infiniteWidth.map(({ emergentScale }) => emergentScale) },
	]
		// They are widths of the last layer; and scales that move along the sweep are no place on its axis.
		.filter(() => options.layer === undefined || options.layer === problem.layers.length)
		.filter(({ values }) => Math.max(...values) <= (1 + ROUNDING) * Math.min(...values))
		.map(({ name, values }) => ({ name, width: values[0]! }));
	const shown = scales.filter(({ width }) => width > range.low && width < range.high);
	const others = scales.filter((scale) => !shown.includes(scale));
	return {
		...logAxis("x", label(options.layer, problem.layers), range, widths),
		range,
		verticals: [Plot.ruleX(shown, { x: "width", stroke: INK, strokeWidth: 1, strokeOpacity: 0.6 })],
		names: ({ low }) =>
			joined(shown, range).map(({ name, width }) =>
				Plot.text([width], {
					x: (at) => at,
					y: () => low,
					text: () => name,
					rotate: -90,
					dx: 7,
					dy: -5,
					textAnchor: "start",
					fill: MUTED,
				}),
			),
		note: others.map(({ name, width }) => `${name} at N = ${formatDistance(width)}, off the axis`).join("; "),
	};
}

interface Scale {
	readonly name: string;
	readonly width: number;
}

/** Names that would stand on each other become one. */
function joined(scales: readonly Scale[], { low, high }: ValueRange): readonly Scale[] {
	const [first, second] = scales;
	if (second === undefined || Math.abs(Math.log(second.width / first!.width)) > Math.log(high / low) / 30) {
		return scales;
	}
	return [{ name: `${first!.name}, ${second.name}`, width: first!.width }];
}

/** Solutions of one problem at two widths differ by rounding at most. */
const ROUNDING = 1e-9;

function label(layer: number | undefined, layers: readonly string[]): string {
	const swept = layer === undefined ? layers : [layers[layer - 1]!];
	const what = swept.every((one) => one.startsWith("convolution")) ? "channels" : "width";
	return layer === undefined ? `${what}, N` : `${what} of layer ${layer}, N`;
}
