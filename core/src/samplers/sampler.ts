import type { Engine, RandomState } from "@finitude/engine";
import type { ValidityNote } from "../answer/answer.ts";
import type { Problem } from "../problem/problem.ts";
import type { Reference } from "../theories/theory.ts";

/** What a user chooses; one set for all chains. */
export interface SamplingSettings {
	readonly sampler: string;
	readonly chains: number;
	/** Kept draws per chain. */
	readonly draws: number;
	readonly warmup: number;
	readonly seed: number;
}

/** A sampler of a problem's posterior: `id` is file name, command-line word and docs page. */
export interface Sampler<State = unknown, Info extends StepInfo = StepInfo> {
	readonly id: string;
	readonly title: string;
	readonly references: readonly Reference[];
	applies(problem: Problem): true | string;
	/** Binds a problem to an engine and allocates the work space. */
	prepare(problem: Problem, engine: Engine): TransitionKernel<State, Info>;
}

/** What one transition did. */
export interface StepInfo {
	/** Mean Metropolis acceptance probability of this step. */
	readonly acceptance: number;
	readonly divergent: boolean;
	/** Hamiltonian error of the proposal, where there is one. */
	readonly energyError: number;
	/** Step size used, where there is one. */
	readonly stepSize?: number;
	/** Gradients of the log density that this step took, where it took any. */
	readonly gradientEvaluations?: number;
}

/** Pure: the outcome depends on the state, the tuning and the stream only, and no argument but the stream is changed. */
export interface TransitionKernel<State, Info extends StepInfo> {
	/** What this binding decided and the user should know: the rank of the inputs, for example. */
	readonly notes: readonly ValidityNote[];
	/** A state drawn from the prior. Advances `stream`. */
	init(stream: RandomState): State;
	/** One transition; the tuning (step size, mass) is part of the state and adapts while `warmingUp`. */
	step(state: State, stream: RandomState, warmingUp: boolean): { state: State; info: Info };
	/** What this state says of the posterior, with everything Gaussian integrated out. */
	observe(state: State, stream: RandomState): Observation;
}

/** Conditional on the hidden weights the readout is Gaussian: these are the exact conditional moments. */
export interface Observation {
	/** P x D row-major: E[f | hidden weights, data] at the training points. */
	readonly trainMean: Float64Array;
	/** Conditional variances; rounding may leave a tiny negative number. */
	readonly trainVariance: Float64Array;
	/** P* x D; empty when the problem has no test inputs. */
	readonly testMean: Float64Array;
	readonly testVariance: Float64Array;
	/** P x P: (s_a^2 / (chi N)) sum_i phi_i phi_i^T (+ readout bias variance). */
	readonly outputKernel: Float64Array;
	/** log p(y, hidden weights) up to a constant. */
	readonly logDensity: number;
}
