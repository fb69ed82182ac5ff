/**
 * Parallel tempering in the noise: replicas of one network at growing noise, each moved by its own Hamiltonian Monte Carlo,
 * exchange their weights. Raising p(Y | f) to the power beta is sampling at noise kappa / beta, so that every replica has the
 * readout integrated out; the hottest one, beta = 0, is the prior itself and is drawn afresh at every step.
 *
 * Exchanges: Swendsen and Wang 1986, Geyer 1991; even and odd pairs in turn, which makes round trips fastest (Okabe et al.
 * 2001; Syed, Bouchard-Cote, Deligiannidis, Doucet 2022, JRSS B 84:321, arXiv 1905.02939).
 */
import type { RandomState } from "@finitude/engine";
import { createHmcTransition, type HmcInfo, type HmcState } from "../hmc-transition.ts";
import type { PriorStart } from "../prior-start.ts";
import type { TransitionKernel } from "../sampler.ts";
import type { SamplingSpace } from "../sampling-space.ts";
import { createScalarFunctions } from "../scalar-functions.ts";
import { type Ladder, respaced, uniformLadder } from "./ladder.ts";
import { recordRungs } from "./rung-record.ts";
import { countSwap, freshTally, rejectionRates, type SwapTally, swapRates } from "./swap-tally.ts";
import { createTemperedPotential } from "./tempered-potential.ts";

/** All replicas; plain data. */
export interface TemperedState {
	readonly ladder: Ladder;
	/** One replica a rung, the coldest (the posterior) first; the rung of the prior is not among them. */
	readonly rungs: readonly HmcState[];
	/** Weights on the last rung: a draw from the prior. */
	readonly prior: Float64Array;
	/** Which replicas, of all rungs, come from the prior and have not been on the cold rung since. */
	readonly fresh: readonly boolean[];
	/** Steps so far. */
	readonly steps: number;
	/** True after warm-up. */
	readonly frozen: boolean;
	/** Since the ladder was last moved, or since it was frozen. */
	readonly tally: SwapTally;
}

/** The ladder is moved after this many steps of warm-up and every doubling of them, by the exchanges since the last time. */
const FIRST_RESPACING = 16;

/** Draws from the prior whose mean misfit sets the path coordinate; it need only be of the right order. */
const SCALE_DRAWS = 16;

export interface TemperingSettings {
	/** Rungs of the ladder, the prior's included; at least 2. */
	readonly replicas: number;
	/** Also what the log evidence needs. */
	readonly evidence: boolean;
}

/**
 * One chain is a whole ladder; its draws are those of the cold replica.
 */
