/** Where importance sampling draws the hidden weights from: independent units with one law a layer, learned from a chain. */
import { type Block, type Engine, type Matrix, matrix, type RandomState } from "@finitude/engine";
import { fitUnitMixture, type MixtureChoice } from "./fit-unit-mixture.ts";
import { logSumExp } from "./log-sum-exp.ts";
import { createScalarFunctions } from "./scalar-functions.ts";
import {
	chooseComponent,
	logComponentRatio,
	placeUnit,
	priorComponent,
	type UnitMixture,
} from "./unit-mixture.ts";
import type { WhitenedNetwork } from "./whitened-network.ts";

/** A law of all hidden weights; plain data. */
export interface Proposal {
	/** Of every unit of the first layer. */
	readonly units: UnitMixture;
	/** Standard deviations of all weights of the second and every further layer. */
	readonly deviations: readonly number[];
	/** Probability that all weights are drawn from the prior instead. */
	readonly priorShare: number;
}

/** Draws from proposals with this many components at most; work space allocated once. */
export interface ProposalSampler {
	/** Fills `position` and returns log(q / p) there, q the proposal's density and p the prior's. Advances `stream`. */
	draw(proposal: Proposal, position: Block, stream: RandomState): number;
}

/** Draws beyond this many are not fitted: they are spread over all units and draws. */
const MOST_UNITS = 1000;

/** Draws' worth of prior weights that pull a layer's variance toward the prior's. */
const PULL = 1;

/** The proposal that is the prior. */
export function priorProposal(engine: Engine, network: WhitenedNetwork): Proposal {
	const { log } = createScalarFunctions(engine);
	const [first, ...deeper] = network.layers;
	return { units: [priorComponent(first!.fanIn, 1, log)], deviations: deeper.map(() => 1), priorShare: 0 };
}

/**
 * The proposal fitted to draws from the posterior: the mixture of the first layer's units, and of every further layer the
 * root mean square of its weights. Advances `stream`.
 */
export function fitProposal(
	engine: Engine,
	network: WhitenedNetwork,
	draws: readonly Float64Array[],
	choice: MixtureChoice & { readonly priorShare: number },
	stream: RandomState,
): Proposal {
	const [, ...deeper] = network.layers;
	return {
		units: fitUnitMixture(engine, firstLayerUnits(network, draws), choice, stream),
		deviations: deeper.map(({ offset, width, fanIn }) => {
			const size = width * fanIn;
			let sum = PULL * size;
			for (const draw of draws) {
				for (let i = offset; i < offset + size; i++) sum += draw[i]! * draw[i]!;
			}
			return Math.sqrt(sum / ((draws.length + PULL) * size));
		}),
		priorShare: choice.priorShare,
	};
}

/** One row a unit; a regular selection when they are too many. */
function firstLayerUnits({ layers }: WhitenedNetwork, draws: readonly Float64Array[]): Matrix {
	const { width, fanIn, offset } = layers[0]!;
	const every = Math.max(1, Math.ceil((draws.length * width) / MOST_UNITS));
	const rows: Float64Array[] = [];
	draws.forEach((draw, t) => {
		// Another set of units in every draw: what the units of one draw have in common is sampled as often as can be.
		for (let i = t % every; i < width; i += every) {
			rows.push(draw.subarray(offset + i * fanIn, offset + (i + 1) * fanIn));
		}
	});
	const units = matrix(rows.length, fanIn);
	rows.forEach((row, a) => {
		units.data.set(row, a * fanIn);
	});
	return units;
}

/** @param components the most that a mixture will have, the prior included */
export function createProposalSampler(
	engine: Engine,
	network: WhitenedNetwork,
	components: number,
): ProposalSampler {
	const [first, ...deeper] = network.layers;
	const { width, fanIn } = first!;
	const choices = engine.allocate(width + 1);
	const ratios = engine.allocate(width * components);
	const logDensities = engine.allocate(width);
	const work = new Float64Array(fanIn);
	const { exp, log } = createScalarFunctions(engine);

	/** Log of the mixture's density over the prior's, summed over the units. */
	const logUnitRatio = (mixture: UnitMixture, weights: Float64Array) => {
		const used = ratios.slice(0, width * mixture.length);
		const values = used.data;
		for (let i = 0; i < width; i++) {
			const unit = weights.subarray(i * fanIn, (i + 1) * fanIn);
			for (const [k, candidate] of mixture.entries()) {
				values[i * mixture.length + k] = logComponentRatio(candidate, unit, work);
			}
		}
		logSumExp(engine, used, mixture.length, logDensities);
		return logDensities.data.reduce((sum, x) => sum + x, 0);
	};

	return {
		draw({ units, deviations, priorShare }, position, stream) {
			engine.fillNormal(stream, position);
			engine.fillUniform(stream, choices);
			const weights = position.data;
			const uniforms = choices.data;
			const fromPrior = uniforms[width]! < priorShare;
			let logRatio = 0;
			if (!fromPrior) {
				for (let i = 0; i < width; i++) {
					placeUnit(chooseComponent(units, uniforms[i]!), weights.subarray(i * fanIn, (i + 1) * fanIn));
				}
			}
			deeper.forEach(({ offset, width: rows, fanIn: columns }, layer) => {
				const deviation = deviations[layer]!;
				let squares = 0;
				for (let i = offset; i < offset + rows * columns; i++) {
					if (!fromPrior) weights[i]! *= deviation;
					squares += weights[i]! * weights[i]!;
				}
				logRatio += (squares * (1 - 1 / (deviation * deviation))) / 2 - rows * columns * log(deviation);
			});
			logRatio += logUnitRatio(units, weights);
			return priorShare === 0 ? logRatio : logOfSum(log(1 - priorShare) + logRatio, log(priorShare));
		},
	};

	/** log(e^a + e^b). */
	function logOfSum(a: number, b: number): number {
		const top = Math.max(a, b);
		return top + log(exp(a - top) + exp(b - top));
	}
}
