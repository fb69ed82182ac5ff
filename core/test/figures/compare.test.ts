import { describe, expect, it } from "vitest";
import { createDocument } from "../../../cli/src/render/document.ts";
import { type ComparisonFigureData, compareFigure } from "../../src/figures/index.ts";
import { curveData, digitsData } from "./example-data.ts";

const document = createDocument();

function count(text: string, pattern: RegExp): number {
	return text.match(pattern)?.length ?? 0;
}

/** The panels' own `svg` elements, in order. */
function panels(figure: string): string[] {
	return figure.split(/(?=<svg fill=)/).slice(1);
}

describe("compareFigure of digits", () => {
	const figure = compareFigure(digitsData(2), document);
	const [predictor, error, variance, summary] = panels(figure);

	it("keeps its picture", async () => {
		await expect(figure).toMatchFileSnapshot("snapshots/compare-digits.svg");
	});

	it("is 1000 pixels wide, on white, with four lettered panels", () => {
		const [root, , background] = figure.split("\n");
		const height = root!.match(/ viewBox="0 0 1000 (\d+)" width="1000"/)![1];
		expect(background).toBe(`<rect fill="white" height="${height}" width="1000"/>`);
		expect(panels(figure)).toHaveLength(4);
		for (const heading of [
			"a. Posterior mean",
			"b. Error of the theories' means",
			"c. Posterior variance",
			"d. Relative distance from the sampled network",
		]) {
			expect(figure).toContain(`>${heading}</text>`);
		}
	});

	it("stacks its panels on a narrow page, each of its width", () => {
		const narrow = compareFigure(digitsData(2), document, 340);
		expect(narrow).toMatch(/ viewBox="0 0 340 \d+" width="340"/);
		const stacked = panels(narrow);
		expect(stacked).toHaveLength(4);
		for (const panel of stacked) expect(panel).toMatch(/^<svg [^>]*width="340"[^>]* x="0"/);
	});

	it("draws one line per theory, with dashes of its own, and 60 of the 200 points", () => {
		expect(count(predictor!, /<g aria-label="line"/g)).toBe(2);
		expect(count(predictor!, /aria-label="line"[^>]*stroke-dasharray="6 3"/g)).toBe(1);
		expect(count(predictor!, /<circle/g)).toBe(60);
		expect(figure).toContain("60 of 200 test points drawn");
		// Targets and the two theories' symbols.
		expect(count(predictor!, /<path [^>]*transform="translate\([^"]*\)"\/>/g)).toBeGreaterThanOrEqual(180);
	});

	it("names the axes in words and symbols", () => {
		expect(predictor).toContain("posterior mean of f, m*</text>");
		expect(predictor).toContain("test point, sorted by sampled mean</text>");
		expect(error).toContain("m* − sampled mean</text>");
		expect(variance).toContain("sampled posterior variance of f</text>");
		expect(variance).toContain("theory's posterior variance of f</text>");
		expect(summary).toContain("‖theory − sampled‖ / ‖sampled‖</text>");
	});

	it("shades two standard errors around zero error, to the pixel", () => {
		const data = digitsData(2);
		const first = Array.from(data.sampled!.mean).indexOf(Math.min(...Array.from(data.sampled!.mean)));
		const bar = error!.match(/<g aria-label="rect"[^>]*>\n<rect height="([\d.]+)"/)!;
		// The axis is linear: pixels per unit from two of its tick labels.
		const tick = (label: string) =>
			Number(error!.match(new RegExp(`translate\\([\\d.]+,([\\d.]+)\\)"[^>]*>${label}<`))![1]);
		const scale = (tick("−0.10") - tick("0.10")) / 0.2;
		// Coordinates are rounded to 0.01 pixel: three roundings.
		expect(Number(bar[1])).toBeCloseTo(4 * data.sampled!.meanStandardError[first]! * scale, 1);
	});

	it("writes each distance beside its symbol and marks the noise of each quantity", () => {
		for (const digits of ["0.074", "0.010", "0.46", "0.064", "0.21", "0.048"]) {
			expect(summary).toContain(`>${digits}</text>`);
		}
		expect(count(summary!, /<g aria-label="rect"/g)).toBe(3);
		expect(figure).toContain("gray: Monte-Carlo noise");
	});

	it("gives the same bytes for the same data, with no coordinate finer than 0.01 pixel", () => {
		expect(compareFigure(digitsData(2), createDocument())).toBe(figure);
		expect(figure).not.toMatch(/ (?:d|x|y|x1|x2|y1|y2|cx|cy|r|width|height|transform)="[^"]*\.\d{3}/);
		expect(figure).not.toMatch(/NaN|Infinity|undefined| id="|<style|var\(/);
	});
});

