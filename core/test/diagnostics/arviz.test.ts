import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
	bulkEss,
	type Diagnostic,
	ess,
	mcseMean,
	mcseStandardDeviation,
	rHat,
	tailEss,
} from "../../src/diagnostics/index.ts";
import { inverseNormal } from "../../src/diagnostics/inverse-normal.ts";

interface Case {
	name: string;
	chains: number[][];
	rHat: number | null;
	ess: number;
	bulkEss: number;
	tailEss: number;
	mcseMean: number;
	mcseStandardDeviation: number;
}

const fixture: { inverseNormal: [number, number][]; cases: Case[] } = JSON.parse(
	readFileSync(new URL("../../../fixtures/diagnostics.json", import.meta.url), "utf8"),
);

const functions: Record<string, (chains: Float64Array[]) => Diagnostic> = {
	rHat,
	ess,
	bulkEss,
	tailEss,
	mcseMean,
	mcseStandardDeviation,
};

test.each(fixture.cases)("agrees with ArviZ: $name", (reference) => {
	const chains = reference.chains.map((chain) => Float64Array.from(chain));
	for (const [name, diagnostic] of Object.entries(functions)) {
		const expected = reference[name as keyof Case] as number | null;
		if (expected === null) continue;
		const result = diagnostic(chains);
		// Sums of at most 800 terms, and ArviZ's autocovariances by Fourier transform: 1e-10 leaves room for its rounding.
		expect(result.defined && Math.abs(result.value / expected - 1), name).toBeLessThan(1e-10);
	}
});

test("inverseNormal agrees with SciPy's ndtri to rounding", () => {
	for (const [p, expected] of fixture.inverseNormal) {
		// The argument p - 1/2 or log(1 - p) is itself rounded: a few units in the last place.
		expect(Math.abs(inverseNormal(p) - expected)).toBeLessThanOrEqual(4e-15 * Math.abs(expected));
	}
});
