import { InputError } from "../errors.ts";
import type { ComparisonFigureData, KernelsFigureData } from "./figure-data.ts";

function requireSeries(where: string, values: ArrayLike<number> | undefined, length: number): void {
	if (values === undefined) return;
	if (values.length !== length) {
		throw new InputError({
			where,
			wanted: `${length} numbers, one per point`,
			got: `${values.length}`,
		});
	}
	for (let i = 0; i < length; i++) {
		if (!Number.isFinite(values[i])) {
			throw new InputError({
				where: `${where}[${i}]`,
				wanted: "a finite number",
				got: `${values[i]}`,
				advice: "Leave a quantity out when it is not known.",
			});
		}
	}
}

function requireNonNegative(where: string, value: number | undefined): void {
	if (value !== undefined && !(value >= 0 && value < Number.POSITIVE_INFINITY)) {
		throw new InputError({ where, wanted: "a finite number >= 0", got: `${value}` });
	}
}

/** @throws InputError naming the first series that is empty, of the wrong length or not finite. */
export function checkComparisonData(data: ComparisonFigureData): void {
	const first = data.theories[0];
	if (first === undefined) {
		throw new InputError({ where: "theories", wanted: "at least one theory", got: "none" });
	}
	const size = first.mean.length;
	if (size === 0) {
		throw new InputError({ where: "theories[0].mean", wanted: "at least one test point", got: "none" });
	}
	requireSeries("testInputs", data.testInputs, size);
	requireSeries("testTargets", data.testTargets, size);
	data.theories.forEach((theory, i) => {
		requireSeries(`theories[${i}].mean`, theory.mean, size);
		requireSeries(`theories[${i}].variance`, theory.variance, size);
		for (const quantity of ["mean", "variance", "kernel"] as const) {
			requireNonNegative(`theories[${i}].distances.${quantity}`, theory.distances?.[quantity]?.value);
		}
	});
	const { sampled, training } = data;
	if (sampled !== undefined) {
		requireSeries("sampled.mean", sampled.mean, size);
		requireSeries("sampled.meanStandardError", sampled.meanStandardError, size);
		requireSeries("sampled.variance", sampled.variance, size);
		requireSeries("sampled.varianceStandardError", sampled.varianceStandardError, size);
		for (const quantity of ["mean", "variance", "kernel"] as const) {
			requireNonNegative(`sampled.noiseFloor.${quantity}`, sampled.noiseFloor?.[quantity]);
		}
	}
	if (training !== undefined) {
		requireSeries("training.inputs", training.inputs, training.inputs.length);
		requireSeries("training.targets", training.targets, training.inputs.length);
	}
}

/** @throws InputError when a kernel is not `size` x `size` and finite, or `order` is not a permutation. */
export function checkKernelsData(data: KernelsFigureData): void {
	const { size, order, panels } = data;
	if (panels.length === 0) {
		throw new InputError({ where: "panels", wanted: "at least one kernel", got: "none" });
	}
	panels.forEach((panel, i) => {
		requireSeries(`panels[${i}].kernel`, panel.kernel, size * size);
	});
	if (order !== undefined) {
		requireSeries("order", order, size);
		const sorted = Array.from(order).sort((a, b) => a - b);
		const wrong = sorted.findIndex((point, i) => point !== i);
		if (wrong >= 0) {
			throw new InputError({
				where: "order",
				wanted: `each of the points 0 to ${size - 1} once`,
				got: `${sorted[wrong]} where ${wrong} was expected`,
			});
		}
	}
}
