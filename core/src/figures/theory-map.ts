import { QUANTITY_NAMES, type TheoryMapResults } from "../experiments/theory-map/index.ts";
import { composeFigure } from "./compose.ts";
import type { FigureDocument } from "./svg-node.ts";
import { errorPanel } from "./theory-map/error-panel.ts";
import { keyPanel } from "./theory-map/key-panel.ts";
import { mapPanel } from "./theory-map/map-panel.ts";

const WIDTH = 1000;
const MAP_WIDTH = 650;
const ERROR_HEIGHT = 300;

/**
 * The theory map: a box for each network, width to the right and scaling exponent upward, in the color and with the letter of the theory that is
 * closest to the sampled network, its distance below; striped in the colors of those between which the errors do not tell; gray where there
 * is no verdict. Below, the distances of all theories against the width at the ends of the scaling axis.
 *
 * @param document a browser's document, or one made by a DOM library; only `createElementNS` is used
 */
export function theoryMapFigure(title: string, results: TheoryMapResults, document: FigureDocument): string {
	const map = mapPanel(document, results, MAP_WIDTH);
	const key = keyPanel(document, results, WIDTH - MAP_WIDTH, map.height);
	const { scalings } = results;
	const ends = [...new Set([scalings[0]!, scalings.at(-1)!])];
	const size = { width: WIDTH / ends.length, height: ERROR_HEIGHT };
	const errors = ends.flatMap((exponent) => errorPanel(document, results, exponent, size) ?? []);
	return composeFigure({
		width: WIDTH,
		title,
		subtitle: subtitle(results),
		legend: [],
		rows: [[map, key], ...(errors.length > 0 ? [errors] : [])],
	});
}

/** "P = 20, d = 10; dense erf; noise variance κ = κ₀/χ, κ₀ = 0.1; posterior mean at the test points (100), hmc; gray: ..." */
function subtitle({
	trainPoints,
	inputs,
	layers,
	noiseVariance,
	quantity,
	testPoints,
	sampler,
}: TheoryMapResults): string {
	return [
		`P = ${trainPoints}, d = ${inputs}`,
		layers.join(", "),
		`noise variance κ = κ₀/χ, κ₀ = ${noiseVariance}`,
		`${QUANTITY_NAMES[quantity]}${quantity === "kernel" ? "" : ` (${testPoints})`}, sampled by ${sampler}`,
		"percent: distance of the closest theory from the sampled network, |theory − sampled| / |sampled|, the sampling noise taken off",
		"gray bands: sampling error",
	].join("; ");
}
