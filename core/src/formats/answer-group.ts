/** A group for an answer: what a theory says, or the sampled network's averages over all draws. */
import type { Matrix } from "@finitude/engine";
import { answerToJson } from "../answer/json.ts";
import { type Attribute, type DataGroup, type DataVariable, sizeOf, variable } from "./data-tree.ts";
import { CREATION, labeledGroup, TEST, TRAIN } from "./groups.ts";
import { snakeCase } from "./names.ts";

/** A second dimension over the same points is named as xarray-einstats names it. */
const TRAIN_PAIR = ["train_point", "train_point2"];
const TEST_PAIR = ["test_point", "test_point2"];

const DIMENSIONS: Readonly<Record<string, readonly string[]>> = {
	trainMean: TRAIN,
	trainVariance: TRAIN,
	testMean: TEST,
	testVariance: TEST,
	trainMeanStandardError: TRAIN,
	trainVarianceStandardError: TRAIN,
	testMeanStandardError: TEST,
	testVarianceStandardError: TEST,
	trainCovariance: TRAIN_PAIR,
	testCovariance: TEST_PAIR,
	testOutputCovariance: ["test_point", "output", "output2"],
};

/** Numbers that describe the computation, not the posterior. */
const RECORD: ReadonlySet<string> = new Set(["seconds"]);

/**
 * Every number and matrix of an answer as a variable, everything else as an attribute (nested things as JSON):
 * `kernels.output` becomes `kernel_output`, its standard error `kernel_output_standard_error`, an order parameter has its
 * own name. Of lists, those with one entry for each of the `layers` hidden layers are on the dimension `layer`, and those of
 * matrices of several shapes become one variable for each, NAME_0 and so on. Axes without a name of their own have ArviZ's
 * default ones, NAME_dim_0 and so on.
 */
export function answerGroup(answer: object, layers: number): DataGroup {
	const attributes: Record<string, Attribute> = { ...CREATION };
	const variables: Record<string, DataVariable> = {};
	const add = (name: string, value: unknown, dimensions?: readonly string[]) => {
		for (const [key, array] of arraysOf(name, value)) {
			if (key in variables) throw new Error(`answer group: ${key} is there twice.`);
			variables[key] = variable(axisNames(key, array.shape, layers, dimensions), array.shape, array.values);
		}
	};
	for (const [key, value] of Object.entries(answer)) {
		if (value === undefined) continue;
		if (key === "kernels" || key === "kernelStandardErrors") {
			const suffix = key === "kernels" ? "" : "_standard_error";
			for (const [kernel, entry] of Object.entries(value)) {
				add(`kernel_${snakeCase(kernel)}${suffix}`, entry, TRAIN_PAIR);
			}
		} else if (key === "orderParameters") {
			for (const [parameter, entry] of Object.entries(value)) add(snakeCase(parameter), entry);
		} else if (isQuantity(value) && !RECORD.has(key)) add(snakeCase(key), value, DIMENSIONS[key]);
		else attributes[snakeCase(key)] = attributeOf(value);
	}
	return labeledGroup(attributes, variables);
}

function attributeOf(value: unknown): Attribute {
	if (typeof value === "string" || typeof value === "number") return value;
	return JSON.stringify(answerToJson(value as object));
}

function isMatrix(value: unknown): value is Matrix {
	return typeof value === "object" && value !== null && "rows" in value && "columns" in value;
}

/** A number, a matrix, or a list of such; an empty list says nothing. */
function isQuantity(value: unknown): boolean {
	if (Array.isArray(value)) return value.length > 0 && value.every(isQuantity);
	return typeof value === "number" || value instanceof Float64Array || isMatrix(value);
}

interface NumberArray {
	readonly shape: readonly number[];
	readonly values: Float64Array;
}

/** One array, or one for each entry of a list whose entries differ in shape. */
function arraysOf(name: string, value: unknown): [string, NumberArray][] {
	if (typeof value === "number") return [[name, { shape: [], values: Float64Array.of(value) }]];
	if (value instanceof Float64Array) return [[name, { shape: [value.length], values: value }]];
	if (isMatrix(value)) return [[name, { shape: [value.rows, value.columns], values: value.data }]];
	if (!Array.isArray(value)) throw new Error(`answer group: ${name} holds neither numbers nor matrices.`);
	const entries = value.flatMap((entry, i) => arraysOf(`${name}_${i}`, entry));
	const shape = entries[0]?.[1].shape ?? [];
	if (entries.length !== value.length || entries.some(([, entry]) => entry.shape.join() !== shape.join())) {
		return entries;
	}
	const values = new Float64Array(value.length * sizeOf(shape));
	entries.forEach(([, entry], i) => {
		values.set(entry.values, i * sizeOf(shape));
	});
	return [[name, { shape: [value.length, ...shape], values }]];
}

/** The given names belong to the last axes. */
function axisNames(
	name: string,
	shape: readonly number[],
	layers: number,
	given: readonly string[] = [],
): string[] {
	const unnamed = shape.length - given.length;
	return shape.map((length, axis) => {
		if (axis >= unnamed) return given[axis - unnamed]!;
		return axis === 0 && length === layers ? "layer" : `${name}_dim_${axis}`;
	});
}
