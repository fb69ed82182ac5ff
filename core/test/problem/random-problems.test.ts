import { readdirSync, readFileSync } from "node:fs";
import { isInputError, parseProblem } from "@finitude/core";
import fc from "fast-check";
import { expect, it } from "vitest";

const golden = new URL("../../../fixtures/golden/", import.meta.url);
const problems = readdirSync(golden)
	.map((file) => JSON.parse(readFileSync(new URL(file, golden), "utf8")).problem)
	// Those of analyses may hold a network alone.
	.filter((problem) => problem?.trainInputs !== undefined)
	.map((problem) => ({
		...problem,
		trainInputs: problem.trainInputs.slice(0, 3),
		trainTargets: problem.trainTargets.slice(0, 3),
	}));

type Path = (string | number)[];

/** Every place in a value, as a path. */
function places(value: unknown, path: Path = []): Path[] {
	if (typeof value !== "object" || value === null) return [path];
	return [
		path,
		...Object.entries(value).flatMap(([key, item]) =>
			places(item, [...path, Array.isArray(value) ? Number(key) : key]),
		),
	];
}

function edited(
	value: unknown,
	path: Path,
	change: (parent: Record<string, unknown>, key: string) => void,
): unknown {
	const copy = { root: structuredClone(value) };
	let parent = copy as unknown as Record<string, unknown>;
	let key = "root";
	for (const step of path) {
		parent = parent[key] as Record<string, unknown>;
		key = String(step);
	}
	change(parent, key);
	return copy.root;
}

const junk = fc.oneof(
	fc.constantFrom(
		null,
		true,
		"",
		"erf",
		-1,
		0,
		0.5,
		1e308,
		Number.NaN,
		Number.NEGATIVE_INFINITY,
		[],
		{},
		[[]],
		[null],
		undefined,
	),
	fc.anything({ maxDepth: 2 }),
);

const broken = fc.constantFrom(...problems).chain((problem) =>
	fc.constantFrom(...places(problem)).chain((path) =>
		fc.oneof(
			junk.map((value) =>
				edited(problem, path, (parent, key) => void Object.assign(parent, { [key]: value })),
			),
			fc.constant(
				edited(problem, path, (parent, key) => {
					if (Array.isArray(parent)) parent.splice(Number(key), 1);
					else delete parent[key];
				}),
			),
			fc.tuple(fc.string(), junk).map(([name, value]) =>
				edited(problem, path, (parent, key) => {
					const target = parent[key];
					if (typeof target === "object" && target !== null) Object.assign(target, { [name]: value });
				}),
			),
		),
	),
);

it("1,000 random changes of valid problems give a problem or an InputError that names a field", () => {
	let refused = 0;
	fc.assert(
		fc.property(broken, (json) => {
			try {
				const problem = parseProblem(json);
				expect([...problem.trainInputs.data, ...problem.trainTargets.data].every(Number.isFinite)).toBe(true);
			} catch (error) {
				if (!isInputError(error)) throw error;
				expect(error.message).toMatch(/^.+: wanted .+; got .+\.( |$)/s);
				refused++;
			}
		}),
		{ numRuns: 1000, seed: 1 },
	);
	expect(refused).toBeGreaterThan(500);
});
