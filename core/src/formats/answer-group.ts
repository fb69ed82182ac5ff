/** A group for an answer: what a theory says, or the sampled network's averages over all draws. */
import { answerToJson } from "../answer/json.ts";
import { type Attribute, type DataGroup, type DataVariable, variable } from "./data-tree.ts";
import { CREATION, labeledGroup, TEST, TRAIN } from "./groups.ts";
import { snakeCase } from "./names.ts";
import { arraysOf, isQuantity } from "./number-array.ts";

/** A second dimension over the same points is named as xarray-einstats names it. */
const TRAIN_PAIR = ["train_point", "train_point2"];
const TEST_PAIR = ["test_point", "test_point2"];

/** Of the last axes of a quantity, by its name as a variable without "_standard_error". */
const DIMENSIONS: Readonly<Record<string, readonly string[]>> = {
	train_mean: TRAIN,
	train_variance: TRAIN,
	test_mean: TEST,
	test_variance: TEST,
	train_covariance: TRAIN_PAIR,
	test_covariance: TEST_PAIR,
	test_output_covariance: ["test_point", "output", "output2"],
	preactivation_skewness: ["train_point", "position"],
	preactivation_excess_kurtosis: ["train_point", "position"],
	preactivation_histogram_edges: ["bin_edge"],
	preactivation_histogram_density: ["bin"],
};

/** Numbers that describe the computation, not the posterior. */
const RECORD: ReadonlySet<string> = new Set(["seconds"]);

/**
 * Every number and matrix of an answer as a variable, everything else as an attribute (nested things as JSON):
 * `kernels.output` becomes `kernel_output`, its standard error `kernel_output_standard_error`, an order parameter has its
 * own name, `generalizationError.total` becomes `generalization_error_total`, and `preactivations[l].skewness` the entry l of
 * `preactivation_skewness`. What every one of the `layers` hidden layers has is on the dimension `layer`; what has another
 * shape in each layer, or is in some only, becomes one variable for each, NAME_0 and so on. Axes without a name of their own
 * have ArviZ's default ones, NAME_dim_0 and so on.
 */
export function answerGroup(answer: object, layers: number): DataGroup {
	const attributes: Record<string, Attribute> = { ...CREATION };
	const variables: Record<string, DataVariable> = {};
	const lengths = new Map<string, number>();
	const add = ({ name, layer = "", value }: NamedQuantity) => {
		for (const { suffix: own, array } of arraysOf(value)) {
			const suffix = `${layer}${own}`;
			const key = `${name}${suffix}`;
			if (key in variables) throw new Error(`answer group: ${key} is there twice.`);
			const { shape, values } = array;
			// A dimension has one length in a group.
			const dimensions = axisNames(name, suffix, shape, layers).map((dimension, axis) =>
				(lengths.get(dimension) ?? shape[axis]) === shape[axis] ? dimension : `${key}_dim_${axis}`,
			);
			dimensions.forEach((dimension, axis) => {
				lengths.set(dimension, shape[axis]!);
			});
			variables[key] = variable(dimensions, shape, values);
		}
	};
	for (const [key, value] of Object.entries(answer)) {
		if (value === undefined) continue;
		const named = namedQuantities(key, value);
		if (named === undefined) attributes[snakeCase(key)] = attributeOf(value);
		else named.forEach(add);
	}
	return labeledGroup(attributes, variables);
}

interface NamedQuantity {
	/** Of the variable, up to the number of the layer. */
	readonly name: string;
	/** "_1" where only some layers have it. */
	readonly layer?: string;
	readonly value: unknown;
}

/** The quantities below one key of an answer; undefined where there is none. */
function namedQuantities(key: string, value: unknown): NamedQuantity[] | undefined {
	const entries = (prefix: string, suffix = "") =>
		Object.entries(value as object).map(([name, entry]) => ({
			name: `${prefix}${snakeCase(name)}${suffix}`,
			value: entry,
		}));
	if (key === "kernels") return entries("kernel_");
	if (key === "kernelStandardErrors") return entries("kernel_", "_standard_error");
	if (key === "orderParameters") return entries("");
	if (key === "orderParameterStandardErrors") return entries("", "_standard_error");
	if (key === "generalizationError") return entries("generalization_error_");
	if (key === "preactivations") return layerByLayer("preactivation", value as readonly object[]);
	return isQuantity(value) && !RECORD.has(key) ? [{ name: snakeCase(key), value }] : undefined;
}

/** A list of records, one a layer, as lists of what they hold; what some layers lack stands by itself for the others. */
function layerByLayer(prefix: string, records: readonly unknown[]): NamedQuantity[] {
	const fields = records.map((record) => (record ?? {}) as Readonly<Record<string, unknown>>);
	return [...new Set(fields.flatMap(Object.keys))].flatMap((key): NamedQuantity[] => {
		const name = `${prefix}_${snakeCase(key)}`;
		const values = fields.map((record) => record[key]);
		const present = values.flatMap((value, l) => (value === undefined ? [] : [{ value, layer: `_${l}` }]));
		if (!present.every(({ value }) => isQuantity(value))) return layerByLayer(name, values);
		if (present.length === values.length) return [{ name, value: values }];
		return present.map(({ value, layer }) => ({ name, layer, value }));
	});
}

/** Names of the last axes by what the quantity is, of the axes before them by what lists of it are: layers, then positions. */
function axisNames(name: string, suffix: string, shape: readonly number[], layers: number): string[] {
	const isKernel = name.startsWith("kernel_");
	// A standard error is on the dimensions of its estimate.
	const estimate = name.replace(/_standard_error$/, "");
	const known = isKernel ? TRAIN_PAIR : (DIMENSIONS[estimate] ?? []);
	const given = known.length <= shape.length ? known : [];
	const unnamed = shape.length - given.length;
	const isLayered = suffix === "" && (isKernel || name.startsWith("preactivation_"));
	return shape.map((length, axis) => {
		if (axis >= unnamed)
			return given[axis - unnamed] === "position" ? `position${suffix}` : given[axis - unnamed]!;
		if (isLayered && axis === 0 && length === layers) return "layer";
		if (isKernel && axis === (suffix === "" ? 1 : 0)) return `position${suffix}`;
		return `${estimate}${suffix}_dim_${axis}`;
	});
}

function attributeOf(value: unknown): Attribute {
	if (typeof value === "string" || typeof value === "number") return value;
	return JSON.stringify(answerToJson(value as object));
}
