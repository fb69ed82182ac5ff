import { join } from "node:path";
import { InputError, theoryMapResults } from "@finitude/core";
import { createEngine } from "@finitude/engine";
import type { CompareFlags } from "../commands/compare.ts";
import { engineChoice, samplingOverrides } from "../commands/options.ts";
import { ExitCode } from "../exit-codes.ts";
import { makeFolder } from "../io/files.ts";
import { loadTheoryMap, readInput } from "../io/input.ts";
import { interruptSignal } from "../io/interrupt.ts";
import { refuseUnlessItSamples } from "../io/named-sampler.ts";
import { announceMapCell } from "../render/progress.ts";
import { renderTheoryMap } from "../render/theory-map.ts";
import { createCellStore } from "../theory-map/cell-store.ts";
import { measureMap } from "../theory-map/measure-map.ts";

/** Measured cells of all maps stand here, below the folder of results: maps of one experiment share them. */
const CELLS = "map-cells";

/** What `finitude compare --map` does. */
export async function theoryMap(path: string, flags: CompareFlags): Promise<void> {
	refuseFlagsOfOneComparison(flags);
	const choice = engineChoice(flags);
	const engine = await createEngine(choice);
	const input = await readInput(path);
	const map = loadTheoryMap(input, engine, samplingOverrides(flags));
	// Now, not after minutes of work.
	makeFolder(flags.out);
	if (flags.sampler !== undefined) refuseUnlessItSamples(flags.sampler, map.experiment.problem);
	const { signal, release } = interruptSignal();
	try {
		const measured = await measureMap(map, {
			choice,
			workers: flags.workers,
			signal,
			store: createCellStore(join(flags.out, CELLS), map, engine),
			onCell: announceMapCell,
		});
		const results = theoryMapResults(map, measured);
		// Drawing pulls in large libraries that no other command needs: load them only now.
		const { writeTheoryMap } = await import("../results/write-theory-map.ts");
		const written = writeTheoryMap(
			{ map, results, engine },
			{ base: flags.out, choice, dataFolder: input.folder },
		);
		console.log(
			flags.json ? written.resultJson : renderTheoryMap(map.experiment.name, results, written.folder),
		);
		if (!results.converged) process.exitCode = ExitCode.notConverged;
	} finally {
		release();
	}
}

function refuseFlagsOfOneComparison({ resume, covariance, evidence }: CompareFlags): void {
	const given = Object.entries({ resume, covariance, evidence }).find(([, value]) => value === true);
	if (given === undefined) return;
	const [name] = given;
	throw new InputError({
		where: "--map",
		wanted: "no flag beside it that is for one comparison alone",
		got: `--${name}`,
		advice:
			name === "resume"
				? "Leave it out: cells that are finished are found and not measured again."
				: "Leave it out: no distance on the map needs it.",
	});
}
