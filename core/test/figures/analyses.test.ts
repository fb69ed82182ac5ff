import { describe, expect, it } from "vitest";
import { createDocument } from "../../../cli/src/render/document.ts";
import { lazyRichTransition } from "../../src/analyses/lazy-rich-transition.ts";
import { widthScaling } from "../../src/analyses/width-scaling.ts";
import { analysisFigures } from "../../src/figures/index.ts";
import { analyze } from "../analyses/analyses.ts";

const document = createDocument();
const count = (text: string, pattern: RegExp) => text.match(pattern)?.length ?? 0;

const numbers = { windows: 10, patch: 10, samples: 1000, noiseVariance: 100, targetAmplitude: 3.16227766017 };
const transition = await analyze(lazyRichTransition, { options: { ...numbers, channels: [1, 4, 16, 64] } });
/** As sampling would fill it in; numbers with few digits keep the picture the same on every machine. */
const sampledTransition = {
	...transition,
	options: { ...transition.options, sampling: { sampler: "gibbs", dataSets: 3 } },
	results: {
		...transition.results,
		sampledAt: [1, 16],
		sampledAlpha: [0.6, 0.14],
		sampledAlphaStandardError: [0.02, 0.01],
		sampledConverged: [true, false],
	},
};

describe("the figure of lazy-rich-transition", () => {
	const figure = analysisFigures("Lazy to rich", sampledTransition, document).figure!;

	it("keeps its picture", async () => {
		await expect(figure).toMatchFileSnapshot("snapshots/lazy-rich-transition.svg");
	});

	it("has four curves told apart by their dashes, and the line r = 1", () => {
		expect(count(figure, /<g aria-label="line"/g)).toBe(4);
		const dashes = [...figure.matchAll(/<g aria-label="line"[^>]*stroke-dasharray="([^"]*)"/g)].map(
			([, dash]) => dash,
		);
		// The solid one has none.
		expect(new Set(dashes).size).toBe(3);
		expect(figure).toContain(">r = 1</text>");
	});

	it("names axes and symbols, and the numbers that are not swept", () => {
		for (const text of [
			"number of channels, C",
			"overlap with the teacher, α",
			"linear convolution, rank-one teacher: M = 10, S = 10, n = 1000, κ = 100, θ* = 3.162, s_a² = 1, s_w² = 1; standard scaling",
			"saddle point",
			"sampled network (gibbs), mean of 3 data sets, ±1 standard error",
			"chains not converged",
		]) {
			expect(figure).toContain(`>${text}</text>`);
		}
	});

	it("has no line r = 1 where it is out of range, and no points where nothing was sampled", async () => {
		const wide = await analyze(lazyRichTransition, { options: { ...numbers, channels: [20, 40] } });
		const svg = analysisFigures("", wide, document).figure!;
		expect(svg).not.toContain(">r = 1</text>");
		expect(svg).not.toContain("sampled network");
	});

	it("is not drawn where nothing is swept", async () => {
		const single = await analyze(lazyRichTransition, { options: { ...numbers, channels: 8 } });
		expect(analysisFigures("", single, document).figure).toBeUndefined();
	});
});

const widths = [4, 8, 16, 32];
const scaling = {
	analysis: "width-scaling",
	options: { noiseScaling: "fixed", sampling: { sampler: "hmc" } },
	results: {
		problem: { trainPoints: 6, inputs: 3, layers: ["dense erf"], scaling: "standard", noiseVariance: 0.05 },
		points: "test",
		reference: "sampled",
		widths,
		scale: [1, 1, 1, 1],
		noiseFloor: [0.004, 0.003, 0.002, 0.0015],
		theories: [
			{
				theory: "nngp",
				label: "nngp",
				widths,
				error: [0.04, 0.02, 0.01, 0.005],
				resolved: [true, true, true, true],
				exponent: -1,
				missing: [],
			},
			{
				theory: "self-consistent",
				label: "self-consistent (variant loop)",
				widths: [8, 16, 32],
				error: [0.008, 0.002, 0.0005],
				resolved: [true, false, false],
				missing: [{ width: 4, reason: "not converged" }],
			},
		],
	},
	convergence: { converged: true, iterations: 0, residual: 0 },
	validity: [],
	absent: {},
};

describe("the figure of width-scaling", () => {
	const figure = analysisFigures("Error against width", scaling, document).figure!;

	it("keeps its picture", async () => {
		await expect(figure).toMatchFileSnapshot("snapshots/width-scaling.svg");
	});

	it("fills the symbols of errors above the noise and leaves the others hollow", () => {
		const symbols = [...figure.matchAll(/<path d="[^"]*" fill="([^"]*)" transform=/g)].map(
			([, fill]) => fill,
		);
		// Two keys of the legend, four points, three points.
		expect(symbols.slice(-7).filter((fill) => fill === "white")).toHaveLength(2);
		expect(figure).toContain(">hollow: below 2 times the noise, not in the slope</text>");
	});

	it("says slopes, gaps, guides and what was compared", () => {
		for (const text of [
			"nngp, slope −1.00",
			"self-consistent (variant loop) (nothing at N = 4)",
			"Monte-Carlo noise of the reference",
			"1/N",
			"1/N²",
			"P = 6, d = 3; dense erf; standard scaling; noise variance κ = 0.05; difference from the sampled network (hmc)",
			"rms error of the mean at the test points",
		]) {
			expect(figure).toContain(`>${text}</text>`);
		}
	});

	it("has no gray and no hollow symbols against an exact posterior, and leaves out errors of 0", async () => {
		const problem = {
			trainInputs: [[1], [2]],
			trainTargets: [1, 2],
			network: {
				layers: [{ type: "dense", width: 1, activation: "linear", weightVariance: 1 }],
				readout: { weightVariance: 1 },
				scaling: "mean-field",
			},
			noiseVariance: 0.1,
		};
		const options = { widths: [4, 8], theories: ["nngp"], noiseScaling: "inverse-width" };
		const svg = analysisFigures("", await analyze(widthScaling, { problem, options }), document).figure!;
		expect(svg).not.toMatch(/Monte-Carlo|hollow/);
		expect(svg).toContain("noise variance κ = 0.1/N; difference from the exact posterior");
		const silent = await analyze(widthScaling, { problem: { ...problem, trainTargets: [0, 0] }, options });
		expect(analysisFigures("", silent, document).figure).toBeUndefined();
	});
});

it("an unknown analysis has no figure", () => {
	expect(() => analysisFigures("", { ...scaling, analysis: "other" }, document).figure).toThrow(
		new RangeError("analysisFigures: other has no figure."),
	);
});
