import { describe, expect, it } from "vitest";
import { createDocument } from "../../../cli/src/render/document.ts";
import { learningCurveFigure } from "../../src/figures/index.ts";
import type { CurveErrors, LearningCurveResults, WidthCurve } from "../../src/index.ts";

const document = createDocument();
const count = (text: string, pattern: RegExp) => text.match(pattern)?.length ?? 0;
const SAMPLES = [10, 40, 160];

const errors = (total: number, standardError = 0) => {
	const number = (value: number) => ({ value, ...(standardError > 0 && { standardError }) });
	return {
		generalizationError: number(total),
		biasSquared: number(total / 2),
		variance: number(total / 2),
		trainError: number(total / 4),
		relativeGap: number(0.75),
	} as CurveErrors<{ value: number; standardError: number }>;
};

/** Two theories, one with a gap, and a network that is sampled at the first and the last number of points. */
function curve(width: number): WidthCurve {
	return {
		widths: [width],
		features: width,
		points: SAMPLES.map((samples, i) => {
			const truth = 4 / samples;
			const theory = (id: string, value: number) => ({
				theory: id,
				errors: errors(value),
				difference: { theory: id, value: value - truth, standardError: 0.02 * truth },
			});
			return {
				samples,
				repetitions: 1,
				theories: [
					theory("nngp", truth * (1 + i + 1 / width)),
					i === 1
						? { theory: "kernel-rescaling", reason: "refused", unsolved: false }
						: theory("kernel-rescaling", 0.9 * truth),
					{ theory: "deep-kernel-machine", reason: "refused everywhere", unsolved: false },
				],
				...(i !== 1 && {
					sampled: { errors: errors(truth, 0.02 * truth), converged: i === 0, divergences: 0 },
				}),
			};
		}),
	};
}

const results: LearningCurveResults = {
	inputs: 20,
	testPoints: 100,
	layers: ["dense erf"],
	scaling: "mean-field",
	noiseVariance: 0.1,
	targetNoise: 0,
	repetitions: 1,
	sampler: "hmc",
	theories: ["nngp", "kernel-rescaling", "deep-kernel-machine"],
	curves: [curve(16), curve(64)],
	complete: true,
	converged: false,
};

describe("the figure of a learning curve", () => {
	const figure = learningCurveFigure("Two widths", results, document)!;

	it("keeps its picture", async () => {
		await expect(figure).toMatchFileSnapshot("snapshots/learning-curve.svg");
	});

	it("has a curve and a ratio for each width, one panel against the width, and the gap", () => {
		const headings = [...figure.matchAll(/font-weight="bold"[^>]*>([a-z]\. [^<]*)</g)].map(
			([, text]) => text,
		);
		expect(headings).toEqual([
			"a. N = 16",
			"b. N = 64",
			"c. Theory over sampled, N = 16",
			"d. Theory over sampled, N = 64",
			"e. P = 160",
			"f. Relative gap",
		]);
	});

	it("names axes, theories that answer, and what the lines of the gap are", () => {
		for (const text of [
			"training points, P",
			"width, N",
			"generalization error, e_g = ⟨(y* − f*)²⟩",
			"d = 20; dense erf; mean-field scaling; noise variance κ = 0.1; 100 test points",
			"nngp",
			"kernel-rescaling (gaps: no answer)",
			"sampled network (hmc), ±1 MCSE",
			"sampled network (hmc), chains not converged",
			"2 N_out/P: published for trained networks as an observation",
			"1 − (1 − N_out/P)²: Gaussian features, not a bound",
		]) {
			expect(figure).toContain(`>${text}</text>`);
		}
		expect(figure).not.toContain("deep-kernel-machine");
	});

	it("draws no published line where it is above 1, and says so", () => {
		const [narrow] = results.curves;
		const points = narrow!.points.map((point) => ({ ...point, samples: point.samples / 10 }));
		const svg = learningCurveFigure("", { ...results, curves: [{ ...narrow!, points }] }, document)!;
		expect(svg).not.toContain("published for trained networks");
		expect(svg).toContain("2 N_out/P is 1 or more at all of these points");
	});

	it("has curves alone where nothing is sampled", () => {
		const curves = results.curves.map((one) => ({
			...one,
			points: one.points.map(({ sampled: _, ...point }) => point),
		}));
		const svg = learningCurveFigure("", { ...results, curves: curves.slice(0, 1) }, document)!;
		expect(count(svg, /font-weight="bold"[^>]*>[a-z]\. /g)).toBe(1);
		expect(svg).not.toContain("sampled network");
	});

	it("says which theory leaves the axis", () => {
		const [narrow] = results.curves;
		const points = narrow!.points.map((point) => ({
			...point,
			theories: [{ theory: "nngp", errors: errors(50) }],
		}));
		const svg = learningCurveFigure("", { ...results, curves: [{ ...narrow!, points }] }, document)!;
		expect(svg).toContain("off the axis: 3 points of nngp");
	});

	it("is not drawn where there is no error", () => {
		expect(learningCurveFigure("", { ...results, curves: [] }, document)).toBeUndefined();
	});
});
