/**
 * Unadjusted Langevin dynamics: noisy full-batch gradient descent with weight decay on all weights, the readout included.
 *
 * The protocol of the experiments in the literature, w <- w - eta (dL/dw + kappa w / sigma^2) + sqrt(2 kappa eta) xi with
 * L = 1/2 |f - Y|^2, in the weights w of the network's definition; a prior of variance sigma^2 is weight decay kappa / sigma^2.
 * Problem class: every network; noiseVariance > 0, which is the temperature.
 * Not exact: the step size eta is fixed, nothing is accepted or rejected, and the law of the draws differs from the posterior
 * by an amount of first order in eta. A second run at eta / 2 over the same time shows it (`step-size-bias.ts`).
 * f itself is observed, not its conditional mean given the hidden weights: integrating the readout out would hide the bias.
 * Cost of a step: one matrix product forward and two backward per layer.
 * Checked against a plain implementation of the protocol, against exact linear posteriors as eta shrinks, and against what
 * the scheme does to a Gaussian.
 */
import { z } from "zod";
import type { ValidityNote } from "../answer/answer.ts";
import type { Problem } from "../problem/problem.ts";
import type { Reference } from "../theories/theory.ts";
import { squaredNorm } from "./block-operations.ts";
import { createFullPotential } from "./full-potential.ts";
import { createLangevinDynamics, type LangevinDynamics } from "./langevin-dynamics.ts";
import type { Sampler, StepInfo, TransitionKernel } from "./sampler.ts";
import type { SamplingSpace } from "./sampling-space.ts";
import { STABLE_FRACTION, stableStepSize } from "./stable-step-size.ts";
import { halfStepSettings } from "./step-size-bias.ts";

const references: readonly Reference[] = [
	{
		key: "naveh2021predicting",
		authors: ["Gadi Naveh", "Oded Ben David", "Haim Sompolinsky", "Zohar Ringel"],
		title: "Predicting the outputs of finite deep neural networks trained with noisy gradients",
		year: 2021,
		arxiv: "2004.01190",
		journal: "Physical Review E 104:064301",
		doi: "10.1103/PhysRevE.104.064301",
	},
	{
		key: "roberts1996exponential",
		authors: ["Gareth O. Roberts", "Richard L. Tweedie"],
		title: "Exponential convergence of Langevin distributions and their discrete approximations",
		year: 1996,
		journal: "Bernoulli 2:341",
		doi: "10.2307/3318418",
	},
	{
		key: "talay1990expansion",
		authors: ["Denis Talay", "Luciano Tubaro"],
		title: "Expansion of the global error for numerical schemes solving stochastic differential equations",
		year: 1990,
		journal: "Stochastic Analysis and Applications 8:483",
		doi: "10.1080/07362999008809220",
	},
];

/** A point of the chain; plain data. */
export interface LangevinState {
	/** Whitened hidden weights, then the readout. */
	readonly position: Float64Array;
	/** The first layer's biases, as far as they stick out of the row space of the training inputs; see PriorPrecision. */
	readonly outside: Float64Array;
	/** An energy above this means that the dynamics has exploded. */
	readonly ceiling: number;
}

const options = z.strictObject({
	stepSize: z
		.union([z.literal("auto"), z.number().positive()], '"auto" or a finite number above 0')
		.default("auto")
		.describe(
			"eta, in the weights of the network's definition; auto: 0.2 over the largest curvature of the loss near the prior.",
		),
	stepsPerDraw: z
		.int("an integer of at least 1")
		.min(1, "an integer of at least 1")
		.default(50)
		.describe("Steps from one draw to the next, in warm-up too."),
	biasCheck: z
		.boolean("true or false")
		.default(true)
		.describe(
			"Also run half the step size over the same time, twice the work of the run itself, and report the difference.",
		),
});

export type LangevinOptions = z.output<typeof options>;

