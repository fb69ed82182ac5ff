import type { RandomState } from "@finitude/engine";
import type { z } from "zod";
import type { ValidityNote } from "../answer/answer.ts";
import type { Problem } from "../problem/problem.ts";
import type { Reference } from "../theories/theory.ts";
import type { ChainResult } from "./chain-result.ts";
import type { SamplingSpace } from "./sampling-space.ts";

/** What a user chooses; one set for all chains. */
export interface SamplingSettings {
	readonly sampler: string;
	readonly chains: number;
	/** Kept draws per chain. */
	readonly draws: number;
	readonly warmup: number;
	readonly seed: number;
	/** Options of the sampler; it fills in those that are left out. */
	readonly options?: Readonly<Record<string, unknown>>;
	/** Also the posterior covariance of f over points, for one output. Default: false. */
	readonly covariance?: boolean;
	/** Also the log evidence, by a sampler that can estimate it on request. Default: false. */
	readonly evidence?: boolean;
	/** Also keep the weights of draws. Default: false. */
	readonly saveWeights?: boolean;
	/** Of which draws: numbers 0, k, 2k, ... of the kept ones. Default: 1, of every draw. */
	readonly weightsEvery?: number;
}

/** A sampler of a problem's posterior: `id` is file name, command-line word and docs page. */
export interface Sampler<
	State = unknown,
	Info extends StepInfo = StepInfo,
	Options extends object = Record<string, unknown>,
> {
	readonly id: string;
	readonly title: string;
	/** One sentence: what it does, and what it is exact for. */
	readonly summary: string;
	readonly references: readonly Reference[];
	/** A strict Zod object whose every field has a default and a description. */
	readonly options: z.ZodType<Options>;
	/** Every draw carries a log importance weight. */
	readonly weighted?: true;
	/** What to do about steps that diverged. Default: "Raise warmup and draws", where warm-up adapts the steps. */
	readonly divergenceAdvice?: string;
	/** true, or one sentence that says why this sampler cannot sample this problem. */
	applies(problem: Problem): true | string;
	/** Present where this sampler can estimate the log evidence: what it then stores of each draw on top of the rest. */
	readonly evidence?: { numbersPerDraw(options: Options): number };
	/**
	 * Binds a problem to an engine and allocates the work space. `applies` has been asked. Without a plan no evidence is wanted
	 * and adaptation that is spread over the warm-up is left out.
	 * @throws InputError when the options and this problem do not go together.
	 */
	prepare(space: SamplingSpace, options: Options, plan?: RunPlan): TransitionKernel<State, Info>;
	/** For samplers that are not exact: the settings of a second run that shows the bias of a first; see `biasRun`. */
	biasRun?(
		settings: SamplingSettings,
		chains: readonly ChainResult[],
		options: Options,
	): SamplingSettings | undefined;
}

/** What a kernel has to know of the run that it is for. */
export interface RunPlan {
	/** Steps that will be warming up. */
	readonly warmup: number;
	/** Whether the log evidence is wanted, which costs extra work. */
	readonly evidence: boolean;
}

/** What one transition did. */
export interface StepInfo {
	/** Mean Metropolis acceptance probability of this step; 1 for samplers that never reject. */
	readonly acceptance: number;
	readonly divergent: boolean;
	/** Hamiltonian error of the proposal, where there is one. */
	readonly energyError: number;
	/** Step size used, where there is one. */
	readonly stepSize?: number;
	/** True when a limit on the work of one step cut its trajectory short: a valid step, but a shorter one than wanted. */
	readonly shortened?: boolean;
	/** Gradients of the log density that this step took, where it took any. */
	readonly gradientEvaluations?: number;
}

/**
 * Pure: the outcome depends on the state, the tuning and the stream only, and no argument but the stream is changed. A state
 * is plain data (a structured clone of it continues the chain with the same bits): checkpoints store it.
 */
export interface TransitionKernel<State, Info extends StepInfo> {
	/** What this binding decided and the user should know. */
	readonly notes: readonly ValidityNote[];
	/** Where the chain starts: a draw from the prior, or from the posterior itself. Advances `stream`. */
	init(stream: RandomState): State;
	/** One transition; the tuning (step size, mass) is part of the state and adapts while `warmingUp`. */
	step(state: State, stream: RandomState, warmingUp: boolean): { state: State; info: Info };
	/** The network that this state stands for. */
	draw(state: State): NetworkDraw;
	/**
	 * The state at a network, one as `draw` gives them, with the tuning of `state`, for the targets that the space holds now: they
	 * may have been exchanged. Kernels whose steps leave the posterior invariant have it, so that this can be tested.
	 * @throws InputError where the posterior density at that network is not finite.
	 */
	at?(state: State, network: NetworkDraw): State;
	/** What the ladder of a tempered sampler did since warm-up. */
	ladder?(state: State): LadderReport;
}

/** A ladder of replicas from the posterior to the prior; plain data. */
export interface LadderReport {
	/** Powers of the likelihood, from 1 (the posterior) to 0 (the prior): rung i has the noise kappa / powers[i]. */
	readonly powers: readonly number[];
	/** Mean acceptance probability of the exchanges between neighbouring rungs, the coldest pair first. */
	readonly swapRates: readonly number[];
	/** How often a network drawn from the prior came down to the posterior. */
	readonly arrivals: number;
}

/** A sampled network in the coordinates of a SamplingSpace: all weights standard normal a priori. Not to be changed. */
export interface NetworkDraw {
	/** All hidden weights and biases. */
	readonly hidden: Float64Array;
	/**
	 * M x D row-major, M the last features with the constant one: f = sqrt(c) F^T readout. Where it is given, f itself is
	 * observed; without it the readout is integrated out, and what is observed are the conditional moments of f.
	 */
	readonly readout?: Float64Array;
	/** Of a ladder of replicas from the posterior to the prior: what the log evidence needs; see RungRecord. */
	readonly rungs?: Float64Array;
	/**
	 * log p(Y | w) p(w) / q(w), q the normalized density that the draw's weights w come from: the mean weight is the evidence
	 * p(Y), a density of the targets. Given by weighted samplers, in every draw; without it draws count alike.
	 */
	readonly logWeight?: number;
}
