import { describe, expect, it } from "vitest";
import { createDocument } from "../../../cli/src/render/document.ts";
import { equivalentLinearModel } from "../../src/analyses/equivalent-linear-model.ts";
import { generalizationGap } from "../../src/analyses/generalization-gap.ts";
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

/** Numbers with few digits keep the picture the same on every machine. */
const limit = { alpha: 40, rmseOverStd: 0.16, testRmse: 0.23, emergentScale: 20000, crossoverWidth: 400 };
const adapted = [
	{ alpha: 4, rmseOverStd: 0.05, testRmse: 0.1, eigenvalues: [0.6, 0.2, 0.1], alignment: 2 },
	{ alpha: 10, rmseOverStd: 0.08, testRmse: 0.14, eigenvalues: [0.5, 0.3, 0.2], alignment: 1.5 },
	{ alpha: 30, rmseOverStd: 0.14, testRmse: 0.2, eigenvalues: [0.4, 0.3, 0.25], alignment: 1.2 },
];
const ramp = (scale: number) => [0, 1, 2].map((i) => [0, 1, 2].map((j) => scale * (i + j)));
const adaptation = {
	analysis: "kernel-adaptation",
	options: {
		widths: [20, 200, 2000],
		outputScale: "by-scaling",
		noiseScaling: "fixed",
		sampling: { sampler: "hmc", at: [20, 200] },
		kernelsAt: 20,
	},
	results: {
		problem: {
			trainPoints: 3,
			inputs: 3,
			layers: ["dense erf", "dense erf"],
			scaling: "standard",
			noiseVariance: 0.002,
		},
		priorWeightVariance: 0.3,
		widths: [20, 200, 2000],
		infiniteWidth: [20, 200, 2000].map((width) => ({
			width,
			...limit,
			outputScale: 0.02,
			noiseVariance: 0.002,
		})),
		theories: [
			{
				theory: "equations-of-state",
				label: "equations-of-state",
				points: [20, 200, 2000].map((width, i) => ({ width, ...adapted[i]! })),
				missing: [],
			},
			{
				theory: "kernel-rescaling",
				label: "kernel-rescaling",
				points: [],
				missing: [20, 200, 2000].map((width) => ({ width, reason: "one hidden layer only" })),
			},
		],
		sampled: [
			{
				width: 20,
				...adapted[0]!,
				standardErrors: { alpha: 1, rmseOverStd: 0.01, testRmse: 0.01, eigenvalues: [0.05, 0.02, 0.01] },
				converged: true,
			},
			{ width: 200, ...adapted[1]!, standardErrors: { alpha: 1 }, converged: false },
		],
		kernels: {
			width: 20,
			theory: "equations-of-state",
			sampler: "hmc",
			order: [2, 0, 1],
			kernels: [
				{ layer: 1, prior: ramp(1), adapted: ramp(2), sampled: ramp(3) },
				{ layer: "output", prior: ramp(0.01), adapted: ramp(0.02), sampled: ramp(0.03) },
			],
		},
	},
	convergence: { converged: true, iterations: 0, residual: 0 },
	validity: [],
	absent: {},
};
type Adaptation = typeof adaptation;
const changed = (results: Partial<Adaptation["results"]>, options: object = {}) => ({
	...adaptation,
	options: { ...adaptation.options, ...options },
	results: { ...adaptation.results, ...results },
});

