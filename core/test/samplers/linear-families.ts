/** Families of small linear networks with their exact posteriors, and the comparison of a sampled answer with one. */
import { readFileSync } from "node:fs";
import type { Matrix } from "@finitude/engine";
import { type Layer, type Network, type Problem, parseProblem, type SampledAnswer } from "../../src/index.ts";
import { batchFreedom, zScore } from "../helpers/z-scores.ts";
import { linearPosterior } from "./linear-posterior.ts";
import { dense, randomProblem } from "./problems.ts";

/** Numbers with their errors. */
interface Known {
	readonly value: readonly number[];
	readonly error: readonly number[];
}

export interface Family {
	readonly name: string;
	readonly problem: Problem;
	readonly truth: Readonly<Record<string, Known>>;
	readonly logEvidence: number;
	/** 0 where it is known by quadrature. */
	readonly logEvidenceError: number;
}

/** Training points; 20 test points, 24 where the posterior is known by importance sampling. */
const POINTS = 6;

/** D = 1 by quadrature, in test code of its own. */
function byQuadrature(
	name: string,
	seed: number,
	layers: Layer[],
	scaling: Network["scaling"],
	noiseVariance: number,
	weightVariance = 1,
): Family {
	const readout = { weightVariance, biasVariance: 0 };
	const shape = { points: POINTS, inputs: 8, testPoints: 20, layers, scaling, noiseVariance, readout, seed };
	const problem = randomProblem(shape);
	const exact = linearPosterior(problem);
	const { covariance } = exact;
	const block = (from: number, size: number) =>
		Array.from(
			{ length: size ** 2 },
			(_, k) => covariance.data[(from + Math.floor(k / size)) * covariance.columns + from + (k % size)]!,
		);
	const values: Record<string, readonly number[]> = {
		trainMean: exact.mean.slice(0, POINTS),
		testMean: exact.mean.slice(POINTS),
		trainVariance: exact.variance.slice(0, POINTS),
		testVariance: exact.variance.slice(POINTS),
		trainCovariance: strictTriangles(block(0, POINTS), POINTS),
		testCovariance: strictTriangles(block(POINTS, 20), 20),
		output: triangles([...exact.kernel.data], POINTS),
		Sigma: triangles([...exact.weightCovariance.data], 8),
	};
	// The last layer's covariance is the output kernel up to a factor: no new numbers.
	exact.preactivation.slice(0, -1).forEach(({ data }, l) => {
		values[`preactivation[${l}][0]`] = triangles([...data], POINTS);
	});
	const truth = Object.entries(values).map(([key, value]) => [key, { value, error: value.map(() => 0) }]);
	return {
		name,
		problem,
		truth: Object.fromEntries(truth),
		logEvidence: exact.logEvidence,
		logEvidenceError: 0,
	};
}

/** The others by importance sampling with 400,000 draws: fixtures/python/linear-families.py. */
function byImportanceSampling(): Family[] {
	const file = new URL("../../../fixtures/linear-families.json", import.meta.url);
	const { families } = JSON.parse(readFileSync(file, "utf8"));
	return families.map(({ problem, truth }: { problem: { name: string }; truth: Record<string, unknown> }) => {
		const outputs = parseProblem(problem).trainTargets.columns;
		const known: Record<string, Known> = {};
		const add = (
			key: string,
			{ value, error }: { value: unknown; error: unknown },
			pick = (x: number[]) => x,
		) => {
			known[key] = { value: pick(flat(value)), error: pick(flat(error)) };
		};
		for (const [key, entry] of Object.entries(truth)) {
			if (key.startsWith("logEvidence") || key === "effectiveDraws") continue;
			if (key === "preactivation") {
				const distinct = (entry as never[][]).filter(
					(positions, l, { length }) => l < length - 1 || positions.length > 1,
				);
				distinct.forEach((positions, l) => {
					positions.forEach((one, j) => {
						add(`preactivation[${l}][${j}]`, one, (x) => triangles(x));
					});
				});
				continue;
			}
			const pick =
				key === "testOutputCovariance"
					? (x: number[]) => blocks(x, outputs).flatMap((block) => strictTriangles(block, outputs))
					: key.endsWith("Covariance")
						? (x: number[]) => strictTriangles(x)
						: key.endsWith("Mean") || key.endsWith("Variance")
							? undefined
							: (x: number[]) => triangles(x);
			add(key, entry as { value: unknown; error: unknown }, pick);
		}
		return {
			name: problem.name,
			problem: parseProblem(problem),
			truth: known,
			logEvidence: truth.logEvidence as number,
			logEvidenceError: truth.logEvidenceError as number,
		};
	});
}

