/** One output and dense layers: the mixture of Gaussian processes that answers a problem. */
import { type Engine, scoped, symmetricEigenvalues } from "@finitude/engine";
import type { Convergence } from "../answer/answer.ts";
import { InputError } from "../errors.ts";
import { addOuterProduct, type KernelBlocks } from "../kernels/kernel-blocks.ts";
import { type PriorKernels, priorKernels } from "../kernels/prior-kernels.ts";
import { layerWidth } from "../network/network.ts";
import type { Problem } from "../problem/problem.ts";
import { diagonalizeModes, type Modes, requireFullRank } from "../theories/kernel-rescaling/modes.ts";
import { meanOfOutputUnits } from "../theories/kernel-rescaling/rescaled-prior.ts";
import { closedForm } from "../theories/predictions.ts";
import { generalizedInverseGaussian } from "./generalized-inverse-gaussian.ts";
import { logStirlingQuotient } from "./log-scale-density.ts";
import { meanTermLikelihood } from "./mean-term-likelihood.ts";
import type { ScaleMixture } from "./mixture-moments.ts";
import { inverseNorm, type ScaleLikelihood, scaleLikelihood } from "./scale-likelihood.ts";
import { nodesOf, type ScaleNodes, type ScaleSummary, summarizeScale } from "./scale-nodes.ts";
import { createScaleLattice, logDensityConstant, type ScalePosterior } from "./scale-posterior.ts";

/** The posterior over the scale of a problem, and all that its predictions are made of. */
export interface OneOutputMixture {
	readonly prior: PriorKernels;
	/** What the scale multiplies: K without the readout bias, or Sigma = K - m m^T. */
	readonly kernel: KernelBlocks;
	/** With the mean term: m at the training, then the test points. */
	readonly mean?: Float64Array;
	readonly mixture: ScaleMixture;
	/** With the mean term: tau given q and y, for a uniform number in [0, 1). */
	readonly drawMeanFactor?: (q: number, uniform: number) => number;
	/** Nodes with E[1/q] of the posterior, for equation (5). */
	readonly kernelNodes: ScaleNodes;
	readonly scale: ScaleSummary;
	readonly logEvidence: number;
	readonly convergence: Convergence;
}

/**
 * Equations (3), (6), (7) and (8) of docs/theories/scale-mixture.md.
 *
 * @param problem dense layers, one output; no readout bias at zero noise
 * @param includeMean for one hidden layer whose activation has a mean
 * @param closedForms (6) and (7) at zero noise and L = 1, whose nodes have the right averages only; false: the law of q itself
 * @throws InputError at zero noise when the kernel is singular, or when the targets vanish and a layer has P units or fewer
 */
