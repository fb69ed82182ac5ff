/** What the infinite-width prior says before sampling: units for the histograms, and the direction in which the data pull. */
import { choleskySolve, type Matrix, matrix } from "@finitude/engine";
import type { ValidityNote } from "../answer/answer.ts";
import { isInputError } from "../errors.ts";
import { type PriorKernels, priorKernels } from "../kernels/prior-kernels.ts";
import { factorKernel } from "../theories/kernel-factor.ts";
import type { SamplingSpace } from "./sampling-space.ts";

export interface PriorReference {
	/** For each layer 1 over the prior standard deviation of every pre-activation column; absent where no prior is known. */
	readonly inverseDeviations?: readonly Float64Array[];
	/** P x D, columns of norm 1, or fewer columns: see `discrepancies`. Absent where there is none. */
	readonly discrepancy?: Matrix;
	/** Why something is absent. */
	readonly notes: readonly ValidityNote[];
}

/** @param orders the positions of every layer in the order of its columns, the point fastest */
export function priorReference(
	space: Pick<SamplingSpace, "engine" | "problem">,
	orders: readonly (readonly number[])[],
): PriorReference {
	const { engine, problem } = space;
	let prior: PriorKernels;
	try {
		prior = priorKernels(engine, problem);
	} catch (error) {
		if (!isInputError(error)) throw error;
		return { notes: [noHistogram(error.message), noDiscrepancy(error.message)] };
	}
	const inverseDeviations = inverseDeviationsOf(prior, orders, problem.trainInputs.rows);
	const known = inverseDeviations.every((inverse) => inverse.some(Number.isFinite));
	const discrepancy = discrepancies(space, prior);
	return {
		...(known && { inverseDeviations }),
		...(typeof discrepancy !== "string" && { discrepancy }),
		notes: [
			...(known ? [] : [noHistogram("all prior variances are 0")]),
			...(typeof discrepancy === "string" ? [noDiscrepancy(discrepancy)] : []),
		],
	};
}

function inverseDeviationsOf(
	{ preactivation }: PriorKernels,
	orders: readonly (readonly number[])[],
	points: number,
): Float64Array[] {
	return orders.map((order, l) =>
		Float64Array.from({ length: order.length * points }, (_, i) => {
			const { train } = preactivation[l]![order[Math.floor(i / points)]!]!;
			return 1 / Math.sqrt(train.data[(i % points) * (points + 1)]!);
		}),
	);
}

/**
 * t = (K + kappa)^-1 y of the infinite-width prior, one column of norm 1 for each output whose targets are not all 0. To
 * leading order the data tilt the law of a hidden unit by exp((s_a^2 / (2 chi N)) sum over the outputs of (phi . t)^2): this
 * is the direction in which they pull, known before the first draw. A sentence where there is none.
 */
function discrepancies(
	{ engine, problem: { trainTargets, noiseVariance } }: Pick<SamplingSpace, "engine" | "problem">,
	{ output }: PriorKernels,
): Matrix | string {
	const { rows, columns } = trainTargets;
	let solved: Matrix;
	try {
		solved = choleskySolve(engine, factorKernel(engine, output.train, noiseVariance), trainTargets);
	} catch (error) {
		if (!isInputError(error)) throw error;
		return error.message;
	}
	const norms = Array.from({ length: columns }, (_, d) => {
		let sum = 0;
		for (let i = 0; i < rows; i++) sum += solved.data[i * columns + d]! ** 2;
		return Math.sqrt(sum);
	});
	const kept = norms.flatMap((norm, d) => (norm > 0 ? [d] : []));
	if (kept.length === 0) return "all targets are 0";
	const unit = matrix(rows, kept.length);
	for (let i = 0; i < rows; i++) {
		kept.forEach((d, k) => {
			unit.data[i * kept.length + k] = solved.data[i * columns + d]! / norms[d]!;
		});
	}
	return unit;
}

function noHistogram(reason: string): ValidityNote {
	return {
		name: "pre-activation histograms",
		value: "absent",
		message: `No pre-activation histograms: their bins are in units of the prior standard deviation, and ${reason}.`,
	};
}

function noDiscrepancy(reason: string): ValidityNote {
	return {
		name: "projections on the discrepancy",
		value: "absent",
		message: `No kurtosis along the discrepancy of the infinite-width prior: ${reason.replace(/\.$/, "")}.`,
	};
}
