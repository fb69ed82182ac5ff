/** Replication of the published notebook: two erf layers, d = 32, s_a^2/chi fixed while the width changes. */
import { createEngine } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { findTheory, type Problem, parseProblem, solveTheory } from "../../../src/index.ts";
import { readGolden } from "./golden-units.ts";
import { mersenneTwister } from "./mersenne-twister.ts";

const engine = await createEngine();

interface SweepPoint {
	readonly width: number | "infinite";
	readonly sign: "derived" | "notebook" | "none";
	readonly [orderParameter: string]: number | string;
}

interface SolvedCase {
	readonly theory: string;
	readonly options: object;
	readonly expected: { readonly orderParameters: { readonly teacherVariance: number } };
	readonly relativeTolerance: number;
}

/** w_1 of the teacher, and its two scalars: 32-bit uniforms of a generator seeded with 222. */
function teacher() {
	const word = mersenneTwister(222);
	const uniform = (bound: number) => Math.fround(2 * bound * ((word() & 0xffffff) / 2 ** 24) - bound);
	const w1 = Array.from({ length: 32 }, () => uniform(1 / Math.sqrt(32)));
	return { w1, w2: uniform(1), w3: uniform(1) };
}

function atWidth({ network, ...rest }: Problem, width: number): Problem {
	const layers = network.layers.map((layer) => ({ ...layer, width }) as (typeof network.layers)[number]);
	return { ...rest, network: { ...network, layers } };
}

const answerTo = (id: string, problem: Problem, options: object) =>
	solveTheory(findTheory(id), problem, options, { engine, clock: () => 0 });

it("the teacher is that of the recipe", () => {
	const { w1, w2, w3 } = teacher();
	expect([w2, w3]).toEqual([0.6420451402664185, -0.9547872543334961]);
	expect(Math.hypot(...w1)).toBeCloseTo(0.55845, 5);
});

describe.each(["eos-notebook-replication", "eos-notebook-n128"])("%s", (name) => {
	const golden = readGolden(name);
	const problem = parseProblem(golden.problem);
	const cases = (golden.cases as SolvedCase[]).filter(({ theory }) => theory === "equations-of-state");

	it.each(cases)(
		"the variance of the weights along the teacher, %j",
		({ options, expected, relativeTolerance }) => {
			const { orderParameters } = answerTo("equations-of-state", problem, {
				...options,
				direction: teacher().w1,
			});
			const { teacherVariance } = expected.orderParameters;
			const difference = Math.abs((orderParameters.teacherVariance as number) - teacherVariance);
			expect(difference).toBeLessThan(relativeTolerance * teacherVariance);
		},
	);

	// The widest, a middle and the narrowest of each sign: the others lie between.
	const sweep = (golden.widthSweep as SweepPoint[]).filter(({ width }) =>
		[30000, 1000, 90].includes(width as number),
	);

	it.each(sweep)("width $width, sign $sign", (point) => {
		const { width, sign, ...expected } = point;
		const { orderParameters, logEvidence } = answerTo(
			"equations-of-state",
			atWidth(problem, width as number),
			{ sign },
		);
		const eigenvalues = orderParameters.SigmaEigenvalues as number[];
		const got: Record<string, number> = {
			alpha: orderParameters.alpha as number,
			rmseOverStd: orderParameters.rmseOverStd as number,
			topSigmaEigenvalue: eigenvalues[0]!,
			secondSigmaEigenvalue: eigenvalues[1]!,
			smallestSigmaEigenvalue: eigenvalues.at(-1)!,
			...(logEvidence !== undefined && { logEvidence }),
		};
		for (const [quantity, value] of Object.entries(expected)) {
			// Six digits, as the file's own cases.
			expect(Math.abs(got[quantity]! - (value as number)), quantity).toBeLessThan(
				1e-6 * Math.abs(value as number),
			);
		}
	});
});

it("the published numbers for 16 points, computed in float32", () => {
	const { problem, published } = readGolden("eos-notebook-replication");
	const { orderParameters } = answerTo("nngp", parseProblem(problem), {});
	for (const [name, value] of Object.entries(published.n16 as Record<string, number>)) {
		expect(Math.abs((orderParameters[name] as number) / value - 1), name).toBeLessThan(1e-6);
	}
});