export const families: readonly Family[] = [
	byQuadrature("depth 1, D = 1, standard", 11, [dense(4, "linear")], "standard", 0.2),
	byQuadrature("depth 1, D = 1, mean-field", 12, [dense(3, "linear", 2)], "mean-field", 0.1, 3),
	byQuadrature(
		"depth 2, D = 1, standard",
		13,
		[dense(5, "linear"), dense(3, "linear", 1.5)],
		"standard",
		0.2,
	),
	byQuadrature(
		"depth 2, D = 1, mean-field",
		14,
		[dense(3, "linear", 2), dense(4, "linear")],
		"mean-field",
		0.1,
		4,
	),
	byQuadrature(
		"depth 3, D = 1, standard",
		15,
		[dense(4, "linear"), dense(3, "linear", 1.5), dense(5, "linear")],
		"standard",
		0.2,
	),
	byQuadrature(
		"depth 3, D = 1, mean-field",
		16,
		[dense(3, "linear", 2), dense(4, "linear"), dense(4, "linear")],
		"mean-field",
		0.1,
		4,
	),
	...byImportanceSampling(),
];

/** The score of every number of the truth. */
export function zScores(answer: SampledAnswer, { problem, truth }: Family): { label: string; z: number }[] {
	const freedom = batchFreedom(answer);
	const outputs = problem.trainTargets.columns;
	const sampled: Record<string, Known> = {};
	const add = (key: string, value: Matrix, error: Matrix, pick: (x: number[]) => number[] = (x) => x) => {
		sampled[key] = { value: pick([...value.data]), error: pick([...error.data]) };
	};
	for (const key of ["trainMean", "testMean", "trainVariance", "testVariance"] as const) {
		add(key, answer[key]!, answer[`${key}StandardError`]!);
	}
	add("output", answer.kernels.output as Matrix, answer.kernelStandardErrors.output as Matrix, triangles);
	add(
		"Sigma",
		answer.orderParameters.Sigma as Matrix,
		answer.orderParameterStandardErrors.Sigma as Matrix,
		triangles,
	);
	const layers = answer.kernels.preactivation as readonly (Matrix | readonly Matrix[])[];
	layers.forEach((layer, l) => {
		const errors = [
			(answer.kernelStandardErrors.preactivation as readonly (Matrix | readonly Matrix[])[])[l]!,
		].flat();
		[layer].flat().forEach((position, j) => {
			add(`preactivation[${l}][${j}]`, position as Matrix, errors[j] as Matrix, triangles);
		});
	});
	if (outputs === 1) {
		for (const key of ["trainCovariance", "testCovariance"] as const) {
			add(key, answer[key]!, answer[`${key}StandardError`]!, strictTriangles);
		}
	} else {
		const pairs = (list: readonly Matrix[]) => list.flatMap(({ data }) => strictTriangles([...data]));
		sampled.testOutputCovariance = {
			value: pairs(answer.testOutputCovariance!),
			error: pairs(answer.testOutputCovarianceStandardError!),
		};
	}
	return Object.entries(truth).flatMap(([key, exact]) => {
		const estimate = sampled[key]!;
		if (estimate.value.length !== exact.value.length)
			throw new Error(`${key}: other numbers than the truth.`);
		return exact.value.map((value, i) => {
			const measurement = {
				label: `${key} ${i}`,
				estimate: estimate.value[i]!,
				error: estimate.error[i]!,
				truth: value,
				truthError: exact.error[i]!,
				...(isMoment(key) ? {} : { freedom }),
			};
			return { label: measurement.label, z: zScore(measurement) };
		});
	});
}

/** Means and variances of f are stored draw by draw, with the standard errors of series. */
const isMoment = (key: string) => /^(train|test)(Mean|Variance)$/.test(key);

function flat(x: unknown): number[] {
	return Array.isArray(x) ? x.flatMap(flat) : [x as number];
}

function blocks(x: number[], size: number): number[][] {
	return Array.from({ length: x.length / size ** 2 }, (_, i) => x.slice(i * size ** 2, (i + 1) * size ** 2));
}

/** The lower triangle of a square matrix with its diagonal. */
function triangles(x: number[], size = Math.round(Math.sqrt(x.length))): number[] {
	return x.filter((_, k) => k % size <= Math.floor(k / size));
}

function strictTriangles(x: number[], size = Math.round(Math.sqrt(x.length))): number[] {
	return x.filter((_, k) => k % size < Math.floor(k / size));
}