export function solveOneOutput(
	engine: Engine,
	problem: Problem,
	{ includeMean = false, testCovariance = false, closedForms = true } = {},
): OneOutputMixture {
	const { noiseVariance, network, trainTargets, trainInputs } = problem;
	const { biasVariance } = network.readout;
	const prior = priorKernels(engine, problem, { testCovariance });
	const mean = includeMean ? meanOfOutputUnits(engine, problem, prior) : undefined;
	// K first, whose rank is what a user can know about.
	if (mean && noiseVariance === 0) requireFullRank(symmetricEigenvalues(engine, prior.outputWeights.train));
	const kernel = mean ? addOuterProduct(prior.outputWeights, mean, -1) : prior.outputWeights;
	const modes = diagonalizeModes(
		engine,
		kernel.train,
		noiseVariance,
		biasVariance,
		mean && "the prior kernel without its mean part",
	);
	const targets = modes.project(trainTargets.data);
	const widths = network.layers.map(layerWidth);
	if (noiseVariance === 0) requireNormalizable(inverseNorm(modes.signal, targets), targets.length, widths);
	const parts = { prior, kernel, ...(mean && { mean }) };
	const mixtureOf = (nodes: ScaleNodes): ScaleMixture => ({ modes, targets, biasVariance, nodes });
	if (closedForms && noiseVariance === 0 && widths.length === 1 && !mean) {
		const { nodes, kernelNodes, ...law } = lawWithoutNoise(modes, targets, widths[0]!);
		return { ...parts, mixture: mixtureOf(nodes), kernelNodes, ...law, convergence: closedForm };
	}
	const lawOf = (likelihood: ScaleLikelihood) =>
		scoped(engine, () => createScaleLattice(engine, widths)(likelihood));
	if (!mean) {
		const law = lawOf(scaleLikelihood(Math, modes, targets));
		const nodes = nodesOf(law);
		return { ...parts, mixture: mixtureOf(nodes), kernelNodes: nodes, ...summaryOf(law, nodes, modes) };
	}
	const meanAtTraining = modes.project(mean.slice(0, trainInputs.rows));
	const likelihood = meanTermLikelihood(Math, { modes, targets, mean: meanAtTraining, width: widths[0]! });
	const law = lawOf(likelihood);
	const lattice = nodesOf(law);
	const factors = Array.from(lattice.scales, (q) => likelihood.meanFactor(q));
	const nodes: ScaleNodes = {
		...lattice,
		meanFactors: {
			mean: Float64Array.from(factors, (tau) => tau.mean),
			variance: Float64Array.from(factors, (tau) => tau.variance),
		},
	};
	return {
		...parts,
		mixture: { ...mixtureOf(nodes), mean: meanAtTraining },
		drawMeanFactor: likelihood.drawMeanFactor,
		kernelNodes: nodes,
		...summaryOf(law, nodes, modes),
	};
}

function summaryOf(
	law: ScalePosterior,
	nodes: ScaleNodes,
	modes: Modes,
): Pick<OneOutputMixture, "scale" | "logEvidence" | "convergence"> {
	const { converged, residual, refinements, step } = law;
	return {
		scale: summarizeScale(nodes),
		logEvidence: law.logEvidence + logDensityConstant(Math, modes),
		convergence: {
			converged,
			iterations: refinements,
			residual,
			...(!converged && {
				advice: `The quadrature over the scale still changes at a step of ${step.toExponential(1)} in log q; raise noiseVariance or rescale the targets.`,
			}),
		},
	};
}

/**
 * Zero noise and one hidden layer: q is generalized inverse Gaussian given y, equations (6) and (7). The mean of f is the same
 * for every q and its variance proportional to q, so that one node at E[q] gives both, and one at 1/E[1/q] the feature kernel.
 */
function lawWithoutNoise(
	modes: Modes,
	targets: Float64Array,
	width: number,
): Pick<OneOutputMixture, "scale" | "logEvidence" | "kernelNodes"> & { nodes: ScaleNodes } {
	const P = targets.length;
	const b = inverseNorm(modes.signal, targets);
	const logDeterminant = modes.signal.reduce((sum, l) => sum + Math.log(l), 0);
	const law = generalizedInverseGaussian((width - P) / 2, width, b);
	const nodeAt = (q: number) => ({ scales: Float64Array.of(q), probabilities: Float64Array.of(1) });
	return {
		nodes: nodeAt(law.mean),
		// The spike of zero targets is zero at any scale.
		kernelNodes: nodeAt(b === 0 ? law.mean : 1 / law.inverseMean),
		scale: { mean: law.mean, deviation: law.deviation, modes: 1 },
		// (N/2)^(N/2) / Gamma(N/2) = e^(N/2) times Stirling's quotient.
		logEvidence:
			logStirlingQuotient(Math, width) +
			width / 2 +
			law.logIntegral -
			(P * Math.log(2 * Math.PI) + logDeterminant) / 2,
	};
}

/** The likelihood of a scale grows as q^(-P/2) toward 0 when the targets vanish: faster than the prior falls, where N_l <= P. */
function requireNormalizable(b: number, P: number, widths: readonly number[]): void {
	const narrowest = Math.min(...widths);
	if (narrowest > P || b > 0) return;
	throw new InputError({
		where: "trainTargets",
		wanted: "targets that are not all zero when noiseVariance is 0 and P >= N",
		got: `zeros for P = ${P} and N = ${narrowest}`,
		advice: "The scale has no posterior; give a positive noiseVariance.",
	});
}
