import type { Estimate } from "../../diagnostics/estimate.ts";
import { mean } from "../../diagnostics/moments.ts";
import type { Problem } from "../../problem/problem.ts";
import { standardErrorOfMean } from "../../samplers/point-estimates.ts";
import { projectedSeries } from "../../samplers/projection-mcse.ts";
import type { SampledNetwork } from "../analysis.ts";

/** What the posterior mean m says of the teacher g and of the samples. */
export interface FunctionMeasures<Value> {
	/** (9): correlation of m and g over fresh inputs. */
	readonly functionOverlap: Value;
	/** e_t: mean square of y - m over the samples. */
	readonly trainError: Value;
	/** e_g: the same at fresh inputs with fresh noise, mean square of g - m, plus kappa. */
	readonly testError: Value;
	/** (11): 1 - e_t/e_g. */
	readonly memorizationIndex: Value;
}

/** The measures with their derivatives by the posterior mean at the samples and at the fresh inputs. */
interface Linearized {
	readonly value: number;
	readonly byTrain?: Float64Array;
	readonly byTest?: Float64Array;
}

/** Of any predictor. @param m at the training and at the test points */
export function functionMeasures(
	problem: Problem,
	m: { readonly train: Float64Array; readonly test: Float64Array },
): FunctionMeasures<number> {
	const { functionOverlap, trainError, testError, memorizationIndex } = linearizedMeasures(problem, m);
	return {
		functionOverlap: functionOverlap.value,
		trainError: trainError.value,
		testError: testError.value,
		memorizationIndex: memorizationIndex.value,
	};
}

/** Of a sampled network: errors by the delta method on series of the posterior mean, all correlations between points included. */
export function sampledFunctionMeasures(
	problem: Problem,
	{ answer, chains }: SampledNetwork,
): FunctionMeasures<Estimate> {
	const measures = linearizedMeasures(problem, { train: answer.trainMean.data, test: answer.testMean!.data });
	const estimate = ({ value, byTrain, byTest }: Linearized): Estimate => {
		const parts = [
			...(byTrain ? [projectedSeries(chains, byTrain, "train", "mean")] : []),
			...(byTest ? [projectedSeries(chains, byTest, "test", "mean")] : []),
		];
		const series = parts[0]!.map((first, c) => first.map((x, t) => x + (parts[1]?.[c]![t] ?? 0)));
		return { value, standardError: standardErrorOfMean(series) };
	};
	return {
		functionOverlap: estimate(measures.functionOverlap),
		trainError: estimate(measures.trainError),
		testError: estimate(measures.testError),
		memorizationIndex: estimate(measures.memorizationIndex),
	};
}

function linearizedMeasures(
	{ trainTargets, testTargets, noiseVariance }: Problem,
	{ train, test }: { readonly train: Float64Array; readonly test: Float64Array },
): FunctionMeasures<Linearized> {
	const misfit = train.map((value, i) => value - trainTargets.data[i]!);
	const miss = test.map((value, i) => value - testTargets!.data[i]!);
	const trainError = mean(misfit.map((x) => x * x));
	const testError = mean(miss.map((x) => x * x)) + noiseVariance;
	const byTrain = misfit.map((x) => (2 * x) / misfit.length);
	const byTest = miss.map((x) => (2 * x) / miss.length);
	return {
		functionOverlap: correlation(test, testTargets!.data),
		trainError: { value: trainError, byTrain },
		testError: { value: testError, byTest },
		memorizationIndex: {
			value: 1 - trainError / testError,
			byTrain: byTrain.map((x) => -x / testError),
			byTest: byTest.map((x) => (x * trainError) / testError ** 2),
		},
	};
}

/** Of m with g, and its derivative by m; 0 where m is constant. */
function correlation(m: Float64Array, g: Float64Array): Linearized {
	const centered = (x: Float64Array) => {
		const center = mean(x);
		const deviations = x.map((value) => value - center);
		return { deviations, norm: Math.sqrt(deviations.reduce((sum, value) => sum + value * value, 0)) };
	};
	const [a, b] = [centered(m), centered(g)];
	if (a.norm === 0) return { value: 0, byTest: new Float64Array(m.length) };
	const value = a.deviations.reduce((sum, x, i) => sum + x * b.deviations[i]!, 0) / (a.norm * b.norm);
	return {
		value,
		byTest: a.deviations.map((x, i) => (b.deviations[i]! / b.norm - (value * x) / a.norm) / a.norm),
	};
}
