import { createEngine, seedStream } from "@finitude/engine";
import { expect, test } from "vitest";
import {
	bulkEss,
	ess,
	mcseMean,
	mcseStandardDeviation,
	meanRHat,
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

/**
 * R-hat of half-chains with within-chain variance W and means of variance B/n (over 2 M half-chains), up to (n - 1)/n = 1:
 * rank-normalizing nearly Gaussian draws changes little.
 */
const rHatOf = (between: number, within: number) => Math.sqrt(1 + between / within);

test.each([1, 2, 4])(
	"chains that drift by %d standard deviations have the R-hat of their halves",
	(drift) => {
		const chains = iid(3, 500).map((chain) => chain.map((x, t) => x + (drift * t) / 500));
		// Half-chains drift by d/2: variance 1 + (d/2)^2 / 12 within, means +- d/4, four each: variance (d/4)^2 8/7 between.
		const expected = rHatOf((drift / 4) ** 2 * (8 / 7), 1 + drift ** 2 / 48);
		// The means of halves scatter by 1/sqrt(250) = 0.06: R-hat by about 0.02; ranks lower it by 2 % where the drift is large.
		expect(Math.abs(value(rHat(chains)) - expected)).toBeLessThan(0.05);
		expect(value(bulkEss(chains))).toBeLessThan(drift < 2 ? 300 : 100);
	},
);

test("one chain elsewhere has the R-hat of its distance", () => {
	const chains = iid(9, 500).map((chain, c) => (c === 2 ? chain.map((x) => x + 1) : chain));
	// Two of eight half-chains at 1: variance 12/64 8/7 between.
	expect(Math.abs(value(rHat(chains)) - rHatOf((12 / 64) * (8 / 7), 1))).toBeLessThan(0.05);
});

test("a chain that sticks halfway shows in R-hat; ESS, which its constant half adds nothing to, tells little", () => {
	const chains = iid(10, 500).map((chain, c) =>
		c === 0 ? chain.map((x, t) => (t < 250 ? x : chain[249]!)) : chain,
	);
	// One of eight half-chains has no variance: W is 7/8, and its place x, normal, adds x^2/8 at most to B/n.
	expect(value(rHat(chains))).toBeGreaterThan(1.02);
	expect(value(bulkEss(chains))).toBeLessThan(2000);
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

test.each([
	[0, 0, Number.NaN],
	[3, 100, Number.NaN],
	[1, 50, Number.POSITIVE_INFINITY],
	[2, 49, Number.NEGATIVE_INFINITY],
])("one broken number is found wherever it stands: chain %d, draw %d, %d", (chain, draw, broken) => {
	// 101 draws: number 50 is the middle one, which no half-chain holds.
	const chains = iid(11, 101);
	chains[chain]![draw] = broken;
	for (const diagnostic of [rHat, ess, bulkEss, tailEss, mcseMean, mcseStandardDeviation]) {
		expect(diagnostic(chains)).toEqual({
			defined: false,
			cause: "nonfinite",
			reason: `draw ${draw} of chain ${chain} is ${broken}`,
		});
	}
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

// Squares of such draws overflow and vanish in double precision.
test.each([2 ** 900, 2 ** -900])("draws of the order of %d have the diagnostics of any others", (unit) => {
	const chains = iid(20, 100);
	const scaled = chains.map((chain) => chain.map((x) => unit * x));
	for (const diagnostic of [ess, bulkEss, tailEss, rHat, meanRHat]) {
		expect(diagnostic(scaled)).toEqual(diagnostic(chains));
	}
	for (const diagnostic of [mcseMean, mcseStandardDeviation]) {
		expect(value(diagnostic(scaled))).toBe(unit * value(diagnostic(chains)));
	}
});

test("squared deviations that differ by rounding alone have a standard error", () => {
	// Balanced draws of two values: every squared deviation is a^2 up to rounding, so their spread is rounding alone.
	for (const a of [0.1, 0.2, 0.3, 0.6, 0.7, 0.9]) {
		const chains = Array.from({ length: 2 }, (_, c) =>
			Float64Array.from({ length: 100 }, (_, t) => ((t + c) % 2 === 0 ? a : -a) + (t === 0 ? 1e-15 : 0)),
		);
		expect(value(mcseStandardDeviation(chains))).toBeLessThan(1e-15);
	}
});
