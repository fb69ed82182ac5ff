import { type Command, Option } from "commander";
import { drawFormats } from "../results/draw-formats.ts";
import type { DrawsFlags } from "../results/draws-target.ts";
import { addEngineOptions, addSamplingOptions, type EngineFlags, type SamplingFlags } from "./options.ts";

export interface SampleFlags extends EngineFlags, SamplingFlags, DrawsFlags {
	readonly json?: boolean;
	readonly checkpoints?: string;
	/** Solve the theories too, where draws are written. */
	readonly theories: boolean;
}

/** finitude sample PROBLEM */
export function addSampleCommand(program: Command): void {
	const command = program
		.command("sample")
		.description("Sample the posterior of the real network.")
		.argument("<problem>", "problem or experiment file, or - for standard input")
		.option("--json", "print the sampled answer as JSON and nothing else")
		.option("--out <folder>", "write all draws, with the theories that apply, into this folder")
		.addOption(
			new Option(
				"--format <format>",
				`of the draws: for ArviZ, xarray or NumPy (default: ${drawFormats[0]})`,
			).choices(drawFormats),
		)
		.option("--save-weights", "keep the weights of every draw too, for --out")
		.option("--force", "let --out replace the draws in a folder that is not empty")
		.option("--no-theories", "write the draws without the theories")
		.option("--checkpoints <folder>", "where to keep checkpoints, for --resume (default: none)")
		.addHelpText(
			"after",
			`
Examples: finitude sample problem.json --chains 4 --draws 1000 --seed 1 --json
          finitude sample problem.json --out draws --format zarr`,
		)
		.action(async (path: string, flags: SampleFlags) =>
			(await import("../actions/sample.ts")).sample(path, flags),
		);
	addSamplingOptions(command);
	addEngineOptions(command);
}
