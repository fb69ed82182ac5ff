/** Every golden case of the theories and analyses that exist, through the command line. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { analyses, findTheory, parseProblem, type Theory, theories } from "@finitude/core";
import { afterAll, describe, expect, it } from "vitest";
import { finitude, finitudeHere, repository } from "./run-cli.ts";

interface GoldenCase {
	readonly theory: string;
	readonly options: Readonly<Record<string, unknown>>;
	readonly expected: Readonly<Record<string, unknown>>;
	readonly relativeTolerance: number | Readonly<Record<string, number>>;
}

/** The direction of the teacher is not in the problem; core/test/theories/equations-of-state/notebook.test.ts gives it. */
const NEEDS_MORE_THAN_THE_FILE = new Set(["teacherVariance"]);

const folder = join(repository, "fixtures", "golden");

function known(id: string): Theory | undefined {
	return theories.find((theory) => theory.id === id);
}

/** Numbers of one building block of a theory, which core tests where it is; some files of units have no options. */
function isUnit({ options = {} }: Partial<GoldenCase>): boolean {
	return "quantity" in options;
}

/** Averages over 2^18 random points take some ten seconds; one file of the same kind is left in. GOLDEN=all asks for every case. */
const LONG_FILES =
	process.env.GOLDEN === "all"
		? []
		: [
				"multi-scale-erf-cubic-mean-field-n200.json",
				"multi-scale-erf-cubic-mean-field-n50.json",
				"multi-scale-erf-cubic-standard-n10.json",
				"multi-scale-erf-sign-mean-field-n50.json",
				"multi-scale-erf-sign-standard-n10.json",
				"multi-scale-erf-sign-standard-n200.json",
			];

function isLong(file: string, { theory, options }: GoldenCase): boolean {
	return LONG_FILES.includes(file) && (theory === "multi-scale" || options.order === "saddle");
}

function numbers(value: unknown): number[] {
	if (Array.isArray(value)) return value.flatMap(numbers);
	return [value as number];
}

/** Differences relative to the largest expected entry; an expected array of zeros means below 1e-12. */
function expectClose(name: string, got: unknown, wanted: unknown, tolerance: number): void {
	const want = numbers(wanted);
	const have = numbers(got);
	expect(have.length, `${name}: number of entries`).toBe(want.length);
	const scale = Math.max(...want.map(Math.abs));
	const bound = scale === 0 ? 1e-12 : tolerance * scale;
	for (const [i, value] of want.entries()) {
		expect(Math.abs(have[i]! - value), `${name}[${i}]: ${have[i]} against ${value}`).toBeLessThanOrEqual(
			bound,
		);
	}
}

function expectAnswer(
	got: Record<string, unknown>,
	golden: GoldenCase,
	path: string[] = [],
	wanted = golden.expected,
) {
	for (const [name, value] of Object.entries(wanted)) {
		const here = [...path, name];
		if (name === "kernels" || name === "orderParameters") {
			expectAnswer(got[name] as Record<string, unknown>, golden, here, value as Record<string, unknown>);
			continue;
		}
		if (NEEDS_MORE_THAN_THE_FILE.has(name)) {
			expect(got, here.join(".")).not.toHaveProperty(name);
			continue;
		}
		const { relativeTolerance: tolerance } = golden;
		const bound =
			typeof tolerance === "number"
				? tolerance
				: (tolerance[name] ?? tolerance[here.join(".")] ?? tolerance[here[0]!]);
		if (bound === undefined) throw new Error(`no tolerance for ${here.join(".")}`);
		expectClose(here.join("."), got[name], value, bound);
	}
}

const scratch = mkdtempSync(join(tmpdir(), "finitude-golden-"));
afterAll(() => rmSync(scratch, { recursive: true }));

/** One case of each theory in a process of its own: starting one for all of them would take as long as everything else. */
const ownProcess = new Map<string, GoldenCase>();

for (const file of readdirSync(folder).sort()) {
	const golden = JSON.parse(readFileSync(join(folder, file), "utf8"));
	const cases = (golden.cases as GoldenCase[]).filter(
		(candidate) => known(candidate.theory) !== undefined && !isUnit(candidate),
	);
	if (golden.problem === undefined || cases.length === 0) continue;
	for (const candidate of cases) {
		if (!ownProcess.has(candidate.theory)) ownProcess.set(candidate.theory, candidate);
	}
	describe(file, () => {
		const problem = parseProblem(golden.problem);
		const path = join(scratch, file);
		writeFileSync(path, JSON.stringify(golden.problem));
		// Cases that differ in what they expect alone, with its tolerance, are one question.
		const answered = new Map<string, ReturnType<typeof finitude>>();
		for (const [i, candidate] of cases.entries()) {
			const title = `${candidate.theory} ${JSON.stringify(candidate.options)} (case ${i})`;
			it.skipIf(isLong(file, candidate))(title, async () => {
				const options = Object.entries(candidate.options).flatMap(([name, value]) => [
					"--option",
					`${name}=${JSON.stringify(value)}`,
				]);
				const flags = ["--theory", candidate.theory, "--covariance", "--json", ...options];
				const question = flags.join(" ");
				const asked =
					answered.get(question) ??
					(ownProcess.get(candidate.theory) === candidate
						? finitude(["predict", "-", ...flags], { input: JSON.stringify(golden.problem) })
						: finitudeHere(["predict", path, ...flags]));
				answered.set(question, asked);
				const result = await asked;
				const applies = findTheory(candidate.theory).applies(problem);
				if (applies !== true) {
					// A part of the theory that is not available: the command must refuse with that sentence, not answer.
					expect(result.code).toBe(2);
					expect(result.stderr).toContain(applies);
					return;
				}
				expect(result.stderr).toBe("");
				expect(result.code).toBe(0);
				expectAnswer(JSON.parse(result.stdout), candidate);
			});
		}
	});
}

describe("analyses", () => {
	const cases = readdirSync(folder)
		.sort()
		.flatMap((file) => {
			const { cases: all, problem } = JSON.parse(readFileSync(join(folder, file), "utf8"));
			return (all as GoldenCase[])
				.filter(({ theory }) => analyses.some(({ id }) => id === theory))
				.map((golden) => ({ file, golden, problem }));
		});

	it.each(cases)("$file, $golden.theory", async ({ golden, problem }) => {
		const input = JSON.stringify({ ...(problem && { problem }), options: golden.options });
		const result = await finitude(["analyze", golden.theory, "-", "--json"], { input });
		expect(result.stderr).toBe("");
		expect(result.code).toBe(0);
		expectAnswer(JSON.parse(result.stdout).results, golden);
	});
});
