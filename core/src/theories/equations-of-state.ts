/**
 * `equations-of-state`: layer kernels that adapt to the data.
 *
 * 1. Approximates: units of each layer by independent Gaussians given the kernel below, and kernels by their most probable
 *    values: a free energy of a few matrices, whose minimum gives all kernels at once.
 * 2. Problems: dense layers and convolutions (patch = stride) in any number, any activation, biases, any number of outputs,
 *    both scalings; kappa > 0.
 * 3. Exact: infinite width; linear networks and deep Gaussian processes in the mean-field scaling with kappa of order 1/N as
 *    N -> infinity, with errors of order 1/N. Nonlinear units in the mean-field scaling keep an error at any width.
 * 4. Order parameters: Sigma (covariance of a first-layer unit's weights), its trace and eigenvalues, freeEnergy, alpha,
 *    rmseOverStd, emergentScale, preactivation1Trace, preactivation1AlongTargets; with a direction teacherVariance, alignment.
 * 5. Solves: the equations of state (3), (4) as the minimum of S, (2), of docs/theories/equations-of-state.md.
 * 6. Gives: means, variances, covariances, log evidence, output and pre-activation kernels.
 * 7. References: Seroussi, Naveh, Ringel 2021, arXiv 2112.15383; Yang et al. 2021, arXiv 2108.13097 (the same objective with
 *    free weights). The equations are derived here, not quoted.
 * 8. Cost: 40 to 100 passes of about 12 (P J)^3 operations for each layer above the first; memory about 10 L (P J)^2 numbers.
 * 9. Fails: relu predictors (relu); P of the order of N in the standard scaling (tr(Q R)/N); several positions in deep
 *    convolutions whose kernels are singular (refused; jitter).
 * 10. Checked: fixtures/golden/eos-*.json, finite differences of S, closed forms of linear networks with white data,
 *    many starts, sampled networks and sampled deep Gaussian processes.
 */
import { z } from "zod";
import { InputError } from "../errors.ts";
import { withoutResidualBlocks } from "./applicability.ts";
import { adaptedAnswer } from "./equations-of-state/adapted-answer.ts";
import {
	li2020statistical,
	seroussi2021separation,
	yang2021theory,
} from "./equations-of-state/references.ts";
import { solveEquationsOfState } from "./equations-of-state/solve-equations.ts";
import { naveh2021self } from "./self-consistent/references.ts";
import type { Theory } from "./theory.ts";

/** Options that every theory of adapted kernels has. */
export const adaptedOptions = {
	variance: z
		.enum(["conditional", "with-kernel-fluctuations"])
		.default("conditional")
		.describe(
			"conditional: at the most probable kernels. with-kernel-fluctuations: plus the variance of the mean over their fluctuations, needed in the mean-field scaling.",
		),
	jitter: z
		.number("a number of at least 0")
		.nonnegative("a number of at least 0")
		.default(0)
		.describe(
			"Added to the diagonal of the kernels of the second and later layers, relative to the mean of that diagonal at infinite width; reported in the answer.",
		),
	direction: z
		.array(z.number("a finite number"))
		.default([])
		.describe(
			"A direction of the inputs of a first-layer unit, such as a teacher's: adds teacherVariance and alignment to the order parameters. Empty for none.",
		),
};

const options = z.strictObject({
	sign: z
		.enum(["derived", "notebook"])
		.default("derived")
		.describe(
			"derived: minimizes the free energy. notebook: the sign of the authors' published notebook, for its replication only.",
		),
	...adaptedOptions,
});

export const equationsOfState: Theory<z.output<typeof options>> = {
	id: "equations-of-state",
	title: "Equations of state",
	aliases: ["eos", "thermodynamic"],
	summary: "Gaussian layers whose kernels adapt to the data by minimizing a free energy.",
	references: [seroussi2021separation, yang2021theory, naveh2021self, li2020statistical],
	assumes: ["gaussian-units", "sharp-kernels", "second-moment-coupling"],
	posteriorLayers: true,
	options,
	applies: withoutResidualBlocks(
		"equations-of-state",
		({ noiseVariance }) =>
			noiseVariance > 0 || `noiseVariance must be positive for equations-of-state; got ${noiseVariance}.`,
	),
	solve(problem, { sign, jitter, variance, direction }, context) {
		if (sign === "notebook" && variance === "with-kernel-fluctuations") {
			throw new InputError({
				where: "variance",
				wanted: "conditional with sign notebook",
				got: variance,
				sentence: "with-kernel-fluctuations is not defined for sign notebook.",
			});
		}
		const { engine, onProgress } = context;
		const solution = solveEquationsOfState(engine, problem, {
			sign: sign === "derived" ? 1 : -1,
			jitter,
			...(onProgress && { onProgress }),
		});
		const answer = adaptedAnswer(problem, solution, { variance, direction }, context);
		if (sign === "derived") return { theory: "equations-of-state", ...answer };
		const { logEvidence: _, ...rest } = answer;
		const { freeEnergy: __, ...kept } = answer.orderParameters;
		const reason = "with sign notebook the function that is made stationary is not a free energy";
		return {
			theory: "equations-of-state",
			...rest,
			orderParameters: kept,
			absent: { ...answer.absent, logEvidence: reason, freeEnergy: reason },
		};
	},
};
