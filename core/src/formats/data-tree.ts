/**
 * What is written for other programs, before any format: groups of named variables on named dimensions, with attributes.
 * The model is that of xarray's DataTree and of the ArviZ schema: a variable named like its one dimension is a coordinate,
 * and variables drawn by a sampler begin with the dimensions `chain` and `draw`.
 */

/** float64, int32, or bytes 0 and 1 for booleans. */
export type Values = Float64Array | Int32Array | Uint8Array;

/** Plain enough for JSON, Zarr and netCDF: claims are 0 or 1, and anything nested is JSON text. */
export type Attribute = string | number | readonly string[] | readonly number[];
export type Attributes = Readonly<Record<string, Attribute>>;

export interface DataVariable {
	readonly dimensions: readonly string[];
	/** One length for each dimension, none of them 0; empty for a single number. */
	readonly shape: readonly number[];
	/**
	 * `length` values in row-major order, from number `start` on; not to be changed. Writers read piece by piece, so that a
	 * variable may be put together from the draws of several chains without a copy of them all. Every piece has one type.
	 */
	readonly read: (start: number, length: number) => Values;
	readonly attributes: Attributes;
}

export interface DataGroup {
	readonly attributes: Attributes;
	readonly variables: Readonly<Record<string, DataVariable>>;
}

export interface DataTree {
	readonly attributes: Attributes;
	readonly groups: Readonly<Record<string, DataGroup>>;
}

/** Good as a Python identifier, a file name on every system and a key in a Zarr store. */
const NAME = /^[A-Za-z][A-Za-z0-9_]*$/;

/** Whether a variable of that name on these dimensions labels its own dimension. */
export function isCoordinate(name: string, { dimensions }: DataVariable): boolean {
	return dimensions.length === 1 && dimensions[0] === name;
}

export function sizeOf(shape: readonly number[]): number {
	return shape.reduce((product, length) => product * length, 1);
}

/** The dimensions of variables with their lengths, in the order in which the variables name them. */
export function dimensionsOf(variables: DataGroup["variables"]): Map<string, number> {
	const lengths = new Map<string, number>();
	for (const { dimensions, shape } of Object.values(variables)) {
		dimensions.forEach((dimension, axis) => {
			lengths.set(dimension, shape[axis]!);
		});
	}
	return lengths;
}

/**
 * Every writer calls it first, so that no inconsistent file is written.
 * @throws Error naming the variable, for anything that a reader would stumble over: it is a defect of whoever made the tree.
 */
export function checkDataTree(tree: DataTree): void {
	checkAttributes(tree.attributes, "attributes");
	for (const [groupName, group] of Object.entries(tree.groups)) {
		refuseUnless(NAME.test(groupName), `group ${groupName}`, "its name has more than letters, digits and _");
		checkAttributes(group.attributes, `${groupName}.attributes`);
		const lengths = dimensionsOf(group.variables);
		for (const [name, variable] of Object.entries(group.variables)) {
			const where = `${groupName}.${name}`;
			checkVariable(name, variable, where);
			variable.dimensions.forEach((dimension, axis) => {
				const length = lengths.get(dimension);
				refuseUnless(
					length === variable.shape[axis],
					where,
					`${dimension} has length ${variable.shape[axis]} here and ${length} elsewhere in the group`,
				);
			});
		}
	}
}

function checkVariable(name: string, variable: DataVariable, where: string): void {
	const { dimensions, shape, attributes } = variable;
	for (const word of [name, ...dimensions]) {
		refuseUnless(NAME.test(word), where, `"${word}" has more than letters, digits and _`);
	}
	refuseUnless(dimensions.length === shape.length, where, "there is not one length for each dimension");
	refuseUnless(new Set(dimensions).size === dimensions.length, where, "a dimension is named twice");
	refuseUnless(
		!dimensions.includes(name) || isCoordinate(name, variable),
		where,
		"a coordinate has one dimension, its own",
	);
	refuseUnless(
		shape.every((length) => Number.isSafeInteger(length) && length > 0),
		where,
		`[${shape.join(", ")}] is no shape of a variable that holds anything`,
	);
	checkAttributes(attributes, `${where}.attributes`);
}

function checkAttributes(attributes: Attributes, where: string): void {
	for (const [key, value] of Object.entries(attributes)) {
		const numbers = (Array.isArray(value) ? value : [value]).filter((entry) => typeof entry === "number");
		refuseUnless(
			numbers.every((entry) => Number.isFinite(entry)),
			`${where}.${key}`,
			"it is not finite",
		);
	}
}

function refuseUnless(claim: boolean, where: string, fault: string): void {
	if (!claim) throw new Error(`data tree: ${where}: ${fault}.`);
}

export type ValueType = "float64" | "int32" | "bool";

export function typeOf({ read }: DataVariable): ValueType {
	const values = read(0, 1);
	if (values instanceof Float64Array) return "float64";
	return values instanceof Int32Array ? "int32" : "bool";
}

/** What every writer reads with. @throws Error for a number that is not finite: nothing that we tell is NaN. */
export function readFinite({ read }: DataVariable, name: string, start: number, length: number): Values {
	const values = read(start, length);
	const fault = values.findIndex((value) => !Number.isFinite(value));
	if (fault >= 0) throw new Error(`data tree: ${name}[${start + fault}] is ${values[fault]}.`);
	return values;
}

/** A variable that is there in one array. @throws Error when the array does not have the size of the shape. */
export function variable(
	dimensions: readonly string[],
	shape: readonly number[],
	values: Values,
	attributes: Attributes = {},
): DataVariable {
	if (values.length !== sizeOf(shape)) {
		throw new Error(`data tree: ${values.length} values do not fill the shape [${shape.join(", ")}].`);
	}
	return { dimensions, shape, read: (start, length) => values.subarray(start, start + length), attributes };
}

/** The coordinate 0, 1, ..., length - 1 of a dimension. */
export function indexCoordinate(dimension: string, length: number): DataVariable {
	return variable(
		[dimension],
		[length],
		Int32Array.from({ length }, (_, i) => i),
	);
}
