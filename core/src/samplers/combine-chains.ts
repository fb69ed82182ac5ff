import { matrix } from "@finitude/engine";
import type { Convergence, SampledAnswer, SamplerDiagnostics } from "../answer/answer.ts";
import type { Problem } from "../problem/problem.ts";
import type { ChainResult } from "./chain-result.ts";
import { refuseForeignChains, shortestLength } from "./combined-draws.ts";
import { type ConvergenceReport, convergenceReport } from "./convergence-report.ts";
import { logEvidence } from "./evidence/log-evidence.ts";
import { generalizationError } from "./generalization-error.ts";
import { averagedEstimate, kernelEstimates } from "./layer-estimates.ts";
import { monitoredObservables } from "./observables.ts";
import { averagedName } from "./observation.ts";
import { pointEstimates } from "./point-estimates.ts";
import { posteriorCovariances } from "./posterior-covariance.ts";
import { preactivationLaws } from "./preactivation-laws.ts";
import { findSampler } from "./registry.ts";
import type { SamplingSettings } from "./sampler.ts";
import { temperingNotes } from "./tempering/tempering-notes.ts";
import { validityNotes } from "./validity-notes.ts";
import { WEIGHT_COVARIANCE_LIMIT } from "./weight-covariance.ts";
import { type WeightReport, weightReport } from "./weight-report.ts";

/** Convergence asks for this rank-normalized split R-hat at most (Vehtari et al. 2021, section 4). */
export const R_HAT_LIMIT = 1.01;

/**
 * The posterior according to all chains, with Monte-Carlo standard errors and diagnostics. Non-convergence is a value:
 * `convergence.converged` is false when an R-hat exceeds 1.01, a kept step diverged, an observable is stuck, or importance
 * weights are worth fewer than 100 equal ones or have too heavy a tail. Weighted draws also give the log evidence.
 *
 * Chains of unequal length, stopped early, are cut to the shortest for means, variances and diagnostics.
 * @throws InputError when there is no chain, one has fewer than four draws, or one is of another problem.
 */
export function combineChains(
	problem: Problem,
	settings: SamplingSettings,
	chains: readonly ChainResult[],
): SampledAnswer {
	const draws = shortestLength(chains);
	refuseForeignChains(problem, chains);
	const points = problem.trainInputs.rows;
	const outputs = problem.trainTargets.columns;
	const evidence = logEvidence(problem, settings, chains, draws);
	const report = convergenceReport([
		...monitoredObservables(chains, outputs, draws),
		...("absent" in evidence ? [] : [{ label: "logEvidence", series: evidence.series }]),
	]);
	const train = pointEstimates(chains, "train", outputs, draws);
	const test = problem.testInputs ? pointEstimates(chains, "test", outputs, draws) : undefined;
	const { kernels, standardErrors: kernelStandardErrors } = kernelEstimates(chains, points);
	const importance = weightReport(chains, draws);
	const diagnostics = samplerDiagnostics(settings, chains, draws, report, importance);
	const weights = weightCovariance(chains);
	const error = test && generalizationError(problem, chains, test, draws);
	return {
		sampler: settings.sampler,
		trainMean: train.mean,
		trainMeanStandardError: train.meanStandardError,
		trainVariance: train.variance,
		trainVarianceStandardError: train.varianceStandardError,
		...(test
			? {
					testMean: test.mean,
					testMeanStandardError: test.meanStandardError,
					testVariance: test.variance,
					testVarianceStandardError: test.varianceStandardError,
				}
			: {}),
		...posteriorCovariances(chains, draws, train, test),
		...(importance && {
			logEvidence: importance.logEvidence,
			logEvidenceStandardError: importance.logEvidenceStandardError,
		}),
		kernels,
		kernelStandardErrors,
		orderParameters: weights ? { Sigma: weights.mean } : {},
		orderParameterStandardErrors: weights?.standardError ? { Sigma: weights.standardError } : {},
		preactivations: preactivationLaws(chains, points),
		...("absent" in evidence
			? {}
			: { logEvidence: evidence.value, logEvidenceStandardError: evidence.standardError }),
		...(error && { generalizationError: error }),
		absent: {
			...("absent" in evidence && importance === undefined ? { logEvidence: evidence.absent } : {}),
			...absent(problem, settings, chains, report),
		},
		validity: [
			...validityNotes(settings, chains, draws, report),
			...temperingNotes(chains),
			...("absent" in evidence ? [] : evidence.notes),
			...(importance?.notes ?? []),
		],
		convergence: convergenceOf(settings, diagnostics, report, importance),
		diagnostics,
	};
}

