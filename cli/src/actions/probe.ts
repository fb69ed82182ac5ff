import { findProbe, hashExperiment, InputError, type Probe, type Problem, probes } from "@finitude/core";
import { createEngine } from "@finitude/engine";
import { engineChoice, samplingOverrides } from "../commands/options.ts";
import type { ProbeFlags } from "../commands/probe.ts";
import { ExitCode } from "../exit-codes.ts";
import { makeFolder } from "../io/files.ts";
import { loadExperiment, readInput } from "../io/input.ts";
import { interruptSignal } from "../io/interrupt.ts";
import { refuseUnlessItSamples } from "../io/named-sampler.ts";
import { runProbing } from "../probing/run-probing.ts";
import { savingWeights } from "../probing/saving-weights.ts";
import { renderProbing } from "../render/probing.ts";
import { renderTable } from "../render/table.ts";
import { resultsFolder } from "../results/folder.ts";
import { checkpointPlace } from "../workers/checkpoint-place.ts";

/** What `finitude probe` does. */
export async function probe(path: string | undefined, flags: ProbeFlags): Promise<void> {
	const chosen = chosenProbes(flags.probe);
	if (path === undefined) {
		console.log(flags.json ? JSON.stringify(probes.map(described), null, 2) : listProbes());
		return;
	}
	const choice = engineChoice(flags);
	const engine = await createEngine(choice);
	const input = await readInput(path);
	const overlay = { flags: samplingOverrides(flags), theories: flags.theory };
	const experiment = savingWeights(loadExperiment(input, engine, overlay), chosen);
	const { problem, sampling, name, resolved } = experiment;
	// Now, not after minutes of work.
	refuseUnlessOneApplies(chosen, problem);
	makeFolder(flags.out);
	if (flags.sampler !== undefined) refuseUnlessItSamples(flags.sampler, problem);
	// By any alias and in any order the same.
	const named = flags.probe.length === 0 ? [] : chosen.map(({ id }) => id);
	const hash = hashExperiment({ command: "probe", probes: named, ...resolved });
	const folder = resultsFolder(flags.out, name, hash);
	const interrupt = interruptSignal();
	try {
		const run = await runProbing(experiment, chosen, {
			engine,
			choice,
			signal: interrupt.signal,
			workers: flags.workers,
			checkpoints: sampling
				? checkpointPlace(`${folder}/checkpoints`, flags, problem, sampling, engine)
				: undefined,
		});
		// Drawing pulls in large libraries that no other command needs: load them only now.
		const { writeProbing } = await import("../probing/write-probing.ts");
		const resultJson = writeProbing(run, experiment, {
			folder,
			hash,
			choice,
			engine,
			dataFolder: input.folder,
			probes: named,
		});
		console.log(flags.json ? resultJson : renderProbing(run, name, folder));
		if (!run.converged) process.exitCode = ExitCode.notConverged;
	} finally {
		interrupt.release();
	}
}

/** All of them unless some are named. @throws InputError when one is unknown or named twice */
function chosenProbes(ids: readonly string[]): readonly Probe[] {
	if (ids.length === 0) return probes;
	const named = new Set<Probe>();
	for (const id of ids) {
		const one = findProbe(id, "--probe");
		if (named.has(one)) {
			throw new InputError({ where: "--probe", wanted: "every probe once", got: `${one.id} again` });
		}
		named.add(one);
	}
	return probes.filter((one) => named.has(one));
}

/** A probe that does not apply is left out with its reason; the networks are not sampled for nothing. */
function refuseUnlessOneApplies(chosen: readonly Probe[], problem: Problem): void {
	const reasons = chosen.map((one) => one.applies(problem));
	if (reasons.includes(true)) return;
	throw new InputError({
		where: "--probe",
		wanted: "a probe of this problem",
		got: chosen.map(({ id }) => id).join(", "),
		advice: [...new Set(reasons)].join(" "),
	});
}

function described({ id, title, aliases, summary, needs, descriptive, quantities }: Probe) {
	return { id, title, aliases, summary, needs, descriptive: descriptive === true, quantities };
}

function listProbes(): string {
	return renderTable(
		[{ title: "probe" }, { title: "what it measures" }, { title: "needs" }],
		probes.map(({ id, summary, needs, descriptive }) => [
			id,
			`${summary}${descriptive ? " A description, not a measure of learning." : ""}`,
			needs,
		]),
	);
}