describe("the figures of kernel-adaptation", () => {
	const { figure, kernels } = analysisFigures("Adaptation", adaptation, document);

	it("keep their pictures", async () => {
		await expect(figure).toMatchFileSnapshot("snapshots/kernel-adaptation.svg");
		await expect(kernels).toMatchFileSnapshot("snapshots/kernel-adaptation-kernels.svg");
	});

	it("say what was asked, what is drawn, and which scale is off the axis", () => {
		for (const text of [
			"P = 3, d = 3; dense erf, dense erf; standard scaling; s_a²/χ = 0.02, κ = 0.002; emergent scale at N = 2.0e4, off the axis",
			"kernel-rescaling (no answer)",
			"sampled network (hmc), ±1 MCSE",
			"sampled network (hmc), chains not converged",
			"infinite width",
			"crossover",
			"width, N",
			"e. Spectrum of Σ at N = 20",
		]) {
			expect(figure).toContain(`>${text}</text>`);
		}
		for (const text of [
			"a. layer 1, prior",
			"b. layer 1, equations-of-state",
			"f. output, sampled (hmc)",
			"kernels at N = 20; P = 3, d = 3; dense erf, dense erf; standard scaling; s_a²/χ = 0.02, κ = 0.002",
		]) {
			expect(kernels).toContain(`>${text}</text>`);
		}
	});

	it("leave out panels that no answer fills", () => {
		const bare = ({ eigenvalues: _, alignment: __, testRmse: ___, ...rest }: (typeof adapted)[0]) => rest;
		const theories = [
			{
				...adaptation.results.theories[0]!,
				points: adapted.map((one, i) => ({ width: 20 * 10 ** i, ...bare(one) })),
			},
		] as never;
		const { sampled: _, kernels: __, ...results } = changed({ theories }).results;
		const figures = analysisFigures("", { ...adaptation, results }, document);
		expect(Object.keys(figures)).toEqual(["figure"]);
		expect(figures.figure).toContain(">b. Error at the training points</text>");
		expect(figures.figure).not.toMatch(/>c\. |Spectrum|Σ/);
	});

	it("name the swept layer, channels, and a scale and a noise that move", () => {
		const convolutions = {
			...adaptation.results.problem,
			layers: ["convolution erf"],
			scaling: "mean-field",
		};
		const moving = changed({ problem: convolutions }, { noiseScaling: "inverse-width", layer: 1 });
		const svg = analysisFigures("", moving, document).figure!;
		expect(svg).toContain(">channels of layer 1, N</text>");
		expect(svg).toContain("mean-field scaling; κ = 0.002/N");
	});

	it("join the names of scales that fall together, and draw none that move", () => {
		const at = (emergentScale: (i: number) => number) =>
			changed({
				infiniteWidth: adaptation.results.infiniteWidth.map((one, i) => ({
					...one,
					emergentScale: emergentScale(i),
				})),
			});
		expect(
			analysisFigures(
				"",
				at(() => 400),
				document,
			).figure,
		).toContain(">crossover, emergent scale</text>");
		const moving = analysisFigures(
			"",
			at((i) => 400 * 2 ** i),
			document,
		).figure;
		expect(moving).toContain(">crossover</text>");
		expect(moving).not.toContain("emergent scale");
		// Both are widths of the last layer.
		const first = analysisFigures("", changed({}, { layer: 1 }), document).figure;
		expect(first).not.toMatch(/crossover|emergent/);
	});
});

describe("the figure of generalization-gap", () => {
	const task = { spectrum: [1, 0.5, 0.25], teacher: [1, -1, 1], unexplained: 0.5 };
	const draw = async (options: object) =>
		analysisFigures("Gap", await analyze(generalizationGap, { options }), document).figure;

	it("keeps its picture", async () => {
		const figure = await draw({ ...task, samples: [2, 4, 8, 16, 32], ridge: 0.5 });
		await expect(figure).toMatchFileSnapshot("snapshots/generalization-gap.svg");
	});

	it("names its lines, and what was asked", async () => {
		const figure = await draw({ ...task, samples: [2, 8], ridge: 0.5 });
		for (const text of [
			"test error e_g",
			"training error e_t",
			"relative gap",
			"2 N_out/P",
			"Gaussian features without a ridge, 1 − (1 − N_out/P)²",
			"N_out = 3; ridge λ = 0.5; e_min = 0.5; features of Gaussian law, averages over many samples",
		]) {
			expect(figure).toContain(`>${text}</text>`);
		}
	});

	it("needs no spectrum beyond interpolation, and has a gap at it", async () => {
		const count = await draw({ featureCount: 3, unexplained: 0.5, samples: [4, 40] });
		expect(count).not.toMatch(/NaN|Infinity/);
		// Without a ridge the test error diverges at P = 3, which no point of the curve is.
		expect(await draw({ ...task, samples: [2, 4, 8] })).not.toMatch(/NaN|Infinity/);
	});

	it("is not drawn for one number of samples", async () => {
		expect(await draw({ ...task, samples: 8 })).toBeUndefined();
		expect(await draw({ ...task, samples: [8] })).toBeUndefined();
	});
});

describe("the figure of equivalent-linear-model", () => {
	const erf = { type: "dense", width: 10, activation: "erf", weightVariance: 1 };
	const draw = async (samplesPerInput: number | number[]) => {
		const network = { layers: [erf, erf], readout: { weightVariance: 1 }, scaling: "standard" };
		const file = { network, noiseVariance: 0.05, options: { samplesPerInput } };
		return analysisFigures("Linear", await analyze(equivalentLinearModel, file), document).figure;
	};

	it("has the curve between its limits, and says what was asked", async () => {
		const figure = await draw([0, 0.5, 2, 8]);
		expect(figure).toContain(">samples per input, P / d</text>");
		expect(figure).toContain("dense erf, dense erf; ρ² = 0.2801, ε = 0.03979, κ = 0.05");
		// P/d = 0 has no place on a log axis: three points.
		expect(figure!.match(/<circle /g)).toHaveLength(3);
	});

	it("is not drawn for one value of P/d", async () => {
		expect(await draw(1)).toBeUndefined();
		expect(await draw([0, 1])).toBeUndefined();
	});
});

