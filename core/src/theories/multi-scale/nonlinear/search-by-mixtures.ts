/** A mixture of normal densities as the proposal, fitted to draws of the adapted measure. */
import { type Engine, type Matrix, matrix, splitStream, transposed } from "@finitude/engine";
import {
	mixtureProposal,
	nodesOfMixture,
	type RandomNodes,
	resampledPoints,
} from "../../../tilted-unit/index.ts";
import type { DualField } from "./adaptive-unit.ts";
import type { IntegrationTask } from "./integration.ts";
import type { ChainSearch } from "./solve-by-chains.ts";
import { type Trial, trial } from "./trial.ts";

/** Fits at most: the first to the chains, the others to the points of the one before by their weights. */
const MOST_FITS = 4;

/** A fit counts as an improvement when it raises the fraction of points that count by a tenth. */
const GAIN = 1.1;

/** Draws that a mixture is fitted to: ten for each entry of a covariance over 24 directions. */
const FITTED_DRAWS = 3000;

/** The stream of the fits, apart from those of the points and the chains. */
const FITS = 2000;

/** A mixture with the solution by some of its points. */
export interface MixtureSearch {
	readonly nodes: RandomNodes<DualField>;
	readonly trial: Trial;
}

/**
 * The mixture of whose points most count. The fit to the chains may be that of a field that they did not find exactly; points of
 * the mixture, drawn by their weights at the solution on them, are fitted in the next round.
 *
 * @param stream not advanced
 */
export function searchByMixtures(
	engine: Engine,
	task: IntegrationTask,
	{ whole, population, field }: ChainSearch,
	log2Count: number,
	stream: Uint32Array,
): MixtureSearch {
	const own = splitStream(stream, FITS);
	let [unit, draws, start] = [whole, everyFew(population.points()), field];
	let best: MixtureSearch | undefined;
	for (let round = 0; round < MOST_FITS; round++) {
		const nodes = nodesOfMixture(engine, mixtureProposal(engine, unit, draws, own), start, stream);
		const tried = trial(engine, task, nodes, log2Count, start);
		if (best && tried.fraction < GAIN * best.trial.fraction) break;
		best = { nodes, trial: tried };
		const { equations, solution } = tried;
		const { probabilities } = solution.point.unit.measure;
		const points = resampledPoints(engine, [equations.source.rule], [probabilities], FITTED_DRAWS, own);
		draws = transposed(matrix(nodes.unit.dimension, FITTED_DRAWS, points));
		[unit, start] = [nodes.unit, solution.point.field];
	}
	return best!;
}

/** At most FITTED_DRAWS of the rows, evenly spread. */
function everyFew({ rows, columns, data }: Matrix): Matrix {
	const kept = Math.min(rows, FITTED_DRAWS);
	const result = matrix(kept, columns);
	for (let k = 0; k < kept; k++) {
		const from = Math.floor((k * rows) / kept) * columns;
		result.data.set(data.subarray(from, from + columns), k * columns);
	}
	return result;
}
