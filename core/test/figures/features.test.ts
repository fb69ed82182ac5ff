import { createEngine } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { createDocument } from "../../../cli/src/render/document.ts";
import { type FeaturesFigureData, featuresFigure } from "../../src/figures/index.ts";
import {
	findProbe,
	findTheory,
	type ProbeResult,
	probeExperiment,
	runChain,
	solveTheory,
} from "../../src/index.ts";
import { denseLayer, networkOf, smallProblem } from "../helpers/problems.ts";

const engine = await createEngine();
const document = createDocument();
const problem = smallProblem(networkOf([denseLayer("erf", { width: 6 }), denseLayer("erf", { width: 5 })]));
const answers = ["nngp", "finite-width-correction"].map((id) =>
	solveTheory(findTheory(id), problem, {}, { engine, clock: () => 0 }),
);
const settings = { sampler: "hmc", chains: 2, draws: 32, warmup: 30, seed: 3 };
const chains = [0, 1].map((c) => runChain(problem, engine, settings, c));
const data = (sampled: { readonly converged: boolean } | false): FeaturesFigureData => ({
	title: "small",
	subtitle: "P = 6",
	probed: probeExperiment(engine, {
		problem,
		answers,
		probes: ["alignment", "cka", "effective-rank", "spectrum", "smallest-eigenvalue"].map((id) =>
			findProbe(id),
		),
		...(sampled && { sampled: { sampler: "hmc", chains, ...sampled } }),
		seed: 1,
	}),
	order: [5, 4, 3, 2, 1, 0],
	axisLabel: "training point, sorted by target",
});
const count = (text: string, pattern: RegExp) => text.match(pattern)?.length ?? 0;

describe("the features figure", () => {
	const svg = featuresFigure(data({ converged: true }), document)!;

	it("is a standalone SVG, the same each time, with finite numbers only", () => {
		expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
		expect(svg).not.toMatch(/NaN|Infinity|undefined/);
		expect(featuresFigure(data({ converged: true }), document)).toBe(svg);
	});

	it("has a panel for every number, spectra of every layer, and kernels with their changes", () => {
		for (const text of [
			"a. Kernel-target alignment",
			"b. Centered kernel-target alignment",
			"c. CKA with the prior",
			"d. CKA of two layers",
			"e. Effective rank",
			"output: sampled kernel (hmc)",
			"output: sampled − prior",
			"output: finite-width-correction − prior",
			"layer 1: nngp − prior",
			"prior",
			"sampled network (hmc), ±1 MCSE",
		]) {
			expect(svg).toContain(text);
		}
		expect(count(svg, /λₖ \/ prior/g)).toBe(3);
		expect(count(svg, /<image /g)).toBe(3 * 5);
		// More panels than letters.
		expect(svg).toContain(">z. ");
	});

	it("says that chains have not converged, and needs no samples", () => {
		expect(featuresFigure(data({ converged: false }), document)).toContain(
			"sampled network (hmc), chains not converged",
		);
		const without = featuresFigure(data(false), document)!;
		expect(without).not.toContain("sampled");
		expect(without).toContain("output: kernel of the prior");
	});

	it("cuts off and names a theory that is far from the others", () => {
		const given = data({ converged: true });
		const [alignment, ...others] = given.probed.probes as [ProbeResult, ...ProbeResult[]];
		const rows = alignment.rows.map((row) => ({
			...row,
			theories: { ...row.theories, nngp: { values: [40] } },
		}));
		const probed = { ...given.probed, probes: [{ ...alignment, rows }, ...others] };
		expect(featuresFigure({ ...given, probed }, document)).toContain("off the axis: 3 points of nngp");
	});
});
