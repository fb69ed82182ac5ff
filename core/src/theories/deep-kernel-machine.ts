/**
 * `deep-kernel-machine`: layer kernels that adapt to the data against a pull of free strength.
 *
 * 1. Approximates: a network by Gram matrices, one a layer: each is pulled toward the kernel of the layer below with a
 *    weight nu and toward explaining the targets.
 * 2. Problems: dense layers and convolutions (patch = stride) in any number, any activation, biases, any number of outputs,
 *    both scalings; kappa > 0. With inducing inputs the layers above the first have one position.
 * 3. Exact: deep Gaussian processes with N nu features a layer and N copies of the outputs, N -> infinity, errors of order
 *    1/N. nu equal to the widths is `equations-of-state`, nu -> infinity is `nngp`. Not exact for networks.
 * 4. Order parameters: nu (one a layer), Sigma (covariance of a first-layer unit's weights), its trace and eigenvalues,
 *    freeEnergy (minus the objective), alpha, rmseOverStd and the others of `equations-of-state`.
 * 5. Solves: stationarity of the objective (1) of docs/theories/deep-kernel-machine.md, as its maximum.
 * 6. Gives: means, variances, covariances, the objective as log evidence, output and pre-activation kernels.
 * 7. References: Yang et al. 2021, arXiv 2108.13097; inducing inputs after Titsias 2009. The equations are derived here.
 * 8. Cost: as `equations-of-state`; with m inducing inputs m^3 + P m^2 operations a layer and pass.
 * 9. Fails: as a description of nonlinear networks in the mean-field scaling; few inducing inputs at a small kappa.
 * 10. Checked: fixtures/golden/dkm-*.json, `equations-of-state`, `nngp`, finite differences, sampled deep Gaussian processes.
 */
import { z } from "zod";
import { InputError } from "../errors.ts";
import { layerWidth } from "../network/network.ts";
import { describeValue } from "../problem/faults.ts";
import type { Problem } from "../problem/problem.ts";
import { withoutResidualBlocks } from "./applicability.ts";
import { inducingAnswer } from "./deep-kernel-machine/inducing-answer.ts";
import { solveInducing } from "./deep-kernel-machine/solve-inducing.ts";
import { machineNotes } from "./deep-kernel-machine/validity.ts";
import { adaptedAnswer } from "./equations-of-state/adapted-answer.ts";
import { seroussi2021separation, yang2021theory } from "./equations-of-state/references.ts";
import { solveEquationsOfState } from "./equations-of-state/solve-equations.ts";
import { adaptedOptions } from "./equations-of-state.ts";
import type { Theory } from "./theory.ts";

const nuText = "positive, one number or one per hidden layer";
const nuNumber = z.number(nuText).positive(nuText);

const countText = "a list of input rows, or a count of at least 1";

const options = z.strictObject({
	nu: z
		.union([z.literal("widths"), nuNumber, z.array(nuNumber)], nuText)
		.default("widths")
		.describe(
			"Weight of each layer's pull toward the kernel below: widths, a number, or one number per hidden layer.",
		),
	...adaptedOptions,
	inducingInputs: z
		.union(
			[
				z.literal("none"),
				z.int(countText).min(1, countText),
				z.array(z.array(z.number(countText)), countText).min(1, countText),
			],
			countText,
		)
		.default("none")
		.describe(
			"Inputs that carry the kernels, at a cost linear in the number of points: none, a list of input rows, or m for the first m training inputs.",
		),
});

export const deepKernelMachine: Theory<z.output<typeof options>> = {
	id: "deep-kernel-machine",
	title: "Deep kernel machine",
	aliases: ["dkm"],
	summary:
		"Gram matrices of the layers between the kernel below and the targets, with a pull of free strength.",
	references: [yang2021theory, seroussi2021separation],
	repeats: "equations-of-state",
	assumes: ["gaussian-units", "sharp-kernels", "second-moment-coupling"],
	posteriorLayers: true,
	options,
	applies: withoutResidualBlocks(
		"deep-kernel-machine",
		({ noiseVariance }) =>
			noiseVariance > 0 || `deep-kernel-machine needs a positive noiseVariance; got ${noiseVariance}.`,
	),
	solve(problem, { nu, variance, jitter, direction, inducingInputs }, context) {
		const { engine, onProgress } = context;
		const weights = weightsOf(problem, nu);
		const settings = { weights, jitter, ...(onProgress && { onProgress }) };
		const adapted = { variance, direction, symbol: "nu" } as const;
		const answer =
			inducingInputs === "none"
				? adaptedAnswer(problem, solveEquationsOfState(engine, problem, settings), adapted, context)
				: inducingAnswer(
						problem,
						solveInducing(engine, problem, { ...settings, inducingInputs }),
						adapted,
						context,
					);
		const { converged, residual } = answer.convergence;
		return {
			theory: "deep-kernel-machine",
			...answer,
			...(!converged && {
				convergence: {
					...answer.convergence,
					advice: `no decrease of the objective; residual ${residual.toExponential(1)}: raise noiseVariance or nu, or set jitter`,
				},
			}),
			orderParameters: { ...answer.orderParameters, nu: weights },
			validity: [...machineNotes(problem, weights), ...answer.validity],
		};
	},
};

/** nu of every layer. @throws InputError for a list of another length than the layers. */
function weightsOf({ network }: Problem, nu: "widths" | number | readonly number[]): number[] {
	const { layers } = network;
	if (nu === "widths") return layers.map(layerWidth);
	if (typeof nu === "number") return layers.map(() => nu);
	if (nu.length === layers.length) return [...nu];
	throw new InputError({
		where: "nu",
		wanted: nuText,
		got: describeValue(nu),
		sentence: `nu must be ${nuText}; got ${describeValue(nu)} for ${layers.length} hidden layers.`,
	});
}