describe("compareFigure of a function of one number", () => {
	const figure = compareFigure(curveData(), document);

	it("keeps its picture", async () => {
		await expect(figure).toMatchFileSnapshot("snapshots/compare-curve.svg");
	});

	it("has the input on the horizontal axis, a band, and the training points", () => {
		const [predictor, error] = panels(figure);
		expect(predictor).toContain("input x</text>");
		expect(count(predictor!, /<g aria-label="area"/g)).toBe(1);
		expect(count(error!, /<g aria-label="area"/g)).toBe(1);
		expect(figure).toContain("training point</text>");
	});
});

describe("compareFigure of other cases", () => {
	const { sampled: _, ...predictions } = digitsData(3);

	it("compares with the first theory when nothing was sampled", () => {
		const figure = compareFigure(predictions, document);
		expect(panels(figure)).toHaveLength(3);
		expect(figure).toContain("b. Difference of the means from nngp");
		expect(figure).toContain("test point, sorted by mean of nngp");
		expect(figure).toContain("nngp posterior variance of f");
		expect(figure).not.toMatch(/MCSE|sampled/);
	});

	it("shows a single theory with its standard deviation", () => {
		const figure = compareFigure({ ...predictions, theories: predictions.theories.slice(0, 1) }, document);
		expect(panels(figure)).toHaveLength(1);
		expect(figure).toContain("gray: ±1 posterior standard deviation; 60 of 200 test points drawn");
	});

	it("draws a theory without a variance by its mean alone", () => {
		const data = digitsData(2);
		const { variance: _, ...meanOnly } = data.theories[1]!;
		const { variance: __, ...distances } = meanOnly.distances!;
		const theories = [data.theories[0]!, { ...meanOnly, distances }];
		const [predictor, error, variance, summary] = panels(compareFigure({ ...data, theories }, document));
		expect(count(predictor!, /<g aria-label="line"/g)).toBe(2);
		expect(count(error!, /<g aria-label="dot"/g)).toBe(2);
		expect(count(variance!, /<g aria-label="dot"/g)).toBe(1);
		expect(count(summary!, />not given</g)).toBe(1);

		const alone = compareFigure({ title: "", subtitle: "", theories: [meanOnly] }, document);
		expect(panels(alone)).toHaveLength(1);
		expect(alone).not.toContain("standard deviation");
		expect(alone).not.toMatch(/NaN/);
	});

	it("names the theories that gave nothing to draw", () => {
		const figure = compareFigure(
			{ ...digitsData(1), withoutMean: ["self-consistent (not converged)"] },
			document,
		);
		expect(figure).toContain(">self-consistent (not converged): no mean</text>");
	});

	it("counts negative variances instead of hiding them", () => {
		const theory = predictions.theories[0]!;
		const variance = Array.from(theory.variance!, (value, i) => (i < 3 ? -value : value));
		const figure = compareFigure({ ...predictions, theories: [{ ...theory, variance }] }, document);
		expect(figure).toContain("negative variance at 3 of 200 points");
		expect(figure).not.toContain("NaN");
	});

	it("says when the points are those of training", () => {
		const figure = compareFigure({ ...digitsData(1), points: "training" }, document);
		expect(figure).toContain("training point, sorted by sampled mean</text>");
		expect(figure).toContain("60 of 200 training points drawn");
		expect(figure).toContain("training target</text>");
	});

	it("says which output is drawn", () => {
		const figure = compareFigure({ ...digitsData(1), output: { index: 1, count: 3 } }, document);
		expect(figure).toContain("posterior mean of f, m*, output 2 of 3</text>");
	});

	it("says what did not converge and what lies off the axis", () => {
		const data = digitsData(2);
		const [first, second] = data.theories;
		const diverged = { ...second!, mean: Array.from(second!.mean, (value) => 100 * value), converged: false };
		const figure = compareFigure({ ...data, theories: [first!, diverged] }, document);
		expect(figure).toContain("kernel-rescaling (not converged)</text>");
		expect(figure).toContain("off the axis: 60 points of kernel-rescaling");
		const doubtful = { ...data, sampled: { ...data.sampled!, converged: false } };
		expect(compareFigure(doubtful, document)).toContain("sampled network (not converged), ±1 MCSE</text>");
	});

	it("says when a theory gives no kernel", () => {
		const figure = compareFigure(digitsData(5), document);
		expect(count(figure, />not given</g)).toBe(1);
	});

	it("escapes what users write", () => {
		const figure = compareFigure({ ...digitsData(1), title: 'a < b & "c"' }, document);
		expect(figure).toContain("<title>a &lt; b &amp; &quot;c&quot;</title>");
	});

	it("gives each of twelve theories a color, dash and symbol combination of its own", () => {
		const theory = predictions.theories[0]!;
		const theories = Array.from({ length: 12 }, (_, i) => ({ ...theory, label: `theory ${i}` }));
		const figure = compareFigure({ ...predictions, theories }, document);
		const styles = panels(figure)[0]!.match(/<g aria-label="line"[^>]*>/g)!;
		expect(new Set(styles).size).toBe(12);
	});

	it("draws one test point, equal numbers and zero distances", () => {
		const point: ComparisonFigureData = {
			title: "one point",
			subtitle: "",
			sampled: {
				label: "sampled network",
				mean: [0],
				meanStandardError: [0],
				variance: [0],
				varianceStandardError: [0],
				converged: true,
			},
			theories: [
				{
					id: "nngp",
					label: "nngp",
					mean: [0],
					variance: [0],
					converged: true,
					distances: { mean: { value: 0 } },
				},
			],
		};
		const figure = compareFigure(point, document);
		expect(panels(figure)).toHaveLength(4);
		expect(figure).not.toMatch(/NaN|Infinity/);
	});

	it("writes small numbers with exponents beside the axis", () => {
		const small = (values: ArrayLike<number>) => Array.from(values, (value) => 1e-5 * value);
		const theories = predictions.theories.map((theory) => ({ ...theory, mean: small(theory.mean) }));
		const { testTargets: _targets, ...data } = predictions;
		expect(panels(compareFigure({ ...data, theories }, document))[0]).toContain(">−5e−6</text>");
	});
});