/** Numbers with few digits keep the picture the same on every machine. */
const estimate = (value: number, standardError = 0.02) => ({ value, standardError });
const overlapPointAt = (samples: number, value: number, converged = true) => ({
	samples,
	samplesPerParameter: samples / 20,
	weightOverlap: estimate(0.2 + 0.3 * value),
	functionOverlap: estimate(0.5 + 0.4 * value),
	preactivationKurtosis: { pooled: estimate(0.3), between: estimate(0.1), within: estimate(0.2) },
	projectionKurtosis: {
		pooled: estimate(-0.5 * value),
		between: estimate(0),
		within: estimate(-0.5 * value),
	},
	memorizationIndex: estimate(1 - value),
	bound: 8 / samples,
	exact: {
		weightOverlap: 0.21 + 0.3 * value,
		functionOverlap: 0.5 + 0.41 * value,
		memorizationIndex: 1 - value,
	},
	converged,
});
const overlap = {
	analysis: "teacher-overlap",
	options: { teacher: { type: "linear" }, dataSets: 3, sampling: { sampler: "hmc" } },
	results: {
		inputs: 5,
		parameters: 20,
		lastWidth: 4,
		layers: ["dense linear"],
		noiseVariance: 0.1,
		priorOverlap: 0.2,
		points: [overlapPointAt(2, 0.1), overlapPointAt(10, 0.5), overlapPointAt(80, 0.9, false)],
	},
	convergence: { converged: false, iterations: 0, residual: 0 },
	validity: [],
	absent: {},
};

describe("the figure of teacher-overlap", () => {
	const figure = analysisFigures("Overlap", overlap, document).figure!;

	it("keeps its picture", async () => {
		await expect(figure).toMatchFileSnapshot("snapshots/teacher-overlap.svg");
	});

	it("says what is drawn, and that no theory is claimed", () => {
		for (const text of [
			"d = 5; dense linear; N_out = 4; n_par = 20; κ = 0.1; linear teacher; descriptive: no theory claimed",
			"sampled network (hmc), mean of 3 data sets, ±1 standard error",
			"chains not converged",
			"exact, same data sets",
			"2 N_out/P: readouts of fixed features; published for trained networks as an observation",
			"a. Weight overlap with the teacher",
			"d. Memorization index",
		]) {
			expect(figure).toContain(`>${text}</text>`);
		}
	});

	it("has no exact line for other students, and no curve where 2 N_out/P exceeds 1", () => {
		const bare = ({ exact: _, ...point }: ReturnType<typeof overlapPointAt>) => ({ ...point, bound: 4 });
		const points = [overlapPointAt(2, 0.1), overlapPointAt(3, 0.2)].map(bare);
		const svg = analysisFigures("", { ...overlap, results: { ...overlap.results, points } }, document)
			.figure!;
		expect(svg).not.toMatch(/exact|not converged|NaN/);
		expect(svg).not.toMatch(/<g aria-label="line"[^>]*><path/);
	});

	it("is not drawn where nothing was sampled", () => {
		const nothing = { ...overlap, results: { ...overlap.results, points: [] } };
		expect(analysisFigures("", nothing, document).figure).toBeUndefined();
	});
});

