/** The adapted measure by random points of proposals fitted to it, or by Markov chains where no proposal serves. */
import { type Engine, splitStream } from "@finitude/engine";
import { LEAST_EFFECTIVE_FRACTION, priorShare, type RandomNodes, SETS } from "../../../tilted-unit/index.ts";
import type { SolveContext } from "../../theory.ts";
import type { DualField } from "./adaptive-unit.ts";
import {
	ACCURATE,
	fractionOf,
	type IntegratedAdaptive,
	type IntegrationTask,
	ROUGH,
	solveOn,
} from "./integration.ts";
import { searchByMixtures } from "./search-by-mixtures.ts";
import { type ChainSearch, searchByChains, solveByChains } from "./solve-by-chains.ts";
import { trial } from "./trial.ts";

/** A normal density of which a smaller fraction counts gives way to a mixture. */
const GOOD_FRACTION = 0.1;

/** log2 of the points that find the solution before more of them make it accurate. */
const FIRST = 14;

/** log2 of the nodes of a set at most: the error by smaller sets is that of the answer times the root of their sizes' ratio. */
const MOST_IN_SET = 14;

/** The stream of the chains, apart from those of the points. */
const CHAINS = 1000;

/**
 * Importance sampling by scrambled Sobol points of a normal density; where fewer than a tenth of them count, of a mixture of
 * such densities; draws of Markov chains where fewer than a twentieth of those count.
 *
 * @param stream not advanced
 */
export function integrateByPoints(
	engine: Engine,
	task: IntegrationTask,
	searched: RandomNodes<DualField>,
	samples: number,
	stream: Uint32Array,
	onProgress: SolveContext["onProgress"],
): IntegratedAdaptive {
	const log2Count = Math.ceil(Math.log2(samples));
	const few = Math.min(FIRST, log2Count);
	onProgress?.(0.1, `adapted measure on ${2 ** few} nodes`);
	let nodes = searched;
	let coarse = trial(engine, task, nodes, few, nodes.solution);
	const search = () => {
		const settings = {
			nodes,
			start: coarse.solution.point.field,
			samples,
			stream: splitStream(stream, CHAINS),
			fluctuating: task.fluctuating,
		};
		return searchByChains(engine, task.equations, nodes.unit, settings, onProgress);
	};
	const byChains = (found: ChainSearch): IntegratedAdaptive => ({
		...solveByChains(engine, task.equations, found, task.fluctuating),
		integration: "chains",
		unit: found.whole,
	});
	if (coarse.fraction < GOOD_FRACTION) {
		const better = searchByMixtures(engine, task, nodes, few, stream, onProgress);
		if (better.trial.fraction < LEAST_EFFECTIVE_FRACTION) return byChains(search());
		nodes = better.nodes;
		coarse = better.trial;
	}
	const { unit, components } = nodes;
	const { source, prior } = coarse.equations;
	const share = priorShare(engine, source, prior, coarse.solution.point.unit.measure);
	const anchor = { share: Math.min(1, Math.max(0, share)), kernel: task.priorKernel };
	onProgress?.(0.3, `adapted measure on ${2 ** log2Count} nodes`);
	const solved = solveOn(engine, task, unit, nodes.draw(log2Count, 0), coarse.solution.point.field, {
		accuracy: ACCURATE,
		anchor,
		...(log2Count > few && { few: coarse.equations }),
	});
	const { field } = solved.solution.point;
	if (fractionOf(engine, solved.equations)(field) < LEAST_EFFECTIVE_FRACTION) return byChains(search());
	const sets = Array.from({ length: SETS }, (_, k) => {
		onProgress?.(0.6 + (0.3 * k) / SETS, `set ${k + 1} of ${SETS}, which show the error`);
		const rule = nodes.draw(Math.min(log2Count - Math.log2(SETS), MOST_IN_SET), k + 1);
		return solveOn(engine, task, unit, rule, field, { accuracy: ROUGH, anchor });
	});
	return { ...solved, integration: "importance", unit, sets, components };
}
