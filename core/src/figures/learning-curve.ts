import type { LearningCurveResults } from "../experiments/learning-curve/results.ts";
import { composeFigure, type LegendEntry } from "./compose.ts";
import { errorPanel, widthPanel } from "./learning-curve/error-panels.ts";
import { GAUSSIAN_LINE, gapPanel, PUBLISHED_LINE, showsGuides } from "./learning-curve/gap-panel.ts";
import { ratioPanel } from "./learning-curve/ratio-panel.ts";
import { drawnTheories, sampledAt } from "./learning-curve/series.ts";
import { lineKey, seriesKey } from "./legend-key.ts";
import { INK, seriesStyle } from "./marks.ts";
import type { Panel } from "./panel.ts";
import { sampledKey } from "./sampled-marks.ts";
import type { FigureDocument } from "./svg-node.ts";

const WIDTH = 1000;
const HEIGHT = 360;
/** Of a panel that has the whole width to itself. */
const LOW = 260;
/** More panels side by side leave no room for their axes. */
const MOST_PER_ROW = 3;

/** A panel of any size; undefined where it has nothing to show. */
type Draw = (size: { readonly width: number; readonly height: number }) => Panel | undefined;

/**
 * Generalization error against the number of training points, on log axes: theories are lines, the sampled network points with error
 * bars, hollow where its chains did not converge. A panel for each width, then one against the width where there are several, and the
 * relative gap between training and generalization error where the network was sampled. Undefined where nothing has an error.
 *
 * @param document a browser's document, or one made by a DOM library; only `createElementNS` is used
 */
export function learningCurveFigure(
	title: string,
	results: LearningCurveResults,
	document: FigureDocument,
): string | undefined {
	const curves = results.curves.filter(({ points }) => points.length > 0);
	const sampled = curves.flatMap(({ points }) => points.flatMap((point) => sampledAt(point) ?? []));
	if (drawnTheories(results).length === 0 && sampled.length === 0) return undefined;
	const errors = curves.map(
		(curve): Draw =>
			(size) =>
				errorPanel(document, results, curve, size),
	);
	const ratios = curves.map(
		(curve): Draw =>
			(size) =>
				ratioPanel(document, results, curve, size),
	);
	const others: Draw[] = [
		(size) => widthPanel(document, results, size),
		(size) => gapPanel(document, results, size),
	];
	// One network: its curve beside what differs from it. Several: rows of each kind.
	const groups = curves.length === 1 ? [[...errors, ...ratios], others] : [errors, ratios, others];
	const rows = groups.flatMap(panelRows);
	return composeFigure({
		width: WIDTH,
		title,
		subtitle: subtitle(results),
		legend: legend(document, results),
		rows,
	});
}

/** As many rows as the panels need, equally full, the panels sharing the width. */
function panelRows(draws: readonly Draw[]): Panel[][] {
	const drawn = draws.filter((draw) => draw({ width: WIDTH, height: HEIGHT }) !== undefined);
	const rows = Math.ceil(drawn.length / MOST_PER_ROW);
	const perRow = Math.ceil(drawn.length / rows);
	return Array.from({ length: rows }, (_, i) => drawn.slice(i * perRow, (i + 1) * perRow)).map((row) =>
		row.map((draw) => draw({ width: WIDTH / row.length, height: row.length === 1 ? LOW : HEIGHT })!),
	);
}

/** "d = 784; dense erf; standard scaling; noise variance κ = 0.1; 200 test points; mean of 3 training sets". */
function subtitle(results: LearningCurveResults): string {
	const { inputs, layers, scaling, noiseVariance, testPoints, repetitions } = results;
	return [
		`d = ${inputs}`,
		layers.join(", "),
		`${scaling} scaling`,
		`noise variance κ = ${noiseVariance}`,
		`${testPoints} test points`,
		...(repetitions === 1 ? [] : [`mean of ${repetitions} training sets`]),
	].join("; ");
}

function legend(document: FigureDocument, results: LearningCurveResults): LegendEntry[] {
	const { curves, sampler, repetitions } = results;
	const points = curves.flatMap((curve) => curve.points);
	const sampled = points.flatMap((point) => sampledAt(point) ?? []);
	const error = repetitions === 1 ? "MCSE" : "standard error";
	return [
		...drawnTheories(results).map((id, i) => {
			const gaps = points.some(({ theories }) =>
				theories.some((one) => one.theory === id && "reason" in one),
			);
			return {
				key: seriesKey(document, seriesStyle(i)),
				label: `${id}${gaps ? " (gaps: no answer)" : ""}`,
			};
		}),
		...(sampled.some(({ converged }) => converged)
			? [{ key: sampledKey(document, INK), label: `sampled network (${sampler}), ±1 ${error}` }]
			: []),
		...(sampled.some(({ converged }) => !converged)
			? [{ key: sampledKey(document, "white"), label: `sampled network (${sampler}), chains not converged` }]
			: []),
		...(showsGuides(results)
			? [
					{
						key: lineKey(document, PUBLISHED_LINE),
						label: "2 N_out/P: published for trained networks as an observation",
					},
					{
						key: lineKey(document, GAUSSIAN_LINE),
						label: "1 − (1 − N_out/P)²: Gaussian features, not a bound",
					},
				]
			: []),
	];
}
