/**
 * Metropolis-adjusted Langevin algorithm on all weights, the readout included.
 *
 * The proposal of `langevin` with every weight measured in its prior standard deviation: u' = u - h G(u) + sqrt(2 h) xi, with G the
 * gradient of E(u) = U(u) + |u|^2 / 2; accepted with probability min(1, p(u') q(u | u') / (p(u) q(u' | u))).
 * Problem class: every network; noiseVariance > 0.
 * Exact up to Monte-Carlo error, for every step size. The readout is sampled, and f itself observed: independent of `hmc` in all
 * but the forward and backward passes.
 * Algorithm: `stepsPerDraw` steps from draw to draw; h by dual averaging to an acceptance of 0.574 during warm-up, then frozen.
 * Checked against exact linear posteriors, against `hmc`, and by Geweke's joint-distribution test.
 */
import type { RandomState } from "@finitude/engine";
import { z } from "zod";
import { InputError } from "../errors.ts";
import type { Problem } from "../problem/problem.ts";
import type { Reference } from "../theories/theory.ts";
import { squaredNorm } from "./block-operations.ts";
import { adapt, type StepSizeTuning, startTuning, stepSizeOf } from "./dual-averaging.ts";
import { createFullPotential } from "./full-potential.ts";
import type { Sampler, StepInfo, TransitionKernel } from "./sampler.ts";
import type { SamplingSpace } from "./sampling-space.ts";
import { createScalarFunctions } from "./scalar-functions.ts";
import { DIVERGENCE_THRESHOLD } from "./trajectory.ts";

const references: readonly Reference[] = [
	{
		key: "roberts1996exponential",
		authors: ["Gareth O. Roberts", "Richard L. Tweedie"],
		title: "Exponential convergence of Langevin distributions and their discrete approximations",
		year: 1996,
		journal: "Bernoulli 2:341",
		doi: "10.2307/3318418",
	},
	{
		key: "roberts1998optimal",
		authors: ["Gareth O. Roberts", "Jeffrey S. Rosenthal"],
		title: "Optimal scaling of discrete approximations to Langevin diffusions",
		year: 1998,
		journal: "Journal of the Royal Statistical Society B 60:255",
		doi: "10.1111/1467-9868.00123",
	},
];

/** Optimal for targets of many independent coordinates (Roberts and Rosenthal 1998, theorem 2). */
const TARGET_ACCEPTANCE = 0.574;

/** At h = 1 the proposal under the prior alone forgets where it was: larger steps overshoot. */
const LARGEST_STEP_SIZE = 1;

/** A point of the chain; plain data. */
export interface MalaState {
	/** Whitened hidden weights, then the readout. */
	readonly position: Float64Array;
	readonly tuning: StepSizeTuning;
}

const options = z.strictObject({
	stepsPerDraw: z
		.int("an integer of at least 1")
		.min(1, "an integer of at least 1")
		.default(20)
		.describe("Metropolis-adjusted steps from one draw to the next, in warm-up too."),
});

type MalaOptions = z.output<typeof options>;

/** Registered as "mala". */
export const mala: Sampler<MalaState, StepInfo, MalaOptions> = {
	id: "mala",
	title: "Metropolis-adjusted Langevin algorithm on all weights",
	summary:
		"Exact up to Monte-Carlo error for every network: Langevin steps of all weights, each accepted or rejected.",
	references,
	options,
	applies,
	prepare,
};

function applies({ noiseVariance }: Problem): true | string {
	if (noiseVariance > 0) return true;
	return (
		`mala needs noiseVariance > 0; got ${noiseVariance}: without noise no weights but those that fit the data exactly have ` +
		"a probability. Use a small noise, such as 1e-4 of the targets' variance."
	);
}