function weightCovariance(chains: readonly ChainResult[]) {
	const estimate = averagedEstimate(chains, averagedName.weightCovariance);
	if (estimate === undefined) return undefined;
	const size = Math.round(Math.sqrt(estimate.mean.length));
	const { mean, standardError } = estimate;
	return {
		mean: matrix(size, size, mean),
		...(standardError && { standardError: matrix(size, size, standardError) }),
	};
}

function samplerDiagnostics(
	settings: SamplingSettings,
	chains: readonly ChainResult[],
	draws: number,
	report: ConvergenceReport,
	importance: WeightReport | undefined,
): SamplerDiagnostics {
	const stepSizes = chains.flatMap(({ stepSize }) => (stepSize === undefined ? [] : [stepSize]));
	const acceptances = chains.flatMap((chain) => [...chain.acceptance]);
	const { maxRHat, minBulkEss, minTailEss } = report;
	return {
		chains: chains.length,
		draws,
		warmup: settings.warmup,
		...(maxRHat ? { maxRHat: maxRHat.value } : {}),
		...(minBulkEss ? { minBulkEss: minBulkEss.value } : {}),
		...(minTailEss ? { minTailEss: minTailEss.value } : {}),
		divergences: chains.reduce((sum, chain) => sum + chain.divergent.reduce((a, b) => a + b, 0), 0),
		acceptanceRate: average(acceptances),
		...(stepSizes.length > 0 ? { stepSize: average(stepSizes) } : {}),
		...(importance && { effectiveSampleSize: importance.effectiveSampleSize }),
		...(importance?.paretoShape !== undefined && { paretoShape: importance.paretoShape }),
		seed: settings.seed,
	};
}

function average(values: readonly number[]): number {
	return values.reduce((sum, x) => sum + x, 0) / values.length;
}

function absent(
	problem: Problem,
	settings: SamplingSettings,
	chains: readonly ChainResult[],
	report: ConvergenceReport,
): Record<string, string> {
	const still = "no monitored observable moves in any chain";
	const { averaged } = chains[0]!;
	const several = problem.trainTargets.columns > 1;
	return {
		...(averaged[averagedName.weightCovariance]
			? {}
			: { "orderParameters.Sigma": `recorded for a fan-in of at most ${WEIGHT_COVARIANCE_LIMIT}` }),
		...(averaged[averagedName.histogram(0)]
			? {}
			: {
					"preactivations.histogram":
						"the prior standard deviations that its bins are measured in are not known",
				}),
		...(settings.covariance === true && several ? absentCovariances(problem) : {}),
		...(averaged.output!.batches * chains.length < 2
			? { kernelStandardErrors: "the chains were stopped before two batches of draws" }
			: {}),
		...(report.maxRHat ? {} : { "diagnostics.maxRHat": still }),
		...(report.minBulkEss ? {} : { "diagnostics.minBulkEss": still }),
		...(report.minTailEss ? {} : { "diagnostics.minTailEss": still }),
	};
}

function absentCovariances({ testInputs }: Problem): Record<string, string> {
	const reason = "with several outputs no one covariance over points holds for all of them";
	return { trainCovariance: reason, ...(testInputs && { testCovariance: reason }) };
}

function convergenceOf(
	{ sampler }: SamplingSettings,
	diagnostics: SamplerDiagnostics,
	report: ConvergenceReport,
	importance: WeightReport | undefined,
): Convergence {
	const { maxRHat, divergences } = diagnostics;
	const faults: string[] = [];
	if (maxRHat === undefined) faults.push("no observable has an R-hat");
	else if (maxRHat > R_HAT_LIMIT) {
		faults.push(
			`the largest R-hat is ${maxRHat.toFixed(4)} (${report.maxRHat!.label}), above ${R_HAT_LIMIT}`,
		);
	}
	if (report.stuck.length > 0) {
		faults.push(
			`every chain keeps a value of its own in ${report.stuck.length} observables, such as ${report.stuck[0]}`,
		);
	}
	if (divergences > 0) faults.push(`${divergences} kept steps diverged`);
	if (importance) faults.push(...importance.faults);
	const common = {
		iterations: diagnostics.chains * diagnostics.draws,
		residual: Math.max((maxRHat ?? 1) - 1, 0),
	};
	if (faults.length === 0) return { converged: true, ...common };
	const remedy = importance?.faults.length
		? "Raise proposals and draws, or sample with hmc"
		: (divergences > 0 && findSampler(sampler).divergenceAdvice) || "Raise warmup and draws";
	return { converged: false, ...common, advice: `${remedy}: ${faults.join("; ")}.` };
}
