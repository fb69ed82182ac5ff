/**
 * Parallel tempering in the noise: replicas of one network at growing noise, each moved by its own Hamiltonian Monte Carlo,
 * exchange their weights. Raising p(Y | f) to the power beta is sampling at noise kappa / beta, so that every replica has the
 * readout integrated out; the hottest one, beta = 0, is the prior itself and is drawn afresh at every step.
 *
 * Exchanges: Swendsen and Wang 1986, Geyer 1991; even and odd pairs in turn, which makes round trips fastest (Okabe et al.
 * 2001; Syed, Bouchard-Cote, Deligiannidis, Doucet 2022, JRSS B 84:321, arXiv 1905.02939).
 */
import type { RandomState } from "@finitude/engine";
import { createHmcTransition, type HmcInfo, type HmcSettings, type HmcState } from "../hmc-transition.ts";
import type { PriorStart } from "../prior-start.ts";
import type { TransitionKernel } from "../sampler.ts";
import type { SamplingSpace } from "../sampling-space.ts";
import { createScalarFunctions } from "../scalar-functions.ts";
import { type Ladder, respaced, uniformLadder } from "./ladder.ts";
import { recordRungs } from "./rung-record.ts";
import { countOffer, freshTally, rejectionRates, type SwapTally, swapRates } from "./swap-tally.ts";
import { createTemperedPotential } from "./tempered-potential.ts";

/** All replicas; plain data. */
export interface TemperedState {
	readonly ladder: Ladder;
	/** One replica a rung, the coldest (the posterior) first; the rung of the prior is not among them. */
	readonly rungs: readonly HmcState[];
	/** Weights on the last rung: a draw from the prior. */
	readonly prior: Float64Array;
	/** For each rung: its weights come from the prior and have not been on the cold rung since. */
	readonly fresh: readonly boolean[];
	/** Steps so far. */
	readonly steps: number;
	/** True after warm-up. */
	readonly frozen: boolean;
	/** Since the ladder was last moved, or since it was frozen. */
	readonly tally: SwapTally;
}

export interface TemperingSettings {
	/** Rungs of the ladder, the prior's included; at least 2. */
	readonly replicas: number;
	/** Also what the log evidence needs. */
	readonly evidence: boolean;
	/** How every replica moves. */
	readonly moves: HmcSettings;
}

/** The ladder is moved after this many steps of warm-up and at every doubling of them, by the offers since the last time. */
const FIRST_RESPACING = 16;

/** Draws from the prior whose mean misfit sets the path coordinate; it need only be of the right order. */
const SCALE_DRAWS = 16;

