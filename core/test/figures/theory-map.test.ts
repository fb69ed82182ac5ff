import { describe, expect, it } from "vitest";
import { createDocument } from "../../../cli/src/render/document.ts";
import { theoryMapFigure } from "../../src/figures/index.ts";
import type { CellMeasurement, CellOutcome, TheoryMapResults } from "../../src/index.ts";

const document = createDocument();
const WIDTHS = [4, 16, 64];
const SCALINGS = [0, 0.5, 1];
const THEORIES = [
	"nngp",
	"finite-width-correction",
	"self-consistent (variant tree)",
	"multi-scale",
	"deep-linear",
];

/** From the narrow standard network row by row. */
const OUTCOMES: readonly CellOutcome[] = [
	{ kind: "decided", letter: "B" },
	{ kind: "decided", letter: "B" },
	{ kind: "undecided", letters: ["B", "C"] },
	{ kind: "not converged" },
	{ kind: "undecided", letters: ["A", "B", "C"] },
	{ kind: "decided", letter: "A" },
	{ kind: "no theory" },
	{ kind: "decided", letter: "A" },
	{ kind: "decided", letter: "A" },
];

function cellOf(index: number) {
	const [width, exponent] = [WIDTHS[index % 3]!, SCALINGS[Math.floor(index / 3)]!];
	const outcome = OUTCOMES[index]!;
	const chi = width ** exponent;
	const cell = { width, exponent, chi, noiseVariance: 0.1 / chi, outcome };
	if (outcome.kind === "no theory") {
		return { ...cell, measurement: { width, exponent, theories: [], agreements: [] } };
	}
	const distances = [0.4 / width + 0.3 * exponent, 0.05 / width + exponent, 0.2 / width, 0.2 / width];
	const measurement: CellMeasurement = {
		width,
		exponent,
		theories: distances.map((measured, i) => ({
			label: THEORIES[i]!,
			measured,
			distance: { value: measured, standardError: 0.001 },
			beaten: false,
			seconds: 1,
		})),
		agreements: [],
		sampled: {
			converged: outcome.kind !== "not converged",
			rounds: 1,
			chains: 4,
			draws: 1000,
			divergences: 0,
			noiseFloor: 0.01,
		},
	};
	const distance = { value: index === 5 ? 0.001 : 0.0123, standardError: 0.001 };
	return { ...cell, measurement, closest: { label: "nngp", distance } };
}

const results: TheoryMapResults = {
	inputs: 10,
	trainPoints: 16,
	testPoints: 60,
	layers: ["dense erf"],
	noiseVariance: 0.1,
	quantity: "testMean",
	sampler: "hmc",
	widths: WIDTHS,
	scalings: SCALINGS,
	theories: THEORIES,
	families: [
		{ letter: "A", theories: THEORIES.slice(2, 4), label: THEORIES.slice(2, 4).join(" = "), won: 3, tied: 1 },
		{ letter: "B", theories: ["finite-width-correction"], label: "finite-width-correction", won: 2, tied: 2 },
		{ letter: "C", theories: ["nngp"], label: "nngp", won: 0, tied: 2 },
	],
	cells: OUTCOMES.map((_, index) => cellOf(index)),
	complete: true,
	converged: false,
};

const texts = (svg: string) => [...svg.matchAll(/>([^<>\n]+)<\/text>/g)].map(([, text]) => text!);

describe("the figure of a theory map", () => {
	const figure = theoryMapFigure("A map", results, document);

	it("keeps its picture", async () => {
		await expect(figure).toMatchFileSnapshot("snapshots/theory-map.svg");
	});

	it("says the task, and has the map and the distances at both ends of the scaling axis", () => {
		const found = texts(figure);
		expect(found.filter((text) => /^[a-z]\. /.test(text))).toEqual([
			"a. Which theory is closest to the sampled network",
			"b. γ = 0, standard scaling",
			"c. γ = 1, mean-field scaling",
		]);
		expect(found.join(" ")).toContain(
			"P = 16, d = 10; dense erf; noise variance κ = κ₀/χ, κ₀ = 0.1; posterior mean at the test points (60), sampled by hmc;",
		);
		for (const axis of ["width, N", "standard 0", "0.5", "mean-field 1"]) expect(found).toContain(axis);
	});

	it("writes letters and distances into the cells, an upper bound where noise hides the distance", () => {
		const found = texts(figure);
		expect(found).toContain("B·C");
		expect(found).toContain("A·B·C");
		expect(found).toContain("1.2 %");
		// 0.001 with a standard error of 0.001: two of these above it.
		expect(found).toContain("&lt; 0.30 %");
		expect(found.filter((text) => text === "×")).toHaveLength(2);
		expect(found.filter((text) => text === "∅")).toHaveLength(2);
	});

	it("names families, how many cells each has, and what answers nowhere", () => {
		const found = texts(figure);
		expect(found).toContain("3 + 1");
		expect(found).toContain("self-consistent (variant tree) =");
		expect(found).toContain("no answer in any cell: deep-linear");
		expect(found.join(" ")).toContain("not sampled to convergence (hollow in the panels below)");
		expect(found).not.toContain("not measured: the run was interrupted");
	});

	it("is drawn without distances and with a single scaling", () => {
		const cells = results.cells
			.filter(({ exponent }) => exponent === 0)
			.map(({ measurement: _, closest: __, ...cell }) => ({
				...cell,
				outcome: { kind: "interrupted" } as const,
			}));
		const svg = theoryMapFigure("", { ...results, scalings: [0], cells, families: [] }, document);
		expect(texts(svg).filter((text) => text === "?")).toHaveLength(4);
		expect(svg).not.toContain("b. γ");
	});

	it("names as many families as there are, the tenth in the first color again", () => {
		const families = Array.from({ length: 10 }, (_, i) => ({
			letter: String.fromCharCode(65 + i),
			theories: [`t${i}`],
			label: `t${i}`,
			won: 0,
			tied: 0,
		}));
		const cells = results.cells.map((cell, i) => ({
			...cell,
			outcome: { kind: "decided", letter: families[i]!.letter } as const,
		}));
		const svg = theoryMapFigure("", { ...results, families, cells }, document);
		for (const { letter } of families) expect(texts(svg)).toContain(letter);
	});
});
