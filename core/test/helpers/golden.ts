/** Reading and comparing the committed golden files (fixtures/golden). */
import { readdirSync, readFileSync } from "node:fs";
import { expect } from "vitest";
import { type Problem, parseProblem } from "../../src/index.ts";

export interface GoldenCase {
	readonly theory: string;
	readonly options: Record<string, unknown>;
	readonly expected: Record<string, unknown>;
	/** One number, or one per quantity. */
	readonly relativeTolerance: number | Record<string, number>;
}

export interface GoldenFile {
	readonly name: string;
	readonly problem: Problem;
	readonly cases: readonly GoldenCase[];
}

const folder = new URL("../../../fixtures/golden/", import.meta.url);

/** Every golden file that holds a problem; those of analyses may hold a network alone. */
export function goldenFiles(): GoldenFile[] {
	return readdirSync(folder)
		.filter((name) => name.endsWith(".json"))
		.map((name) => ({ name, content: JSON.parse(readFileSync(new URL(name, folder), "utf8")) }))
		.filter(({ content }) => content.problem?.trainInputs !== undefined)
		.map(({ name, content }) => ({
			name: name.replace(".json", ""),
			problem: parseProblem(content.problem),
			cases: content.cases,
		}));
}

/**
 * Compares every quantity that the case gives, arrays against their largest absolute entry; an expected 0 means below
 * 1e-12.
 */
export function expectGolden(
	answer: Record<string, unknown>,
	{ expected, relativeTolerance }: GoldenCase,
): void {
	for (const [quantity, value] of Object.entries(expected)) {
		const tolerance =
			typeof relativeTolerance === "number" ? relativeTolerance : relativeTolerance[quantity]!;
		expectClose(answer[quantity], value, tolerance, quantity);
	}
}

function expectClose(actual: unknown, expected: unknown, tolerance: number, where: string): void {
	if (typeof expected === "object" && expected !== null && !Array.isArray(expected)) {
		for (const [key, value] of Object.entries(expected)) {
			// The direction of the teacher is not in the problem; equations-of-state/notebook.test.ts gives it.
			if (key === "teacherVariance") continue;
			expectClose((actual as Record<string, unknown>)?.[key], value, tolerance, `${where}.${key}`);
		}
		return;
	}
	const wanted = [expected].flat(8) as number[];
	const got = [actual].flat(8) as number[];
	expect(got.length, `${where}: number of entries`).toBe(wanted.length);
	const largest = Math.max(...wanted.map(Math.abs));
	const bound = largest === 0 ? 1e-12 : tolerance * largest;
	const worst = Math.max(...wanted.map((x, i) => Math.abs(x - got[i]!)));
	expect(worst, `${where}: largest difference`).toBeLessThanOrEqual(bound);
}