export function createTemperedHmc(
	space: SamplingSpace,
	start: PriorStart,
	{ replicas, evidence }: TemperingSettings,
): TransitionKernel<TemperedState, HmcInfo> {
	const { engine, network, potential, problem } = space;
	const tempered = createTemperedPotential(space);
	const transition = createHmcTransition(engine, potential);
	const scalar = createScalarFunctions(engine);
	const normals = engine.allocate(network.parameters);
	const uniform = engine.allocate(1);
	const last = replicas - 1;

	const drawPrior = (stream: RandomState) => {
		engine.fillNormal(stream, normals);
		return normals.data.slice();
	};

	/** The replica of a rung at other weights or another noise. */
	const moved = (rung: HmcState, weights: Float64Array, power: number): HmcState => {
		tempered.setPower(power);
		potential.position.data.set(weights);
		const energy = potential.evaluate();
		return { ...rung, position: weights, energy, gradient: potential.gradient.data.slice() };
	};

	/** The observer and later steps find the potential as the problem has it. */
	const atOwnNoise = <Result>(body: () => Result): Result => {
		const result = body();
		tempered.setPower(1);
		return result;
	};

	/** Offers every second pair of neighbours an exchange. */
	const exchange = (state: TemperedState, stream: RandomState): TemperedState => {
		const { powers } = state.ladder;
		const rungs = [...state.rungs];
		const fresh = state.fresh.map((value, i) => value || i === last);
		let { prior, tally } = state;
		for (let cold = state.steps % 2; cold < last; cold += 2) {
			const hot = cold + 1;
			const below = rungs[cold]!.position;
			const above = hot < last ? rungs[hot]!.position : prior;
			const energyOf = (i: number) => (i < last ? tempered.fromPotential(rungs[i]!.energy, powers[i]!) : 0);
			tempered.look(above);
			const aboveAtCold = tempered.energy(powers[cold]!);
			tempered.look(below);
			const belowAtHot = tempered.energy(powers[hot]!);
			const gain = energyOf(cold) + energyOf(hot) - aboveAtCold - belowAtHot;
			// exp(-700) is 1e-304: nothing is accepted beyond.
			const acceptance = gain >= 0 ? 1 : gain > -700 ? scalar.exp(gain) : 0;
			engine.fillUniform(stream, uniform);
			const accepted = uniform.data[0]! < acceptance;
			if (accepted) {
				rungs[cold] = moved(rungs[cold]!, above, powers[cold]!);
				if (hot < last) rungs[hot] = moved(rungs[hot]!, below, powers[hot]!);
				else prior = below;
				[fresh[cold], fresh[hot]] = [fresh[hot]!, fresh[cold]!];
			}
			const arrived = cold === 0 && fresh[0]!;
			if (arrived) fresh[0] = false;
			tally = countSwap(tally, cold, acceptance, arrived);
		}
		return { ...state, rungs, prior, fresh, tally };
	};

	/** Moves the rungs to where neighbours are rejected alike; the ladder stays where a moved rung has no finite potential. */
	const adapted = (state: TemperedState): TemperedState => {
		const doublings = Math.log2(state.steps / FIRST_RESPACING);
		if (doublings < 0 || !Number.isInteger(doublings)) return state;
		const ladder = respaced(state.ladder, rejectionRates(state.tally), scalar);
		const rungs = state.rungs.map((rung, i) => moved(rung, rung.position, ladder.powers[i]!));
		const possible = rungs.every(({ energy }) => Number.isFinite(energy));
		return { ...state, ...(possible ? { ladder, rungs } : {}), tally: freshTally(last) };
	};

	return {
		notes: [],
		init: (stream) =>
			atOwnNoise(() => {
				let misfit = 0;
				for (let draw = 0; draw < SCALE_DRAWS; draw++) {
					tempered.look(drawPrior(stream));
					misfit += tempered.priorMisfit() / SCALE_DRAWS;
				}
				const ladder = uniformLadder(replicas, misfit / problem.noiseVariance, scalar);
				const rungs = ladder.powers.slice(0, last).map((power) => {
					tempered.setPower(power);
					return start(transition, stream);
				});
				return {
					ladder,
					rungs,
					prior: drawPrior(stream),
					fresh: ladder.powers.map(() => false),
					steps: 0,
					tally: freshTally(last),
					frozen: false,
				};
			}),
		step: (state, stream, warmingUp) =>
			atOwnNoise(() => {
				let gradientEvaluations = 0;
				let cold: HmcInfo | undefined;
				const rungs = state.rungs.map((rung, i) => {
					tempered.setPower(state.ladder.powers[i]!);
					const { state: next, info } = transition.step(rung, stream, warmingUp);
					gradientEvaluations += info.gradientEvaluations;
					cold ??= info;
					return next;
				});
				const freezes = !warmingUp && !state.frozen;
				const next = exchange(
					{
						...state,
						rungs,
						prior: drawPrior(stream),
						steps: state.steps + 1,
						...(freezes ? { tally: freshTally(last), frozen: true } : {}),
					},
					stream,
				);
				return {
					state: warmingUp ? adapted(next) : next,
					info: { ...cold!, gradientEvaluations },
				};
			}),
		draw: (state) =>
			atOwnNoise(() => {
				const hidden = state.rungs[0]!.position;
				if (!evidence) return { hidden };
				const replicaWeights = [...state.rungs.map(({ position }) => position), state.prior];
				return { hidden, rungs: recordRungs(tempered, state.ladder.powers, replicaWeights) };
			}),
		ladder: ({ ladder, tally }) => ({
			...ladder,
			swapRates: swapRates(tally),
			arrivals: tally.arrivals,
		}),
	};
}