function prepare(space: SamplingSpace, { stepsPerDraw }: MalaOptions): TransitionKernel<MalaState, StepInfo> {
	const { engine } = space;
	const potential = createFullPotential(space);
	const { position } = potential;
	const noise = engine.allocate(position.length);
	const uniforms = engine.allocate(stepsPerDraw);
	const scalar = createScalarFunctions(engine);

	const evaluate = (): Point => {
		const energy = potential.evaluate() + squaredNorm(position) / 2;
		const u = position.data.slice();
		const gradient = potential.gradient.data.slice();
		for (let i = 0; i < u.length; i++) gradient[i]! += u[i]!;
		return { position: u, energy, gradient };
	};

	/** A proposal, and -log of the ratio that Metropolis and Hastings accept by: Infinity where the proposal overflows. */
	const propose = (from: Point, h: number, stream: RandomState) => {
		engine.fillNormal(stream, noise);
		const u = position.data;
		const xi = noise.data;
		const deviation = Math.sqrt(2 * h);
		for (let i = 0; i < u.length; i++) u[i] = from.position[i]! - h * from.gradient[i]! + deviation * xi[i]!;
		const to = evaluate();
		let back = 0;
		for (let i = 0; i < u.length; i++) {
			back += (from.position[i]! - to.position[i]! + h * to.gradient[i]!) ** 2;
		}
		const error = to.energy - from.energy + back / (4 * h) - squaredNorm(noise) / 2;
		return { to, error: Number.isNaN(error) ? Number.POSITIVE_INFINITY : error };
	};

	return {
		notes: [],
		init(stream) {
			engine.fillNormal(stream, position);
			const start = evaluate();
			if (!Number.isFinite(start.energy)) throw overflows(space.problem);
			const h = startingStepSize((size) => propose(start, size, stream).error);
			return {
				position: start.position,
				tuning: startTuning(h, LARGEST_STEP_SIZE, scalar, TARGET_ACCEPTANCE),
			};
		},
		step(state, stream, warmingUp) {
			position.data.set(state.position);
			let { tuning } = state;
			let point = evaluate();
			let acceptances = 0;
			let worst = 0;
			engine.fillUniform(stream, uniforms);
			for (let step = 0; step < stepsPerDraw; step++) {
				const { to, error } = propose(point, stepSizeOf(tuning, warmingUp, scalar), stream);
				// exp(-700) is 1e-304: nothing is accepted beyond.
				const acceptance = error > 700 ? 0 : error > 0 ? scalar.exp(-error) : 1;
				if (uniforms.data[step]! < acceptance) point = to;
				if (warmingUp) tuning = adapt(tuning, acceptance, scalar);
				acceptances += acceptance;
				worst = Math.max(worst, error);
			}
			return {
				state: { position: point.position, tuning },
				info: {
					acceptance: acceptances / stepsPerDraw,
					divergent: worst > DIVERGENCE_THRESHOLD,
					energyError: worst,
					stepSize: stepSizeOf(tuning, warmingUp, scalar),
					gradientEvaluations: stepsPerDraw + 1,
				},
			};
		},
		draw: (state) => potential.draw(state.position),
		at: ({ tuning }, network) => ({ position: potential.positionOf(network), tuning }),
	};
}

/** No step from there could be accepted or refused. */
function overflows({ noiseVariance }: Problem): InputError {
	return new InputError({
		where: "noiseVariance",
		wanted: "a noise and targets whose log density has a finite value in double precision",
		got: `${noiseVariance}`,
		advice:
			"The log density overflows at weights drawn from the prior: raise noiseVariance, or rescale the data.",
	});
}

/** Weights, E and its gradient there. */
interface Point {
	readonly position: Float64Array;
	readonly energy: number;
	readonly gradient: Float64Array;
}

/** Halves the step size until one proposal would be accepted with probability 1/2; adaptation does the rest. */
function startingStepSize(errorAt: (stepSize: number) => number): number {
	let h = LARGEST_STEP_SIZE / 4;
	while (h > 1e-12 && errorAt(h) > Math.LN2) h /= 2;
	return h;
}
