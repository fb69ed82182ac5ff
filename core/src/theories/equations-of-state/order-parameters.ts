/** The numbers that sum up what the kernels learned. */
import {
	choleskySolve,
	dot,
	type Engine,
	identity,
	type Matrix,
	symmetricEigenvalues,
	trace,
} from "@finitude/engine";
import type { OrderParameter } from "../../answer/answer.ts";
import type { Problem } from "../../problem/problem.ts";
import { discrepancyMeasures, emergentScale } from "../discrepancy-measures.ts";
import type { GaussianProcessPosterior } from "../gaussian-process.ts";
import { factorKernel } from "../kernel-factor.ts";
import { layerKernels } from "./free-energy.ts";
import { type EquationsSolution, positionKernels, weightCovariance } from "./solve-equations.ts";

/** `weightParameters`, and where the layer in question has one position `emergentScale` and the trace and the value along the targets of K_2. */
export function orderParameters(
	engine: Engine,
	problem: Problem,
	solution: EquationsSolution,
	posterior: GaussianProcessPosterior,
	direction: readonly number[],
): Record<string, OrderParameter> {
	const kernels = positionKernels(solution);
	const { trainTargets } = problem;
	const norm = dot(trainTargets.data, trainTargets.data);
	const second = kernels[1];
	return {
		...weightParameters(engine, problem, solution, posterior, direction),
		...(kernels.at(-1)!.length === 1 && {
			emergentScale: infiniteWidthScale(engine, problem, solution),
		}),
		...(second?.length === 1 && {
			preactivation1Trace: trace(second[0]!),
			...(norm > 0 && { preactivation1AlongTargets: emergentScale(trainTargets, second[0]!) / norm }),
		}),
	};
}

/**
 * `Sigma` (with the layer-1 bias last), its trace and eigenvalues (descending), `freeEnergy`, `alpha`, `rmseOverStd`.
 *
 * @param direction of the inputs of one unit, empty for none: `teacherVariance` = w^T Sigma w/|w|^2 and `alignment` = that over tr Sigma/d
 */
export function weightParameters(
	engine: Engine,
	problem: Problem,
	solution: Pick<EquationsSolution, "state" | "whitened" | "freeEnergy">,
	posterior: GaussianProcessPosterior,
	direction: readonly number[],
): Record<string, OrderParameter> {
	const Sigma = weightCovariance(engine, problem, solution);
	return {
		Sigma,
		SigmaTrace: trace(Sigma),
		SigmaEigenvalues: Array.from(symmetricEigenvalues(engine, Sigma)).reverse(),
		freeEnergy: solution.freeEnergy,
		...discrepancyMeasures(problem, posterior),
		...(direction.length > 0 && alongDirection(Sigma, direction)),
	};
}

/** t_0^T K_L t_0 of the infinite-width limit. */
function infiniteWidthScale(
	engine: Engine,
	{ trainTargets, noiseVariance }: Problem,
	solution: EquationsSolution,
): number {
	const { model, state } = solution;
	const kernels = layerKernels(
		engine,
		model,
		state.factors.map(({ rows }) => identity(rows)),
	)!;
	const factor = factorKernel(engine, kernels.output, noiseVariance);
	const last = positionKernels({ model, kernels }).at(-1)!;
	return emergentScale(choleskySolve(engine, factor, trainTargets), last[0]!);
}

function alongDirection(
	Sigma: Matrix,
	direction: readonly number[],
): { teacherVariance: number; alignment: number } {
	const d = direction.length;
	let [quadratic, inputs] = [0, 0];
	for (let i = 0; i < d; i++) {
		for (let j = 0; j < d; j++)
			quadratic += direction[i]! * Sigma.data[i * Sigma.columns + j]! * direction[j]!;
		inputs += Sigma.data[i * Sigma.columns + i]!;
	}
	const teacherVariance = quadratic / direction.reduce((sum, x) => sum + x * x, 0);
	return { teacherVariance, alignment: teacherVariance / (inputs / d) };
}