/** One chain is a whole ladder; its draws are those of the cold replica. */
export function createTemperedHmc(
	space: SamplingSpace,
	start: PriorStart,
	{ replicas, evidence, moves }: TemperingSettings,
): TransitionKernel<TemperedState, HmcInfo> {
	const { engine, network, potential, problem } = space;
	const tempered = createTemperedPotential(space);
	const transition = createHmcTransition(engine, potential, moves);
	const scalar = createScalarFunctions(engine);
	const normals = engine.allocate(network.parameters);
	const uniform = engine.allocate(1);
	const last = replicas - 1;

	/** The observer and other readers find the potential at the problem's own noise. */
	const restoringNoise = <Result>(result: Result): Result => {
		tempered.setPower(1);
		return result;
	};

	const drawPrior = (stream: RandomState) => {
		engine.fillNormal(stream, normals);
		return normals.data.slice();
	};

	/** The replica of a rung at other weights or another power; undefined where the kernel cannot be factorized. */
	const moved = (rung: HmcState, weights: Float64Array, power: number): HmcState | undefined => {
		tempered.setPower(power);
		const point = transition.pointAt(weights);
		return point && { ...rung, ...point };
	};

	/** Offers every second pair of neighbours an exchange of their weights. */
	const exchange = (state: TemperedState, stream: RandomState): TemperedState => {
		const { powers } = state.ladder;
		const rungs = [...state.rungs];
		const fresh = state.fresh.map((value, i) => value || i === last);
		let { prior, tally } = state;
		const weightsOn = (i: number) => (i < last ? rungs[i]!.position : prior);
		const energyOf = (i: number) => (i < last ? tempered.fromPotential(rungs[i]!.energy, powers[i]!) : 0);
		const place = (i: number, weights: Float64Array) => {
			// An exchange is accepted where both energies are finite.
			if (i < last) rungs[i] = moved(rungs[i]!, weights, powers[i]!)!;
			else prior = weights;
		};
		for (let cold = state.steps % 2; cold < last; cold += 2) {
			const hot = cold + 1;
			const [below, above] = [weightsOn(cold), weightsOn(hot)];
			tempered.look(above);
			const aboveAtCold = tempered.energy(powers[cold]!);
			tempered.look(below);
			const belowAtHot = tempered.energy(powers[hot]!);
			const gain = energyOf(cold) + energyOf(hot) - aboveAtCold - belowAtHot;
			// exp(-700) is 1e-304: nothing is accepted beyond.
			const acceptance = gain >= 0 ? 1 : gain > -700 ? scalar.exp(gain) : 0;
			engine.fillUniform(stream, uniform);
			if (uniform.data[0]! < acceptance) {
				place(cold, above);
				place(hot, below);
				[fresh[cold], fresh[hot]] = [fresh[hot]!, fresh[cold]!];
			}
			const arrived = cold === 0 && fresh[0]!;
			if (arrived) fresh[0] = false;
			tally = countOffer(tally, cold, acceptance, arrived);
		}
		return { ...state, rungs, prior, fresh, tally };
	};

	/** Moves the rungs to where neighbours are rejected alike; not to where the kernel of a replica cannot be factorized. */
	const respacedWhenDue = (state: TemperedState): TemperedState => {
		const { steps } = state;
		const doubled = (steps & (steps - 1)) === 0;
		if (steps < FIRST_RESPACING || !doubled) return state;
		const ladder = respaced(state.ladder, rejectionRates(state.tally), scalar);
		const rungs = state.rungs
			.map((rung, i) => moved(rung, rung.position, ladder.powers[i]!))
			.filter((rung) => rung !== undefined);
		return { ...state, ...(rungs.length === last ? { ladder, rungs } : {}), tally: freshTally(last) };
	};

	return {
		notes: [],
		init(stream) {
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
			return restoringNoise({
				ladder,
				rungs,
				prior: drawPrior(stream),
				fresh: ladder.powers.map(() => false),
				steps: 0,
				frozen: false,
				tally: freshTally(last),
			});
		},
		step(state, stream, warmingUp) {
			const outcomes = state.rungs.map((rung, i) => {
				tempered.setPower(state.ladder.powers[i]!);
				return transition.step(rung, stream, warmingUp);
			});
			const freezes = !warmingUp && !state.frozen;
			const exchanged = exchange(
				{
					...state,
					rungs: outcomes.map((outcome) => outcome.state),
					prior: drawPrior(stream),
					steps: state.steps + 1,
					...(freezes ? { frozen: true, tally: freshTally(last) } : {}),
				},
				stream,
			);
			const gradientEvaluations = outcomes.reduce((sum, { info }) => sum + info.gradientEvaluations, 0);
			return restoringNoise({
				state: warmingUp ? respacedWhenDue(exchanged) : exchanged,
				info: { ...outcomes[0]!.info, gradientEvaluations },
			});
		},
		draw({ rungs, prior, ladder }) {
			const hidden = rungs[0]!.position;
			if (!evidence) return { hidden };
			const weights = [...rungs.map(({ position }) => position), prior];
			return restoringNoise({ hidden, rungs: recordRungs(tempered, ladder.powers, weights) });
		},
		ladder: ({ ladder, tally }) => ({
			powers: ladder.powers,
			swapRates: swapRates(tally),
			arrivals: tally.arrivals,
		}),
	};
}
