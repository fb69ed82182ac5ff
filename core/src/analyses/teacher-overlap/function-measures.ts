import { dot } from "@finitude/engine";
import type { Estimate } from "../../diagnostics/estimate.ts";
import { mean } from "../../diagnostics/moments.ts";
import { type BatchMoments, combineBatchMoments } from "../../samplers/batch-means.ts";
import { linearMoments } from "../../samplers/linear-moments.ts";

/** What a predictor m says of the teacher g and of the samples. */
export interface FunctionMeasures<Value> {
	/** (2): correlation of m and g over fresh inputs. */
	readonly functionOverlap: Value;
	/** e_t: mean square of y - m over the samples. */
	readonly trainError: Value;
	/** e_g: the same at fresh inputs with fresh noise, mean square of g - m, plus kappa. */
	readonly testError: Value;
	/** (4): 1 - e_t/e_g. */
	readonly memorizationIndex: Value;
}

/** What a predictor is judged by. */
export interface Judges {
	/** y of the samples, with noise. */
	readonly targets: Float64Array;
	/** g at the fresh inputs, without. */
	readonly teacher: Float64Array;
	readonly noiseVariance: number;
}

/** A measure with its derivative by m. */
interface Linearized {
	readonly value: number;
	readonly gradient: Float64Array;
}

/** Of any predictor. @param m at the samples, then at the fresh inputs */
export function functionMeasures(judges: Judges, m: Float64Array): FunctionMeasures<number> {
	return eachMeasure(linearizedMeasures(judges, m), ({ value }) => value);
}

/** Of a sampled posterior mean: errors by the delta method, all correlations between points included. */
export function sampledFunctionMeasures(
	judges: Judges,
	moments: readonly BatchMoments[],
): FunctionMeasures<Estimate> {
	const measures = linearizedMeasures(judges, combineBatchMoments(moments).mean);
	return eachMeasure(measures, ({ value, gradient }) => {
		const along = linearMoments([moments], ([m]) => Float64Array.of(dot(gradient, m!)));
		// Four draws, the fewest that a chain may have, are two batches.
		return { value, standardError: combineBatchMoments(along).standardError![0]! };
	});
}

function eachMeasure<Value>(
	measures: FunctionMeasures<Linearized>,
	read: (measure: Linearized) => Value,
): FunctionMeasures<Value> {
	return {
		functionOverlap: read(measures.functionOverlap),
		trainError: read(measures.trainError),
		testError: read(measures.testError),
		memorizationIndex: read(measures.memorizationIndex),
	};
}

function linearizedMeasures(
	{ targets, teacher, noiseVariance }: Judges,
	m: Float64Array,
): FunctionMeasures<Linearized> {
	const samples = targets.length;
	const misfit = m.map((value, i) => (i < samples ? value - targets[i]! : 0));
	const miss = m.map((value, i) => (i < samples ? 0 : value - teacher[i - samples]!));
	const trainError = dot(misfit, misfit) / samples;
	const testError = dot(miss, miss) / teacher.length + noiseVariance;
	const byTrain = misfit.map((x) => (2 * x) / samples);
	const byTest = miss.map((x) => (2 * x) / teacher.length);
	const overlap = correlation(m.subarray(samples), teacher);
	const gradient = new Float64Array(m.length);
	gradient.set(overlap.gradient, samples);
	return {
		functionOverlap: { value: overlap.value, gradient },
		trainError: { value: trainError, gradient: byTrain },
		testError: { value: testError, gradient: byTest },
		memorizationIndex: {
			value: 1 - trainError / testError,
			gradient: byTrain.map((x, i) => (byTest[i]! * trainError) / testError ** 2 - x / testError),
		},
	};
}

/** Of m with g, and its derivative by m; 0 where m is constant. */
function correlation(m: Float64Array, g: Float64Array): Linearized {
	const centered = (x: Float64Array) => {
		const center = mean(x);
		const deviations = x.map((value) => value - center);
		return { deviations, norm: Math.sqrt(dot(deviations, deviations)) };
	};
	const [a, b] = [centered(m), centered(g)];
	if (a.norm === 0) return { value: 0, gradient: new Float64Array(m.length) };
	const value = dot(a.deviations, b.deviations) / (a.norm * b.norm);
	return {
		value,
		gradient: a.deviations.map((x, i) => (b.deviations[i]! / b.norm - (value * x) / a.norm) / a.norm),
	};
}
