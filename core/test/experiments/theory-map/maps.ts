/** Small maps, measured in this thread. */
import { createEngine } from "@finitude/engine";
import {
	type CellContext,
	type ChainSnapshot,
	judgeCell,
	resolveTheoryMap,
	runChain,
	solveTheories,
	type TheoryMap,
} from "../../../src/index.ts";
import { filesOf, mnist } from "../../helpers/experiments.ts";

export const engine = await createEngine();

export const resolveMap = (json: unknown): TheoryMap =>
	resolveTheoryMap(json, { engine, mnist, readBytes: filesOf({}) });

/** A linear teacher and a linear network, whose posterior deep-linear knows exactly. */
export const linear = {
	name: "linear",
	seed: 3,
	data: {
		source: "teacher",
		teacher: { type: "linear", dimension: 3 },
		trainCount: 6,
		testCount: 4,
	},
	network: {
		layers: [{ type: "dense", width: 10, activation: "linear", weightVariance: 1 }],
		// The targets ask for larger outputs than the prior gives: the scale of the network moves.
		readout: { weightVariance: 0.2 },
		scaling: "standard",
	},
	noiseVariance: 0.04,
	theories: ["nngp", "deep-linear"],
	sampling: { sampler: "exact", chains: 2, draws: 500, warmup: 0 },
	map: { widths: [2], scalings: [0, 1], rounds: 1 },
};

export const context: CellContext = {
	solve: async (problem, choice) => solveTheories(problem, [choice], { engine, clock: () => 0 })[0]!,
	sample: async (problem, settings, before) => {
		const snapshots: ChainSnapshot[] = [];
		const chains = Array.from({ length: settings.chains }, (_, chain) =>
			runChain(problem, engine, settings, chain, {
				...(before && { resume: before[chain]! }),
				wantsSnapshot: (last) => last,
				onSnapshot: (snapshot) => snapshots.push(snapshot),
			}),
		);
		return { chains, snapshots };
	},
	judge: async (task) => judgeCell(task),
};