describe("compareFigure refuses", () => {
	const data = digitsData(2);

	it("a series of the wrong length", () => {
		const sampled = { ...data.sampled!, meanStandardError: [0.1] };
		expect(() => compareFigure({ ...data, sampled }, document)).toThrow(
			"sampled.meanStandardError: wanted 200 numbers, one per point; got 1.",
		);
	});

	it("a number that is not finite", () => {
		const mean = Array.from(data.theories[0]!.mean);
		mean[4] = Number.NaN;
		expect(() => compareFigure({ ...data, theories: [{ ...data.theories[0]!, mean }] }, document)).toThrow(
			"theories[0].mean[4]: wanted a finite number; got NaN. Leave a quantity out when it is not known.",
		);
	});

	it("a negative distance", () => {
		const theory = { ...data.theories[0]!, distances: { kernel: { value: -1 } } };
		expect(() => compareFigure({ ...data, theories: [theory] }, document)).toThrow(
			"theories[0].distances.kernel: wanted a finite number >= 0; got -1.",
		);
	});

	it("no theory and no test point", () => {
		expect(() => compareFigure({ ...data, theories: [] }, document)).toThrow(
			"theories: wanted at least one theory; got none.",
		);
		const theory = { id: "nngp", label: "nngp", mean: [], converged: true };
		expect(() => compareFigure({ title: "", subtitle: "", theories: [theory] }, document)).toThrow(
			"theories[0].mean: wanted at least one test point; got none.",
		);
	});
});
