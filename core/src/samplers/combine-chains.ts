import { matrix } from "@finitude/engine";
import type { Convergence, SampledAnswer, SamplerDiagnostics, ValidityNote } from "../answer/answer.ts";
import type { Problem } from "../problem/problem.ts";
import type { ChainResult } from "./chain-result.ts";
import { shortestLength } from "./combined-draws.ts";
import { type ConvergenceReport, convergenceReport } from "./convergence-report.ts";
import { logEvidence } from "./evidence/log-evidence.ts";
import { generalizationError } from "./generalization-error.ts";
import { averagedEstimate, kernelEstimates } from "./layer-estimates.ts";
import { monitoredObservables } from "./observables.ts";
import { averagedName } from "./observation.ts";
import { type PointEstimates, pointEstimates } from "./point-estimates.ts";
import { outputCovariance, pointCovariance } from "./posterior-covariance.ts";
import { preactivationLaws } from "./preactivation-laws.ts";
import type { SamplingSettings } from "./sampler.ts";
import { temperingNotes } from "./tempering/tempering-notes.ts";
import { WEIGHT_COVARIANCE_LIMIT } from "./weight-covariance.ts";
import { type WeightReport, weightReport } from "./weight-report.ts";

/** Convergence asks for this rank-normalized split R-hat at most (Vehtari et al. 2021, section 4). */
export const R_HAT_LIMIT = 1.01;

/** Fewer effective draws than this for each chain make the diagnostics themselves unreliable (Vehtari et al. 2021, section 4). */
const ESS_PER_CHAIN = 100;

/**
 * The posterior according to all chains, with Monte-Carlo standard errors and diagnostics. Non-convergence is a value:
 * `convergence.converged` is false when an R-hat exceeds 1.01, a kept step diverged, an observable is stuck, or importance
 * weights are worth fewer than 100 equal ones or have too heavy a tail. Weighted draws also give the log evidence.
 *
 * Chains of unequal length, stopped early, are cut to the shortest for means, variances and diagnostics.
 * @throws InputError when there is no chain or one has fewer than four draws.
 */
export function combineChains(
	problem: Problem,
	settings: SamplingSettings,
	chains: readonly ChainResult[],
): SampledAnswer {
	const draws = shortestLength(chains);
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
		...covariances(chains, draws, train, test),
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
		convergence: convergenceOf(diagnostics, report, importance),
		diagnostics,
	};
}

function covariances(
	chains: readonly ChainResult[],
	draws: number,
	train: PointEstimates,
	test: PointEstimates | undefined,
): Pick<
	SampledAnswer,
	| "trainCovariance"
	| "trainCovarianceStandardError"
	| "testCovariance"
	| "testCovarianceStandardError"
	| "testOutputCovariance"
	| "testOutputCovarianceStandardError"
> {
	if (train.mean.columns > 1) {
		if (test === undefined) return {};
		const { covariance, standardError } = outputCovariance(chains, test, draws);
		return { testOutputCovariance: covariance, testOutputCovarianceStandardError: standardError };
	}
	const between = pointCovariance(chains, "train", train);
	const unseen = test && pointCovariance(chains, "test", test);
	return {
		...(between && { trainCovariance: between.covariance }),
		...(between?.standardError && { trainCovarianceStandardError: between.standardError }),
		...(unseen && { testCovariance: unseen.covariance }),
		...(unseen?.standardError && { testCovarianceStandardError: unseen.standardError }),
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
		...(settings.covariance === true && several
			? { trainCovariance: "with several outputs no one covariance over points holds for all of them" }
			: {}),
		...(averaged.output!.batches * chains.length < 2
			? { kernelStandardErrors: "the chains were stopped before two batches of draws" }
			: {}),
		...(report.maxRHat ? {} : { "diagnostics.maxRHat": still }),
		...(report.minBulkEss ? {} : { "diagnostics.minBulkEss": still }),
		...(report.minTailEss ? {} : { "diagnostics.minTailEss": still }),
	};
}

function convergenceOf(
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
		: "Raise warmup and draws";
	return { converged: false, ...common, advice: `${remedy}: ${faults.join("; ")}.` };
}

function validityNotes(
	settings: SamplingSettings,
	chains: readonly ChainResult[],
	draws: number,
	report: ConvergenceReport,
): ValidityNote[] {
	const notes = [...chains[0]!.notes];
	const note = (name: string, value: number | string, message: string) =>
		notes.push({ name, value, message });
	note(
		"monitored observables",
		report.observables,
		"Conditional means and variances of f at all training and test points, the log density, and the output kernel's mean diagonal and label projection; weights are not monitored, for hidden units can be permuted.",
	);
	if (report.constant.length > 0) {
		const example = report.constant[0]!;
		note(
			"constant observables",
			report.constant.length,
			`No R-hat for these, ${example} among them: they never change.`,
		);
	}
	const wanted = ESS_PER_CHAIN * chains.length;
	for (const [name, worst] of [
		["smallest bulk ESS", report.minBulkEss],
		["smallest tail ESS", report.minTailEss],
	] as const) {
		if (worst === undefined || worst.value >= wanted) continue;
		note(
			name,
			worst.value,
			`Below ${wanted} at ${worst.label}: standard errors and R-hat are themselves uncertain. Raise draws.`,
		);
	}
	const lengths = chains.map((chain) => chain.completedDraws);
	if (lengths.some((length) => length < settings.draws)) {
		note(
			"draws",
			draws,
			`Stopped early: the chains have ${lengths.join(", ")} of ${settings.draws} draws. Means, variances and diagnostics use the first ${draws} of each, kernels all.`,
		);
	}
	const shortened = chains.reduce((sum, chain) => sum + chain.shortenedSteps, 0);
	if (shortened > 0) {
		note(
			"shortened trajectories",
			shortened,
			`The step size is so small that the limit on steps cut ${shortened} kept trajectories short: draws are valid, but more correlated.`,
		);
	}
	const rounded = chains.reduce((sum, chain) => sum + chain.roundedVariances.count, 0);
	if (rounded > 0) {
		const lowest = Math.min(...chains.map((chain) => chain.roundedVariances.lowest));
		note(
			"negative conditional variances",
			rounded,
			`Rounding made them negative, down to ${lowest}; they were set to 0.`,
		);
	}
	return notes;
}
