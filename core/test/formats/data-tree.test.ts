import { describe, expect, it } from "vitest";
import { checkDataTree, type DataVariable, indexCoordinate, variable } from "../../src/formats/index.ts";
import { messageOf } from "../helpers/message-of.ts";

const good = variable(["point"], [2], Float64Array.of(1, 2));
const treeOf = (variables: Record<string, DataVariable>, group = "data") => ({
	attributes: {},
	groups: { [group]: { attributes: {}, variables } },
});

describe("checkDataTree", () => {
	it("accepts coordinates and single numbers", () => {
		const single = variable([], [], Float64Array.of(1));
		expect(checkDataTree(treeOf({ point: indexCoordinate("point", 2), good, single }))).toBeUndefined();
	});

	it.each<[string, Record<string, DataVariable>, string]>([
		["a name with a dash", { "a-b": good }, 'data.a-b: "a-b" has more than letters, digits and _'],
		[
			"a length too many",
			{ x: { ...good, shape: [2, 1] } },
			"data.x: there is not one length for each dimension",
		],
		[
			"a dimension twice",
			{ x: variable(["a", "a"], [1, 1], Float64Array.of(1)) },
			"data.x: a dimension is named twice",
		],
		[
			"a name that is a dimension too",
			{ a: variable(["a", "b"], [1, 1], Float64Array.of(1)) },
			"data.a: a coordinate has one dimension, its own",
		],
		[
			"nothing",
			{ x: variable(["a"], [0], new Float64Array(0)) },
			"data.x: [0] is no shape of a variable that holds anything",
		],
		[
			"two lengths of one dimension",
			{ good, x: variable(["point"], [3], Float64Array.of(1, 2, 3)) },
			"data.good: point has length 2 here and 3 elsewhere in the group",
		],
		[
			"an infinite attribute",
			{ x: { ...good, attributes: { limits: [0, Infinity] } } },
			"data.x.attributes.limits: it is not finite",
		],
	])("refuses %s", (_, variables, fault) => {
		expect(messageOf(() => checkDataTree(treeOf(variables)))).toBe(`data tree: ${fault}.`);
	});

	it("refuses a group name that is a path", () => {
		expect(messageOf(() => checkDataTree(treeOf({}, "a/b")))).toBe(
			"data tree: group a/b: its name has more than letters, digits and _.",
		);
	});
});

it("variable refuses an array of another size", () => {
	expect(messageOf(() => variable(["point"], [3], Float64Array.of(1, 2)))).toBe(
		"data tree: 2 values do not fill the shape [3].",
	);
});
