/** What several sets of nodes, or two levels of a grid, say of the error that nodes leave in an answer: its field and its note. */
import type { Matrix } from "@finitude/engine";
import type { Answer, IntegrationErrors, ValidityNote } from "../answer/answer.ts";

/** What an answer says by one set of nodes. */
export interface JudgedNumbers {
	/** The means at the training points, then at the test points. */
	readonly mean: Float64Array;
	/** The variances at the same points. */
	readonly variance?: Float64Array;
	/** `kernels.output`. */
	readonly kernel?: Float64Array;
	readonly logEvidence?: number;
}

/** The numbers of an answer that nodes are judged by; undefined where it has no means. */
export function judgedNumbers({
	trainMean,
	testMean,
	trainVariance,
	testVariance,
	kernels: { output },
	logEvidence,
}: Pick<Answer, "trainMean" | "testMean" | "trainVariance" | "testVariance" | "kernels" | "logEvidence">):
	| JudgedNumbers
	| undefined {
	if (trainMean === undefined) return undefined;
	return {
		mean: joined(trainMean.data, testMean?.data),
		...(trainVariance && { variance: joined(trainVariance.data, testVariance?.data) }),
		...(output !== undefined && { kernel: (output as Matrix).data }),
		...(logEvidence !== undefined && { logEvidence }),
	};
}

/** Numbers at the training points, then those at the test points. */
export function joined(train: Float64Array, test: Float64Array = new Float64Array(0)): Float64Array {
	const all = new Float64Array(train.length + test.length);
	all.set(train);
	all.set(test, train.length);
	return all;
}

/** The largest standard error of the mean over independent sets, two or more, each with the same numbers. */
export function standardError(sets: readonly Float64Array[]): number {
	return largestError(spread(sets));
}

/**
 * Standard errors of the average of independent sets of random nodes, which is the answer.
 */
export function standardErrors(sets: readonly JudgedNumbers[]): IntegrationErrors {
	return errorsBy(sets, (values) => spread(values));
}

/**
 * Errors of an answer by nodes of its own, seen by independent sets of fewer nodes. Their spread shows the chance in it, smaller by the root of
 * the nodes' ratio (the error of random nodes falls as the root of their number, that of Sobol points not more slowly). Their mean shows its
 * bias: equations solved on nodes, and ratios of their averages, are off by an amount that falls as the inverse of their number.
 *
 * @param ratio nodes of the answer for each node of a set, above 1
 */
export function errorsBySets(
	answer: JudgedNumbers,
	sets: readonly JudgedNumbers[],
	ratio: number,
): IntegrationErrors {
	return errorsBy([answer, ...sets], ([own, ...others]) => {
		const m = others.length;
		const bias = own!.map((x, k) => (others.reduce((sum, set) => sum + set[k]!, 0) / m - x) / (ratio - 1));
		return [...spread(others, Math.sqrt(m / ratio)), bias];
	});
}

/** What the last refinement of a grid changed. */
export function lastChanges(before: JudgedNumbers, after: JudgedNumbers): IntegrationErrors {
	return errorsBy([before, after], ([one, other]) => [one!.map((x, k) => x - other![k]!)]);
}

/** Deviations of m sets from their mean, over sqrt(m (m - 1)): their squares add up to those of the standard error of the mean. */
export function spread(sets: readonly Float64Array[], factor = 1): Float64Array[] {
	const m = sets.length;
	const scale = factor / Math.sqrt(m * (m - 1));
	const deviations = sets.map((values) => new Float64Array(values.length));
	for (let k = 0; k < sets[0]!.length; k++) {
		const center = sets.reduce((sum, values) => sum + values[k]!, 0) / m;
		sets.forEach((values, i) => {
			deviations[i]![k] = scale * (values[k]! - center);
		});
	}
	return deviations;
}

/** Of an entry. */
function largestError(deviations: readonly Float64Array[]): number {
	return deviations[0]!.reduce(
		(most, _, k) => Math.max(most, Math.hypot(...deviations.map((d) => d[k]!))),
		0,
	);
}

/** @param deviationsOf those of the same numbers by every set */
function errorsBy(
	sets: readonly JudgedNumbers[],
	deviationsOf: (values: readonly Float64Array[]) => readonly Float64Array[],
): IntegrationErrors {
	const of = (numbers: (set: JudgedNumbers) => Float64Array | undefined) => {
		const values = sets.flatMap((set) => numbers(set) ?? []);
		return values.length === sets.length ? deviationsOf(values) : undefined;
	};
	const mean = deviationsOf(sets.map((set) => set.mean));
	const variance = of((set) => set.variance);
	const kernel = of((set) => set.kernel);
	const logEvidence = of((set) =>
		set.logEvidence === undefined ? undefined : Float64Array.of(set.logEvidence),
	);
	return {
		mean: largestError(mean),
		...(variance && { variance: largestError(variance) }),
		...(kernel && { kernel: largestError(kernel) }),
		...(logEvidence && { logEvidence: largestError(logEvidence) }),
		deviations: { mean, ...(variance && { variance }), ...(kernel && { kernel }) },
	};
}

/** Of nodes that integrate exactly what they are for. */
export const NO_ERRORS: IntegrationErrors = { mean: 0, variance: 0, kernel: 0, logEvidence: 0 };

/**
 * `integrationError`.
 *
 * @param errors undefined where a set or a level was not solved
 * @param how the errors were found: "the spread and the bias of 4 independent sets"
 */
export function integrationErrorNote(errors: IntegrationErrors | undefined, how: string): ValidityNote {
	if (errors?.mean === undefined) {
		return {
			name: "integrationError",
			value: "unknown",
			message: `the equations were not solved on all of the nodes that are compared: ${how}`,
		};
	}
	const others = (["variance", "kernel", "logEvidence"] as const).flatMap((name) =>
		errors[name] === undefined ? [] : [`that of ${NAMES[name]} is ${errors[name].toExponential(1)}`],
	);
	return {
		name: "integrationError",
		value: errors.mean,
		message: `the error of the means by ${how}${others.length === 0 ? "" : `; ${others.join(", ")}`}`,
	};
}

const NAMES = { variance: "the variances", kernel: "the output kernel", logEvidence: "logEvidence" } as const;
