/** Trees to write, and what came back, in one form that can be compared. */
import fc from "fast-check";
import { type DataTree, type DataVariable, type Values, variable } from "../../src/formats/index.ts";

/** A variable as a reader sees it. */
export interface ReadVariable {
	readonly dimensions: readonly string[];
	readonly shape: readonly number[];
	readonly values: readonly (number | boolean)[];
	readonly attributes: object;
}

export interface ReadTree {
	readonly attributes: object;
	readonly groups: Record<string, { attributes: object; variables: Record<string, ReadVariable> }>;
}

export function valuesOf({ shape, read }: DataVariable): (number | boolean)[] {
	const values = read(
		0,
		shape.reduce((product, n) => product * n, 1),
	);
	return values instanceof Uint8Array ? Array.from(values, (x) => x !== 0) : Array.from(values);
}

/** The tree as a faithful reader sees it. */
export function asRead({ attributes, groups }: DataTree): ReadTree {
	return {
		attributes,
		groups: Object.fromEntries(
			Object.entries(groups).map(([name, group]) => [
				name,
				{
					attributes: group.attributes,
					variables: Object.fromEntries(
						Object.entries(group.variables).map(([key, variable]) => [
							key,
							{
								dimensions: variable.dimensions,
								shape: variable.shape,
								values: valuesOf(variable),
								attributes: variable.attributes,
							},
						]),
					),
				},
			]),
		),
	};
}

const name = fc
	.stringMatching(/^[a-z][a-zA-Z0-9_]{0,6}$/)
	.filter((word) => word !== "chain" && word !== "draw");

const attributes = fc.dictionary(
	fc.string({ minLength: 1 }).filter((key) => key !== "__proto__"),
	fc.oneof(
		fc.string(),
		fc.double({ noNaN: true, noDefaultInfinity: true }).filter((x) => !Object.is(x, -0)),
		fc.array(fc.string(), { minLength: 1 }),
	),
	{ maxKeys: 3 },
);

/** Dimensions are named by their length, so that they agree between the variables of a group. */
const anyVariable: fc.Arbitrary<DataVariable> = fc
	.record({
		shape: fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 3 }),
		type: fc.constantFrom("float64", "int32", "bool"),
		attributes,
	})
	.chain(({ shape, type, attributes }) => {
		const size = shape.reduce((product, n) => product * n, 1);
		const length = { minLength: size, maxLength: size };
		const float64 = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), length);
		const int32 = fc.array(fc.integer(), length);
		const bool = fc.array(fc.constantFrom(0, 1), length);
		const values: Record<typeof type, fc.Arbitrary<Values>> = {
			float64: float64.map((x) => Float64Array.from(x)),
			int32: int32.map((x) => Int32Array.from(x)),
			bool: bool.map((x) => Uint8Array.from(x)),
		};
		const dimensions = shape.map((n, axis) => `Axis_${axis}_of_${n}`);
		return values[type].map((all) => variable(dimensions, shape, all, attributes));
	});

/** Any tree that the check of data trees lets through. */
export const anyTree: fc.Arbitrary<DataTree> = fc.record({
	attributes,
	groups: fc.dictionary(
		name,
		fc.record({ attributes, variables: fc.dictionary(name, anyVariable, { maxKeys: 3 }) }),
		{ maxKeys: 3 },
	),
});