describe("the figure of residual-scaling", () => {
	/** Numbers with few digits keep the picture the same on every machine. */
	const point = (depth: number, optimalScale: number, found = true) => ({
		depth,
		optimalScale,
		logResponse: Math.log(0.5),
		scaledOptimum: optimalScale * Math.sqrt(depth),
		found,
		curve: { residualScale: [0.01, 0.1, optimalScale, 3], response: [0.4, 0.42, 0.5, 0.2] },
	});
	const answer = {
		analysis: "residual-scaling",
		options: { activation: "erf", weightVariance: 1, biasVariance: 0.25 },
		results: {
			firstCovariance: [1, 0.5, 1],
			points: [point(4, 1), point(25, 0.36), point(100, 0.175)],
			scaledDeepLimit: 1.7,
		},
		convergence: { converged: true, iterations: 0, residual: 0 },
		validity: [],
		absent: {},
	};
	const draw = (results: object) =>
		analysisFigures("Residual", { ...answer, results: { ...answer.results, ...results } }, document).figure;

	it("keeps its picture", async () => {
		await expect(draw({})).toMatchFileSnapshot("snapshots/residual-scaling.svg");
	});

	it("says what is drawn", () => {
		for (const text of [
			"erf; q(0) = 1, c(0) = 0.5; σ_w² = 1, σ_b² = 0.25; infinite width",
			"L = 25",
			"optimum, ρ*",
			"deep limit, √s* σ_w",
			"residual scale, ρ",
			"η / σ_v²",
			"ρ* √L σ_w",
			"a. Response of the output kernel",
			"b. Optimal residual scale",
		]) {
			expect(draw({})).toContain(`>${text}</text>`);
		}
	});

	it("marks no optimum that was not found, and draws no limit that is not there", () => {
		const { scaledDeepLimit: _, ...results } = answer.results;
		const points = [point(4, 4, false), point(25, 4, false)];
		const figure = analysisFigures("", { ...answer, results: { ...results, points } }, document).figure!;
		expect(count(figure, /<circle /g)).toBe(1);
		expect(figure).not.toMatch(/deep limit|NaN|Infinity/);
	});

	it("has five curves at most, the shallowest and the deepest among them", () => {
		const points = [4, 5, 6, 7, 8, 9, 100].map((depth) => point(depth, 2 / Math.sqrt(depth)));
		const figure = draw({ points })!;
		expect(figure.match(/>L = \d+</g)).toEqual([">L = 4<", ">L = 6<", ">L = 7<", ">L = 9<", ">L = 100<"]);
	});

	it("is not drawn for a single quantity", () => {
		const results = { optimalScale: 1, logResponse: 0 };
		expect(analysisFigures("", { ...answer, results }, document).figure).toBeUndefined();
	});
});

it("an unknown analysis has no figure", () => {
	expect(() => analysisFigures("", { ...scaling, analysis: "other" }, document).figure).toThrow(
		new RangeError("analysisFigures: other has no figure."),
	);
});

const scanOf = (factor: number, expansion: readonly number[]) => ({
	response: [0.01 * factor, 0.1, 0.2],
	backwardResponse: [0.05 * factor, 0.4, 0.5],
	relativeKernelChange: [0.2, 0.05, 0.01],
	projectedKernelChange: [0.001, 0.01 * factor, 0.008],
	alignmentPrior: [0.1, 0.12, 0.15],
	alignmentSlope: [0.3, 0.1, 0.01],
	conjugateNorms: [[3], [2], [1]],
	expansion,
});
const scan = {
	analysis: "criticality",
	options: {},
	results: {
		weightDeviations: [0.8, 1.2, 2],
		susceptibility: [0.65, 1.02, 1.51],
		criticalWeightDeviation: 1.173,
		...scanOf(2, [4, 0.2, 0.05]),
		depths: [
			{ depth: 1, ...scanOf(1, [0.2, 0.1, 0.01]) },
			{ depth: 2, ...scanOf(2, [4, 0.2, 0.05]) },
		],
		problem: {
			trainPoints: 12,
			inputs: 20,
			activation: "erf",
			widths: [200, 100],
			biasVariance: 0.05,
			noiseVariance: 0.01,
			scaling: "standard",
		},
	},
	convergence: { converged: true, iterations: 0, residual: 0 },
	validity: [],
	absent: {},
};

