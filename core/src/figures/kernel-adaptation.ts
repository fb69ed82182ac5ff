import type { AdaptationAnswer } from "../analyses/kernel-adaptation/results.ts";
import { composeFigure, type LegendEntry } from "./compose.ts";
import {
	eigenvaluePanel,
	type QuantityPanel,
	quantityPanel,
	spectrumPanel,
} from "./kernel-adaptation/panels.ts";
import { LIMIT, theoryStyle } from "./kernel-adaptation/series.ts";
import { adaptationSubtitle } from "./kernel-adaptation/subtitle.ts";
import { widthAxis } from "./kernel-adaptation/width-axis.ts";
import { lineKey, seriesKey } from "./legend-key.ts";
import { INK } from "./marks.ts";
import type { Panel } from "./panel.ts";
import { sampledKey } from "./sampled-marks.ts";
import type { FigureDocument } from "./svg-node.ts";

const WIDTH = 1000;

const QUANTITIES = {
	alpha: {
		heading: "Discrepancy along the targets",
		label: "α = t·y / y·y,  t = (y − m)/κ",
		read: ({ alpha }) => alpha,
		named: true,
	},
	rmseOverStd: {
		heading: "Error at the training points",
		label: "rms(y − f) / std(y)",
		read: ({ rmseOverStd }) => rmseOverStd,
	},
	testRmse: {
		heading: "Error at the test points",
		label: "rms(y* − m*)",
		read: ({ testRmse }) => testRmse,
	},
	alignment: {
		heading: "Alignment of Σ with the teacher",
		note: "dotted: prior",
		label: "wᵀΣw / (|w|² tr Σ / d)",
		read: ({ alignment }) => alignment,
		unadapted: 1,
	},
} satisfies Record<string, QuantityPanel>;

/**
 * What the network learns against its width: discrepancy, training and test error, eigenvalues of the first layer's weight
 * covariance, their alignment with the teacher, and the spectrum at one width. Theories are lines, the infinite-width limit is
 * dashed, sampled networks are points with error bars. Panels that no answer can fill are left out.
 *
 * @param document a browser's document, or one made by a DOM library; only `createElementNS` is used
 */
export function adaptationFigure(title: string, answer: AdaptationAnswer, document: FigureDocument): string {
	const { options, results } = answer;
	const x = widthAxis(answer);
	const quantity = (name: keyof typeof QUANTITIES) => (width: number) =>
		quantityPanel(document, answer, x, QUANTITIES[name], width);
	const at = results.kernels?.width ?? results.sampled?.[0]?.width ?? results.widths[0]!;
	const panels = [
		quantity("alpha"),
		quantity("rmseOverStd"),
		(width: number) => eigenvaluePanel(document, answer, x, width),
		quantity("alignment"),
		(width: number) => spectrumPanel(document, answer, at, width),
		quantity("testRmse"),
	].filter((draw) => draw(WIDTH / 2) !== undefined);
	const rows: Panel[][] = [];
	for (let i = 0; i < panels.length; i += 2) {
		const row = panels.slice(i, i + 2);
		rows.push(row.map((draw) => draw(WIDTH / row.length)!));
	}
	const subtitle = adaptationSubtitle(options, results);
	return composeFigure({
		width: WIDTH,
		title,
		subtitle: x.note === "" ? subtitle : `${subtitle}; ${x.note}`,
		legend: legend(document, answer),
		rows,
	});
}

function legend(document: FigureDocument, { options, results }: AdaptationAnswer): LegendEntry[] {
	const { theories, sampled = [] } = results;
	const sampler = options.sampling === false ? "" : ` (${options.sampling.sampler})`;
	return [
		...theories.map(({ label, points, missing }, i) => ({
			key: seriesKey(document, theoryStyle(i)),
			label: `${label}${missing.length === 0 ? "" : gaps(missing, points.length)}`,
		})),
		{
			key: lineKey(document, LIMIT),
			label: "infinite width",
		},
		...(sampled.some(({ converged }) => converged)
			? [{ key: sampledKey(document, INK), label: `sampled network${sampler}, ±1 MCSE` }]
			: []),
		...(sampled.some(({ converged }) => !converged)
			? [{ key: sampledKey(document, "white"), label: `sampled network${sampler}, chains not converged` }]
			: []),
	];
}

function gaps(missing: readonly { readonly width: number }[], answered: number): string {
	if (answered === 0) return " (no answer)";
	return ` (nothing at N = ${missing.map(({ width }) => width).join(", ")})`;
}
