/**
 * `teacher-overlap`: whether a network aligns with its teacher or memorizes its samples, as their number grows.
 *
 * 1. Computes: overlaps of sampled networks with the teacher, kurtosis of pre-activations, training against test error.
 * 2. Inputs: a dense network and its noise, a teacher that sees one direction of Gaussian inputs, samples a parameter.
 * 3. Exact: nothing is claimed; every number is measured on sampled networks, with its Monte-Carlo error.
 * 4. Symbols: u, M, R, e_t, e_g, n_par; docs/analyses/teacher-overlap.md.
 * 5. Solves: nothing; for students with one linear hidden layer the overlaps are also computed exactly, by quadrature.
 * 6. Gives: the measures (1)-(4) of the page at every P, averaged over data sets and one by one, and the line 2 N_out/P.
 * 7. References: Ariosto et al. 2022, arXiv 2201.11022, for that line; the sweep is our own and reproduces no published study.
 * 8. Cost: that of one run of the sampler for every P and data set.
 * 9. Fails: chains that do not mix between modes; the R-hat of the overlap says so.
 * 10. Checked: against the exact overlaps of linear students, against the prior, and on weights with known kurtosis.
 */

import { InputError } from "../errors.ts";
import { layerNames, layerWidth } from "../network/network.ts";
import type { Analysis, AnalysisContext, NetworkSetting } from "./analysis.ts";
import { universalBound } from "./generalization-gap/reference.ts";
import { completeSampling, refuseWeighted } from "./sweep.ts";
import { exactMeasures, hasExactMeasures } from "./teacher-overlap/exact-student.ts";
import { overlapRun } from "./teacher-overlap/measures.ts";
import { type OverlapOptions, options } from "./teacher-overlap/options.ts";
import {
	type OverlapPoint,
	type OverlapResults,
	overlapPoint,
	overlapTable,
} from "./teacher-overlap/results.ts";
import { parameterCount, sampleCounts, taughtProblem, teacherOf } from "./teacher-overlap/setting.ts";
import { overlapConvergence, validityNotes } from "./teacher-overlap/validity.ts";

export const teacherOverlap: Analysis<OverlapOptions, OverlapResults> = {
	id: "teacher-overlap",
	title: "Overlap with the teacher",
	aliases: ["collapse", "memorization"],
	summary:
		"Alignment of sampled networks with their teacher against the number of samples: collapse or memorization.",
	references: [universalBound],
	options,
	subjects: ["network"],
	async solve({ setting, seed }, given, context) {
		const student = setting!;
		const teacher = teacherOf(student, given);
		refuseNoiseless(student);
		const sampling = completeSampling(given.sampling, seed);
		refuseWeighted(sampling.sampler);
		const complete = { ...given, dataSeed: given.dataSeed ?? seed, sampling };
		const { layers } = student.network;
		const about = {
			inputs: teacher.dimension,
			parameters: parameterCount(student, teacher.dimension),
			lastWidth: layerWidth(layers[layers.length - 1]!),
			layers: layerNames(student.network),
			noiseVariance: student.noiseVariance,
			priorOverlap: 1 / teacher.dimension,
		};
		const counts = sampleCounts(about.parameters, given);
		const points: OverlapPoint[] = [];
		for (const [index, samples] of counts.entries()) {
			const runs = await runsAt(student, complete, samples, index, context);
			if (runs === undefined) break;
			points.push(overlapPoint(samples, about, runs));
			context.onProgress?.((index + 1) / counts.length, `P = ${samples}`);
		}
		const results = { ...about, points };
		return {
			analysis: "teacher-overlap",
			options: complete,
			results,
			convergence: overlapConvergence(points, points.length === counts.length),
			validity: validityNotes(results),
			absent: {
				...(hasExactMeasures(student)
					? {}
					: { exact: "known for students with one linear hidden layer and no biases" }),
				...(about.inputs === 1 ? { collapse: "with one input every weight lies along the teacher" } : {}),
			},
		};
	},
	table: overlapTable,
};

/** Every data set of one size; undefined when interrupted. */
async function runsAt(
	student: NetworkSetting,
	{ teacher, dataSets, dataSeed, freshInputs, sampling }: OverlapOptions,
	samples: number,
	index: number,
	{ engine, sample }: AnalysisContext,
): Promise<OverlapPoint["runs"] | undefined> {
	const runs: OverlapPoint["runs"][number][] = [];
	for (let set = 0; set < dataSets; set++) {
		const seed = (dataSeed! + set) % Number.MAX_SAFE_INTEGER;
		const taught = taughtProblem(engine, student, teacher!, { samples, freshInputs, seed });
		const chainSeed = (sampling.seed! + index * dataSets + set) % Number.MAX_SAFE_INTEGER;
		const sampled = await sample(taught.problem, { ...sampling, seed: chainSeed, saveWeights: true });
		if (sampled === undefined) return undefined;
		const exact = exactMeasures(engine, taught);
		runs.push({ ...overlapRun(engine, taught, sampled, seed), ...(exact && { exact }) });
	}
	return runs;
}

/** Without noise the readout given the hidden weights is not defined for widths below the number of samples. */
function refuseNoiseless({ noiseVariance }: NetworkSetting): void {
	if (noiseVariance > 0) return;
	throw new InputError({
		where: "noiseVariance",
		wanted: "a finite number above 0",
		got: `${noiseVariance}`,
	});
}
