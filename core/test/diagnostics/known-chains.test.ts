import { createEngine, seedStream } from "@finitude/engine";
import { expect, test } from "vitest";
import {
	bulkEss,
	ess,
	mcseMean,
	mcseStandardDeviation,
	rankNormalize,
	rHat,
	tailEss,
} from "../../src/diagnostics/index.ts";

const engine = await createEngine({ engine: "reference" });

function normals(seed: number, count: number): Float64Array {
	const block = engine.allocate(count);
	engine.fillNormal(seedStream(seed), block);
	return block.data.slice();
}

const iid = (seed: number, draws: number, chains = 4) =>
	Array.from({ length: chains }, (_, c) => normals(100 * seed + c, draws));

/** Stationary AR(1) chains of unit variance: the ESS of the mean is n (1 - rho)/(1 + rho). */
function autoregressive(seed: number, draws: number, rho: number): Float64Array[] {
	return iid(seed, draws).map((noise) => {
		for (let t = 1; t < draws; t++) noise[t] = rho * noise[t - 1]! + Math.sqrt(1 - rho * rho) * noise[t]!;
		return noise;
	});
}

const value = (d: ReturnType<typeof rHat>) => {
	if (!d.defined) throw new Error(d.reason);
	return d.value;
};

test("independent draws count almost fully", () => {
	const chains = iid(1, 1000);
	// The standard deviation of the ESS estimate of 4 x 1000 independent draws is about 5 %.
	for (const diagnostic of [ess, bulkEss, tailEss]) {
		expect(Math.abs(value(diagnostic(chains)) / 4000 - 1)).toBeLessThan(0.15);
	}
	expect(value(rHat(chains))).toBeLessThan(1.005);
	expect(Math.abs(value(mcseMean(chains)) * Math.sqrt(4000) - 1)).toBeLessThan(0.1);
	// sd of the sample standard deviation of n normals: 1/sqrt(2 n).
	expect(Math.abs(value(mcseStandardDeviation(chains)) * Math.sqrt(8000) - 1)).toBeLessThan(0.1);
});

test.each([0.5, 0.9, -0.5])("AR(1) chains with rho = %d have ESS n (1 - rho)/(1 + rho)", (rho) => {
	const chains = autoregressive(2, 4000, rho);
	const expected = (16000 * (1 - rho)) / (1 + rho);
	// Geyer's truncated sum over 16000 draws scatters by about 5 to 8 % at rho = 0.9.
	expect(Math.abs(value(ess(chains)) / expected - 1)).toBeLessThan(0.2);
	expect(Math.abs(value(mcseMean(chains)) * Math.sqrt(expected) - 1)).toBeLessThan(0.1);
});

test("a drifting chain shows in R-hat through its halves", () => {
	const chains = iid(3, 500).map((chain) => chain.map((x, t) => x + t / 250));
	expect(value(rHat(chains))).toBeGreaterThan(1.05);
	expect(value(bulkEss(chains))).toBeLessThan(100);
});

test("a chain of another scale shows in the folded R-hat", () => {
	const chains = iid(4, 500).map((chain, c) => (c === 3 ? chain.map((x) => 4 * x) : chain));
	expect(value(rHat(chains))).toBeGreaterThan(1.1);
});

test("one constant chain among moving ones is a large R-hat, not NaN", () => {
	const chains = iid(5, 300);
	chains[1]!.fill(2.5);
	expect(value(rHat(chains))).toBeGreaterThan(1.2);
	expect(value(bulkEss(chains))).toBeLessThan(100);
});

test("constant, stuck, non-finite and short chains say why there is no number", () => {
	const constant = [new Float64Array(50).fill(2), new Float64Array(50).fill(2)];
	const stuck = [new Float64Array(50).fill(1), new Float64Array(50).fill(2)];
	const broken = iid(6, 50);
	broken[2]![7] = Number.NaN;
	const short = iid(7, 3);
	expect(rHat(constant)).toEqual({
		defined: false,
		cause: "constant",
		reason: "every draw of every chain is 2",
	});
	expect(rHat(stuck)).toEqual({
		defined: false,
		cause: "stuck",
		reason: "every half-chain keeps one value, but not all the same: R-hat is infinite",
	});
	expect(ess(stuck)).toEqual(rHat(stuck));
	for (const diagnostic of [rHat, ess, bulkEss, tailEss, mcseMean, mcseStandardDeviation]) {
		expect(diagnostic(broken)).toEqual({
			defined: false,
			cause: "nonfinite",
			reason: "draw 7 of chain 2 is NaN",
		});
		expect(diagnostic(short)).toEqual({
			defined: false,
			cause: "short",
			reason: "each chain has 3 draws; at least 4 are needed",
		});
		expect(diagnostic(constant).defined).toBe(false);
	}
	expect(tailEss([Float64Array.of(0, 1, 1, 1, 1, 1), Float64Array.of(0, 1, 1, 1, 1, 1)])).toEqual({
		defined: false,
		cause: "constant",
		reason: "no draw lies above the 0.95 quantile, which many draws share",
	});
});

test("the odd draw in the middle is left out", () => {
	const chains = iid(8, 101);
	const other = chains.map((chain) => chain.map((x, t) => (t === 50 ? 1e6 : x)));
	expect(ess(other)).toEqual(ess(chains));
});

test("chains of unequal length are an error of the caller", () => {
	expect(() => rHat([new Float64Array(5), new Float64Array(6)])).toThrow(
		new RangeError("diagnostics: wanted chains of one length; got 5 draws in chain 0 and 6 in chain 1."),
	);
	expect(() => rHat([])).toThrow(new RangeError("diagnostics: wanted at least one chain; got none."));
});

test("rankNormalize depends on the order alone and shares the rank of ties", () => {
	const chains = [Float64Array.of(3, 1, 2), Float64Array.of(2, 5, 9)];
	const scores = rankNormalize(chains);
	expect(rankNormalize(chains.map((chain) => chain.map((x) => x ** 3)))).toEqual(scores);
	expect(scores[0]![2]).toBe(scores[1]![0]);
	expect(scores[0]![1]).toBe(Math.min(...scores.flatMap((s) => [...s])));
});