/** Registered as "langevin". */
export const langevin: Sampler<LangevinState, StepInfo, LangevinOptions> = {
	id: "langevin",
	title: "Unadjusted Langevin dynamics of all weights",
	summary:
		"Noisy full-batch gradient descent with weight decay, as experiments do it: biased by its step size.",
	references,
	options,
	divergenceAdvice: "Lower stepSize, or leave it at auto",
	applies,
	prepare,
	biasRun: halfStepSettings,
};

function applies({ noiseVariance }: Problem): true | string {
	if (noiseVariance > 0) return true;
	return (
		`langevin needs noiseVariance > 0; got ${noiseVariance}: it is the temperature of the dynamics, which without it is ` +
		"plain gradient descent. Use a small noise, such as 1e-4 of the targets' variance."
	);
}

/**
 * Energies of a stationary chain are about half the number of weights plus half that of targets, and no start from the prior
 * lies above its own: a chain that rises this many times above both has left for good.
 */
const EXPLOSION = 1000;

function prepare(
	space: SamplingSpace,
	{ stepSize: asked, stepsPerDraw }: LangevinOptions,
): TransitionKernel<LangevinState, StepInfo> {
	const { engine } = space;
	const potential = createFullPotential(space);
	const dynamics = createLangevinDynamics(space, potential);
	const { position } = potential;
	const further = engine.allocate(dynamics.outside);
	const derived = asked === "auto" ? stableStepSize(space, potential, dynamics) : undefined;
	const stepSize = derived?.stepSize ?? (asked as number);
	const energy = () => potential.evaluate() + squaredNorm(position) / 2;
	return {
		notes: [stepSizeNote(stepSize, derived?.curvature), ...outsideNote(space, dynamics, stepSize)],
		init(stream) {
			engine.fillNormal(stream, position);
			engine.fillNormal(stream, further);
			return {
				position: position.data.slice(),
				outside: further.data.slice(),
				ceiling: EXPLOSION * (energy() + position.length),
			};
		},
		step(state, stream) {
			position.data.set(state.position);
			const outside = state.outside.slice();
			let exploded = false;
			for (let step = 0; step <= stepsPerDraw; step++) {
				exploded = !(energy() <= state.ceiling);
				if (exploded || step === stepsPerDraw) break;
				dynamics.step(stepSize, outside, stream);
			}
			const info = {
				acceptance: 1,
				divergent: exploded,
				energyError: 0,
				stepSize,
				gradientEvaluations: stepsPerDraw + 1,
			};
			return { state: exploded ? state : { ...state, position: position.data.slice(), outside }, info };
		},
		draw: (state) => potential.draw(state.position),
	};
}

function stepSizeNote(stepSize: number, curvature: number | undefined): ValidityNote {
	const origin =
		curvature === undefined
			? "as asked"
			: `${STABLE_FRACTION} over the largest curvature, ${curvature.toPrecision(3)}, of loss and weight decay near the prior`;
	return {
		name: "step size",
		value: stepSize,
		message:
			`Langevin steps of ${stepSize.toPrecision(3)} (${origin}) without Metropolis correction: the law of the draws ` +
			"differs from the posterior by an amount of first order in the step size.",
	};
}

/** The observer draws what no training input reads from the prior itself, at any step size. */
function outsideNote(
	{ inputs }: SamplingSpace,
	dynamics: LangevinDynamics,
	stepSize: number,
): ValidityNote[] {
	const outside = inputs.test?.outside.columns ?? 0;
	if (outside === 0) return [];
	const factor = 1 / (1 - (stepSize * dynamics.firstLayerRate) / 2);
	return [
		{
			name: "inputs outside the training span",
			value: outside,
			message:
				`In ${outside} directions that test inputs have and training inputs have not, first-layer weights are drawn from their prior ` +
				`anew for every draw; steps of this size would give them ${factor.toPrecision(6)} times its variance.`,
		},
	];
}
