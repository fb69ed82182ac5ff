import type { Engine, Matrix } from "@finitude/engine";
import type { ValidityNote } from "../../../answer/answer.ts";
import type { KernelBlocks } from "../../../kernels/kernel-blocks.ts";
import { priorKernels } from "../../../kernels/prior-kernels.ts";
import { chi, layerWidth } from "../../../network/network.ts";
import type { Problem } from "../../../problem/problem.ts";
import {
	conditionalFeatures,
	featureSource,
	type HiddenUnit,
	type IntegrationRule,
	trainingUnit,
} from "../../../tilted-unit/index.ts";
import type { PointValues } from "../cumulant-function.ts";
import type { SelfConsistentModel, Starts } from "../model.ts";
import { combine } from "../vectors.ts";
import { type BoundedNetwork, type TiltedUnit, targetAlignment, tiltedUnit } from "./bounded-cumulant.ts";
import { boundedKernelSaddle } from "./kernel-saddle.ts";
import { applied, corrected, priorCorrection, sumOfBlocks } from "./prior-correction.ts";
import { testFluctuations } from "./test-fluctuations.ts";

/** A dense layer with a bounded activation, averages over its weights by one integration rule. */
export interface BoundedModel extends SelfConsistentModel {
	/** How many equally weighted points would serve as well under the tilt of tau. */
	effectiveSampleSize(tau: Float64Array): number;
}

/**
 * Section "Bounded activations" of docs/theories/self-consistent.md.
 *
 * @param unit the layer's unit, w covering at least the training points
 * @param rule in the unit's dimension, with positive weights
 */
export function boundedModel(
	engine: Engine,
	problem: Problem,
	unit: HiddenUnit,
	rule: IntegrationRule,
	starts: Starts = {},
): BoundedModel {
	const network = boundedNetwork(problem);
	const P = unit.trainPoints;
	const source = featureSource(engine, trainingUnit(unit), rule);
	const targets = problem.trainTargets.data;
	const tests = unit.points - P;
	const predictions = () => {
		const features = conditionalFeatures(unit, {}, rule.kind === "trapezoid");
		return featureSource(engine, unit, rule, { ...features, stored: 0 });
	};
	const raw = remembered((tau) => tiltedUnit(engine, network, source, tau));
	const everywhere = remembered((tau) => tiltedUnit(engine, network, predictions(), tau));
	const rawFluctuations = (tau: Float64Array, covariance: boolean): KernelBlocks => {
		const train = raw(tau).hessian();
		if (tests === 0) return { train };
		const { gradient } = everywhere(tau);
		return { train, test: testFluctuations(engine, { network, unit, source, tau, gradient, covariance }) };
	};
	// At tau = 0 the fluctuations are the prior's.
	const estimate = (covariance: boolean) => rawFluctuations(new Float64Array(P), covariance);
	let known: KernelBlocks | undefined;
	const correction = (covariance = false): KernelBlocks | undefined => {
		if (rule.kind === "trapezoid") return undefined;
		if (known === undefined || (covariance && !known.test?.covariance)) {
			known = priorCorrection(
				priorKernels(engine, problem, { testCovariance: covariance }).output,
				estimate(covariance),
			);
		}
		return known;
	};
	const at = (tau: Float64Array) => {
		const exact = correction();
		return exact ? corrected(raw(tau), tau, exact.train) : raw(tau);
	};
	/** Values at training and test points, shifted by what the correction makes of t there. */
	const split = (values: Float64Array, t: Float64Array): PointValues => {
		const exact = correction();
		const part = (from: number, to: number, block?: Matrix) => {
			const shift = block && applied(block, t);
			return values.slice(from, to).map((x, a) => (shift ? x + shift[a]! : x));
		};
		return {
			train: part(0, P, exact?.train),
			...(problem.testInputs && { test: part(P, P + tests, exact?.test?.cross) }),
		};
	};

	return {
		starts,
		costly: starts.loop !== undefined || P > FEW_POINTS,
		cumulant: { points: P, at },
		targets,
		discrepancies: (tau) => tau,
		means(tau, loopFactor) {
			const tilted = everywhere(tau);
			if (loopFactor === undefined) return split(tilted.gradient, tau);
			return split(combine(tilted.gradient, -0.5, tilted.contractThird(loopFactor)), tau);
		},
		fluctuations(tau, covariance): KernelBlocks {
			const exact = correction(covariance);
			const blocks = rawFluctuations(tau, covariance);
			return exact ? sumOfBlocks(blocks, exact) : blocks;
		},
		adaptedKernel: (tau) => at(tau).kernel(),
		orderParameters: (tau) => ({
			targetAlignment: targetAlignment(at(tau).kernel(), targets),
			priorTargetAlignment: targetAlignment(priorKernels(engine, problem).output.train, targets),
		}),
		notes: (): readonly ValidityNote[] => [],
		kernelSaddle: (onProgress) =>
			boundedKernelSaddle(
				engine,
				{
					network,
					source,
					predictions,
					split,
					targets,
					noiseVariance: problem.noiseVariance,
					correction: correction()?.train,
					start: starts.kernel,
				},
				onProgress,
			),
		effectiveSampleSize: (tau) => raw(tau).averages.effectiveSampleSize,
	};
}

/** Up to here 2 P residuals for every Jacobian of the loop equation are affordable. */
const FEW_POINTS = 12;

/** N, sig2 and the readout bias. */
export function boundedNetwork({ network }: Problem): BoundedNetwork {
	return {
		width: layerWidth(network.layers[0]!),
		readoutVariance: network.readout.weightVariance / chi(network),
		readoutBiasVariance: network.readout.biasVariance,
	};
}

/** The last result is kept: the variants ask for several quantities at one tau. */
function remembered(evaluate: (tau: Float64Array) => TiltedUnit): (tau: Float64Array) => TiltedUnit {
	let last: { tau: Float64Array; unit: TiltedUnit } | undefined;
	return (tau) => {
		if (last === undefined || !tau.every((x, i) => x === last!.tau[i])) {
			last = { tau: tau.slice(), unit: evaluate(tau) };
		}
		return last.unit;
	};
}
