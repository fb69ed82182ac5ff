/** Options that several commands share, and the parsing of their values. */
import type { EngineChoice } from "@finitude/engine";
import { type Command, InvalidArgumentError, Option } from "commander";

export interface EngineFlags {
	readonly engine: NonNullable<EngineChoice["engine"]>;
	readonly deterministic: boolean;
}

/** --engine and --no-deterministic. */
export function addEngineOptions(command: Command): Command {
	return command
		.addOption(
			new Option("--engine <engine>", "what computes")
				.choices(["auto", "wasm", "native", "reference"])
				.default("auto"),
		)
		.option(
			"--no-deterministic",
			"allow relaxed SIMD: faster on recent Node, but the last bits may differ between machines",
		);
}

export function engineChoice({ engine, deterministic }: EngineFlags): EngineChoice {
	return { engine, deterministic };
}

/** An integer option of at least `minimum`. */
export function integer(minimum: number): (text: string) => number {
	return (text) => {
		const value = Number(text);
		if (text.trim() === "" || !Number.isSafeInteger(value) || value < minimum) {
			throw new InvalidArgumentError(`Wanted an integer of at least ${minimum}; got ${text || "nothing"}.`);
		}
		return value;
	};
}

/** "10,20,50": integers of at least `minimum`. */
export function integers(minimum: number): (text: string) => number[] {
	const one = integer(minimum);
	return (text) => text.split(",").map(one);
}

/** Collects an option that names one of several. */
export function collectId(id: string, previous: readonly string[]): string[] {
	return [...previous, id];
}

/** Collects `--option name=value`; a value is read as JSON when it is JSON, else as text. */
export function collectOption(
	assignment: string,
	previous: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
	const equals = assignment.indexOf("=");
	if (equals < 1) throw new InvalidArgumentError(`Wanted name=value; got ${assignment}.`);
	return { ...previous, [assignment.slice(0, equals)]: optionValue(assignment.slice(equals + 1)) };
}

function optionValue(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}

/** How chains run. */
export interface ChainFlags {
	readonly sampler?: string;
	readonly chains?: number;
	readonly draws?: number;
	readonly warmup?: number;
	readonly seed?: number;
	readonly workers?: number;
	readonly option: Readonly<Record<string, unknown>>;
	readonly temper?: number;
}

export interface SamplingFlags extends ChainFlags {
	readonly covariance?: boolean;
	readonly evidence?: boolean;
	/** Where the command has the option. */
	readonly saveWeights?: boolean;
	readonly resume?: boolean;
	readonly checkpointEvery: number;
}

/** The options of chains; the defaults are those of the experiment file. */
export function addChainOptions(command: Command): Command {
	return command
		.option("--sampler <id>", "sampler of the real network (default: hmc)")
		.option("--chains <n>", "independent chains (default: 4)", integer(1))
		.option("--draws <n>", "kept draws of each chain (default: 1000)", integer(4))
		.option("--warmup <n>", "warm-up steps of each chain (default: 500)", integer(0))
		.option(
			"--seed <n>",
			"seed of the sampler (default: the experiment's seed, which also draws its data; 1 where it has none)",
			integer(0),
		)
		.option(
			"--workers <n>",
			"worker threads; the numbers do not depend on it (default: one per processor)",
			integer(1),
		)
		.option("--option <name=value>", "option of the sampler; may be repeated", collectOption, {})
		.addOption(
			new Option(
				"--temper [replicas]",
				"replicas of each chain at growing noise, for many modes (8 unless given)",
			)
				.argParser(integer(1))
				.preset("8"),
		);
}

/** The options of chains, what else to measure, and checkpoints. */
export function addSamplingOptions(command: Command): Command {
	return addChainOptions(command)
		.option("--covariance", "also the posterior covariance over points, for one output")
		.option("--evidence", "also the log evidence; by default with 8 tempered replicas of each chain")
		.option("--resume", "go on from the checkpoints of an interrupted run, to the same bits")
		.option("--checkpoint-every <seconds>", "seconds between checkpoints of a chain", positive, 5);
}

/** A number above 0. */
function positive(text: string): number {
	const value = Number(text);
	if (text.trim() === "" || !Number.isFinite(value) || value <= 0) {
		throw new InvalidArgumentError(`Wanted a number above 0; got ${text || "nothing"}.`);
	}
	return value;
}

/** Only the flags that were given, as an overlay of the experiment's `sampling`. */
export function samplingOverrides(flags: ChainFlags & Partial<SamplingFlags>): Record<string, unknown> {
	const { sampler, chains, draws, warmup, seed, covariance, temper, evidence, saveWeights } = flags;
	const given = { ...flags.option, ...(temper === undefined ? {} : { temper }) };
	const options = Object.keys(given).length === 0 ? undefined : given;
	return Object.fromEntries(
		Object.entries({
			sampler,
			chains,
			draws,
			warmup,
			seed,
			covariance,
			evidence,
			saveWeights,
			options,
		}).filter(([, value]) => value !== undefined),
	);
}
