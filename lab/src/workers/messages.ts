/** What the page and its workers say to each other: plain data. */
import type {
	Answer,
	ChainProgress,
	ChainResult,
	Comparison,
	InputError,
	PlannedTheory,
	Problem,
	SampledAnswer,
	SamplingSettings,
	TheoryChoice,
	TheoryOutcome,
} from "@finitude/core";

/** Read an experiment: its data set, its theories, every default. */
export interface ResolveJob {
	readonly kind: "resolve";
	readonly experiment: unknown;
}

export interface ResolvedExperiment {
	readonly name: string;
	readonly problem: Problem;
	/** Those that are to be solved, and those left out with the reason. */
	readonly planned: readonly PlannedTheory[];
	/** Of every planned theory, by its id. The page itself does without the code of the theories. */
	readonly titles: Readonly<Record<string, string>>;
	readonly sampling: SamplingSettings | false;
	/** The same experiment as a file with every default written out. */
	readonly resolved: Readonly<Record<string, unknown>>;
}

/** Solve one theory. */
export interface TheoryJob {
	readonly kind: "theory";
	readonly problem: Problem;
	readonly choice: TheoryChoice;
}

/** Run one chain, with a report from time to time; ends early after a `ChainCommand` "stop". */
export interface ChainJob {
	readonly kind: "chain";
	readonly problem: Problem;
	readonly settings: SamplingSettings;
	readonly chain: number;
}

/** Combine chains and measure theories by them. */
export interface CompareJob {
	readonly kind: "compare";
	readonly problem: Problem;
	readonly settings: SamplingSettings;
	readonly answers: readonly Answer[];
	readonly chains: readonly ChainResult[];
}

/** The results by the kinds of jobs. */
interface JobResults {
	readonly resolve: ResolvedExperiment;
	readonly theory: TheoryOutcome;
	readonly chain: ChainResult;
	readonly compare: { readonly answer: SampledAnswer; readonly comparison: Comparison };
}

export type Job = ResolveJob | TheoryJob | ChainJob | CompareJob;
export type JobResult<J extends Job> = JobResults[J["kind"]];

/** To a worker that runs a chain. */
export interface ChainCommand {
	readonly kind: "command";
	readonly command: "pause" | "resume" | "stop";
}

/** From time to time while a job runs. */
export type Progress =
	| { readonly kind: "theory"; readonly fraction: number; readonly message: string }
	/** `result`: the draws so far, once there are enough for diagnostics. */
	| { readonly kind: "chain"; readonly progress: ChainProgress; readonly result?: ChainResult };

/** From a worker to the page. */
export type Report =
	| { readonly kind: "progress"; readonly progress: Progress }
	| { readonly kind: "done"; readonly result: JobResult<Job> }
	| { readonly kind: "refusal"; readonly fault: InputFault }
	| { readonly kind: "failure"; readonly message: string };

/** The fields of an InputError: a structured clone drops the class and the own fields of an error. */
export type InputFault = ConstructorParameters<typeof InputError>[0];