const histogram = (range: number, density: readonly number[]) => ({
	edges: Array.from({ length: density.length + 1 }, (_, k) => -range + (2 * range * k) / density.length),
	density,
	densityStandardError: density.map(() => 0.01),
	below: 0,
	above: 0,
});
const law = (kurtosis: number, density: readonly number[]) => ({
	rootMeanSquare: estimate(1),
	kurtosis: estimate(kurtosis),
	centerOverPeak: estimate(1),
	peak: 0,
	histogram: histogram(2.5, density),
});
const laws = {
	prior: histogram(2.5, [0.05, 0.2, 0.5, 0.2, 0.05]),
	theory: histogram(2.5, [0.1, 0.25, 0.3, 0.25, 0.1]),
	sampled: histogram(2.5, [0.12, 0.23, 0.3, 0.25, 0.1]),
};
const coding = {
	analysis: "coding-schemes",
	options: { sampling: { sampler: "hmc" } },
	results: {
		trainPoints: 6,
		inputs: 8,
		width: 100,
		layers: ["dense erf"],
		scaling: "mean-field",
		noiseVariance: 0.001,
		classes: [
			{ label: "1", points: 3 },
			{ label: "-1", points: 3 },
		],
		oneUnitPosterior: "tree",
		pairs: [
			{
				classes: ["1", "-1"],
				classSignal: {
					prior: law(2.5, laws.prior.density),
					theory: law(2.17, laws.theory.density),
					sampled: law(2.2, laws.sampled.density),
					chains: [
						histogram(2.5, [0.12, 0.2, 0.32, 0.26, 0.1]),
						histogram(2.5, [0.12, 0.26, 0.28, 0.24, 0.1]),
					],
					chainKurtoses: [2.15, 2.25],
				},
			},
		],
		preactivations: [
			{ class: "1", ...laws },
			{ class: "-1", ...laws },
		],
		activations: laws,
		activationUnit: 1,
		codeGroups: {
			groups: estimate(1.5, 0.5),
			networks: [
				{ chain: 1, sizes: [1] },
				{ chain: 1, sizes: [0.6, 0.4] },
				{ chain: 2, sizes: [0.5, 0.3, 0.2] },
				{ chain: 2, sizes: [1] },
			],
		},
	},
	convergence: { converged: true, iterations: 0, residual: 0 },
	validity: [],
	absent: {},
};

describe("the figure of criticality", () => {
	const draw = (results: object) =>
		analysisFigures("Criticality", { ...scan, results } as typeof scan, document).figure;

	it("keeps its picture", async () => {
		await expect(draw(scan.results)!).toMatchFileSnapshot("snapshots/criticality.svg");
	});

	it("says what is drawn, and where the first order ends", () => {
		const figure = draw(scan.results)!;
		for (const text of [
			"P = 12, d = 20; erf, N = 200, 100; σ_b² = 0.05; κ = 0.01; standard scaling; critical σ_w = 1.173; infinite-width responses and first order in 1/N",
			"1 hidden layer",
			"2 hidden layers",
			"critical line, χ⊥ = 1",
			"open: expansion above 0.3",
			"Gain of alignment with the targets",
		]) {
			expect(figure).toContain(text);
		}
	});

	it("leaves out what is not there", () => {
		const { alignmentSlope: _, ...rest } = scan.results;
		expect(draw(rest)).not.toContain("Gain of alignment");
		expect(draw({ ...scan.results, weightDeviations: [1] })).toBeUndefined();
		expect(draw({ criticalWeightDeviation: 1, fixedPointVariance: 0 })).toBeUndefined();
	});
});

describe("the figure of coding-schemes", () => {
	const figure = analysisFigures("Codes", coding, document).figure!;

	it("keeps its picture", async () => {
		await expect(figure).toMatchFileSnapshot("snapshots/coding-schemes.svg");
	});

	it("says what is drawn, and that it is the lab's own", () => {
		for (const text of [
			"P = 6, d = 8; dense erf, N = 100; mean-field scaling; κ = 0.001; classes 1 and -1; observables of the lab's own sampled networks",
			"units of sampled networks (hmc), ±1 standard error from 2 chains",
			"prior of a unit",
			"one-unit posterior, multi-scale (tree)",
			"kurtosis 2.20 (one unit 2.17, prior 2.50; Gaussian 3)",
			"class signal over its root mean square, m / ⟨m²⟩½",
			"b. Class signal, chain by chain",
			"first and last network of each chain; 1.5 ± 0.5 groups",
		]) {
			expect(figure).toContain(`>${text}</text>`);
		}
	});

	it("has the prior and the samples alone where there is no one-unit posterior, and says why", () => {
		const [{ classSignal, ...pair }] = coding.results.pairs as [(typeof coding.results.pairs)[0]];
		const { theory: _, ...signal } = classSignal;
		const { theory: __, ...bare } = laws;
		const svg = analysisFigures(
			"",
			{
				...coding,
				results: {
					...coding.results,
					oneUnitPosterior: "none",
					pairs: [{ ...pair, classSignal: signal }],
					preactivations: coding.results.preactivations.map((one) => ({ class: one.class, ...bare })),
					activations: bare,
				},
				convergence: { ...coding.convergence, converged: false },
				absent: { oneUnitPosterior: "no one-unit posterior" },
			},
			document,
		).figure!;
		expect(svg).toContain("no one-unit posterior; chains not converged");
		expect(svg).toContain(">kurtosis 2.20 (prior 2.50; Gaussian 3)</text>");
		expect(svg).not.toMatch(/multi-scale|NaN/);
	});
});
