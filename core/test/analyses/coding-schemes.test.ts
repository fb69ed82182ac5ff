import { matrix, seedStream, splitStream } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { classesOf, classPairs } from "../../src/analyses/coding-schemes/classes.ts";
import { codeGroups } from "../../src/analyses/coding-schemes/code-groups.ts";
import { jackknife } from "../../src/analyses/coding-schemes/jackknife.ts";
import { lastLayerUnit, looksOf } from "../../src/analyses/coding-schemes/looks.ts";
import { largestGain } from "../../src/analyses/coding-schemes/normalizable.ts";
import { priorPoints } from "../../src/analyses/coding-schemes/one-unit.ts";
import {
	dualFieldOf,
	oneUnitPosterior,
	unitTilt,
} from "../../src/analyses/coding-schemes/one-unit-posterior.ts";
import type { UnitCode } from "../../src/analyses/coding-schemes/sampled-units.ts";
import { signalLaw } from "../../src/analyses/coding-schemes/signal-law.ts";
import {
	kurtosis,
	participationRatio,
	responseSparsity,
} from "../../src/analyses/coding-schemes/unit-measures.ts";
import { populationBuilder } from "../../src/analyses/coding-schemes/unit-population.ts";
import { codingSchemes } from "../../src/analyses/coding-schemes.ts";
import { normals, uniforms } from "../../src/data/random.ts";
import { findTheory, type Problem, parseProblem, solveTheory } from "../../src/index.ts";
import { priorKernels } from "../../src/kernels/prior-kernels.ts";
import { kernelAlignment } from "../../src/probes/kernel-alignment.ts";
import { messageOf } from "../helpers/message-of.ts";
import { analyze, engine } from "./analyses.ts";

/** The centered alignment with y of a kernel, row by row. */
function alignmentOf(kernel: Float64Array, y: Float64Array): number {
	const P = y.length;
	return kernelAlignment(engine, matrix(P, P, kernel), matrix(P, 1, y))!.value;
}

/** Six random points in eight dimensions, three of each class. */
const trainInputs = [
	[-0.802, -1.324, -0.248, 0.42, 1.136, 0.11, -0.553, -0.785],
	[0.749, 1.635, 0.273, -1.233, -0.958, 1.6, 0.203, -1.732],
	[-0.084, -1.163, -0.629, -0.488, -0.713, 0.553, -0.063, -0.589],
	[0.41, 0.83, -1.643, -0.257, -0.981, -0.173, -1.289, 0.021],
	[-0.038, -0.304, -1.048, -0.396, -1.091, -1.355, 0.225, -1.109],
	[1.17, 0.717, -1.998, 0.272, -1.102, 0.033, 0.044, -1.988],
];
const trainTargets = [1, 1, 1, -1, -1, -1];
const network = (activation: string, width: number, changes: object = {}) => ({
	layers: [{ type: "dense", width, activation, weightVariance: 4 }],
	readout: { weightVariance: 4 },
	scaling: "mean-field",
	...changes,
});
const problemOf = (activation: string, width: number, kappa: number, changes: object = {}): Problem =>
	parseProblem({
		trainInputs,
		trainTargets,
		network: network(activation, width),
		noiseVariance: kappa / width,
		...changes,
	});

/** The law of one unit without sampled networks: at the dual field of the tree, or at a given mean of the outputs. */
function lawAt(problem: Problem, samples: number, mean = matrix(6, 1)) {
	const kernels = priorKernels(engine, problem);
	const unit = lastLayerUnit(engine, problem, kernels);
	const dualField = dualFieldOf(engine, problem, mean, { samples, seed: 1, clock: () => 0 });
	const values = dualField.source === "none" ? undefined : dualField.values;
	const looks = looksOf(problem, classesOf(problem, "values"), unit, kernels, values);
	const stream = seedStream(1);
	const posterior = oneUnitPosterior(engine, problem, unit, looks, dualField, samples, stream);
	return { dualField, looks, unit, ...posterior };
}

/** Units with two points, one of each class, whose features are +-x/2: m = x. */
function unitsWith(signals: Float64Array) {
	const problem = problemOf("linear", 10, 0.1, {
		trainInputs: [
			[1, 0],
			[0, 1],
		],
		trainTargets: [1, -1],
	});
	const kernels = priorKernels(engine, problem);
	const unit = lastLayerUnit(engine, problem, kernels);
	const looks = looksOf(problem, classesOf(problem, "values"), unit, kernels, undefined);
	const builder = populationBuilder(looks, signals.length);
	for (const m of signals) builder.add([m / 2, -m / 2], [m / 2, -m / 2], 0, 1, 1);
	const square = signals.reduce((sum, m) => sum + m * m, 0) / (4 * signals.length);
	return builder.population(Float64Array.of(square, -square, -square, square));
}

describe("the class signal of made-up units", () => {
	const sets = (make: (z: Float64Array, u: Float64Array) => Float64Array) =>
		Array.from({ length: 8 }, (_, k) => {
			const stream = splitStream(seedStream(3), k);
			return unitsWith(make(normals(engine, stream, 5000), uniforms(engine, stream, 5000)));
		});

	it("has kurtosis 3 for Gaussian units, 1 for two points, 1/p where a fraction p is active", () => {
		const p = 0.1;
		const laws = [
			{
				wanted: 3,
				law: signalLaw(
					sets((z) => z.map((x) => 2 * x)),
					0,
					true,
				),
			},
			{
				wanted: 1,
				law: signalLaw(
					sets((_, u) => u.map((x) => (x < 0.5 ? -3 : 3))),
					0,
					true,
				),
			},
			{
				wanted: 1 / p,
				law: signalLaw(
					sets((z, u) => u.map((x, i) => (x < p ? Math.sign(z[i]!) : 0))),
					0,
					true,
				),
			},
		];
		for (const { wanted, law } of laws) {
			// Of three numbers one beyond 3.5 standard errors (7 degrees of freedom) by chance in 30 seeds.
			expect(Math.abs(law.kurtosis.value - wanted)).toBeLessThanOrEqual(
				3.5 * law.kurtosis.standardError + 1e-12,
			);
		}
		expect(laws[0]!.law.rootMeanSquare.value).toBeCloseTo(2, 1);
		expect(laws[0]!.law.centerOverPeak.value).toBeGreaterThan(0.95);
		expect(laws[1]!.law.centerOverPeak.value).toBe(0);
		// Two points at plus and minus their root mean square, in a bin of a quarter.
		expect(laws[1]!.law.peak).toBe(1);
	});

	it("has a density that integrates to 1, in units of its root mean square", () => {
		const { histogram } = signalLaw(
			sets((z) => z),
			0,
			false,
		);
		const { edges, density, below, above } = histogram;
		const mass = density.reduce((sum, x, k) => sum + x * (edges[k + 1]! - edges[k]!), 0);
		expect(mass + below + above).toBeCloseTo(1, 12);
		// The standard normal density at 0, averaged over the middle bin of a quarter.
		expect(density[16]).toBeCloseTo(0.3979, 1);
	});

	it("counts units that answer nowhere", () => {
		expect(unitsWith(Float64Array.of(0, 0.1, 3, -2)).silentFraction).toBe(0.5);
	});
});

describe("measures", () => {
	it("participation ratio: 1 for equal sizes, k/n for k of n", () => {
		expect(participationRatio(Float64Array.of(2, -2, 2, 2))).toBe(1);
		expect(participationRatio(Float64Array.of(0, 3, 0, -3, 0, 0, 0, 0))).toBe(2 / 8);
		expect(participationRatio(new Float64Array(3))).toBe(0);
	});

	it("centered alignment: 1 for y y^T, 1/sqrt(P - 1) for the identity, whatever is common to all points", () => {
		const y = Float64Array.of(1, -2, 0.5, 3);
		const outer = Float64Array.from({ length: 16 }, (_, e) => y[e >> 2]! * y[e & 3]!);
		expect(alignmentOf(outer, y)).toBeCloseTo(1, 14);
		expect(
			alignmentOf(
				outer.map((x) => x + 7),
				y.map((x) => x - 2),
			),
		).toBeCloseTo(1, 13);
		const identity = Float64Array.from({ length: 16 }, (_, e) => (e % 5 === 0 ? 1 : 0));
		expect(alignmentOf(identity, y)).toBeCloseTo(1 / Math.sqrt(3), 14);
	});

	it("response sparsity: 1 where all units answer alike, 0 where they cancel", () => {
		expect(responseSparsity([unitsWith(Float64Array.of(2, 2, 2))])).toBeCloseTo(1, 14);
		expect(responseSparsity([unitsWith(Float64Array.of(2, -2))])).toBe(0);
	});

	it("jackknife: the standard error of a mean", () => {
		const { value, standardError } = jackknife([1, 2, 4], (x) => x.reduce((a, b) => a + b, 0) / x.length);
		expect(value).toBeCloseTo(7 / 3, 14);
		// sqrt(variance / n) of 1, 2, 4.
		expect(standardError).toBeCloseTo(Math.sqrt(7 / 3 / 3), 14);
	});
});

describe("code groups", () => {
	/** Units at given codes, with noise. */
	function made(codes: readonly (readonly number[])[], counts: readonly number[], noise: number): UnitCode {
		const rows = codes.flatMap((code, k) => Array.from({ length: counts[k]! }, () => code));
		const z = normals(engine, seedStream(5), rows.length * codes[0]!.length);
		const features = Float64Array.from(rows.flat(), (x, e) => x + noise * z[e]!);
		return {
			draw: 0,
			features: matrix(rows.length, codes[0]!.length, features),
			readout: new Float64Array(rows.length).fill(1),
		};
	}
	const three = made(
		[
			[1, 1, -1, -1],
			[1, -1, 1, -1],
			[-1, 1, 1, 1],
		],
		[50, 30, 20],
		0.1,
	);
	const find = (code: UnitCode, odd = true) => codeGroups(engine, code, odd, seedStream(2))!;

	it("finds three well separated ones, with their sizes", () => {
		const { groups, groupsHolding90, sizes } = find(three);
		expect(groups).toBe(3);
		expect(sizes).toEqual([0.5, 0.3, 0.2]);
		// 50 + 30 of 100 equal readouts are less than 90 %.
		expect(groupsHolding90).toBe(3);
	});

	it("counts the groups that carry the readout", () => {
		const readout = three.readout.map((a, i) => (i < 50 ? 10 * a : a));
		expect(find({ ...three, readout }).groupsHolding90).toBe(1);
	});

	it("does not see the sign of a unit and its readout, nor the order of units", () => {
		const flipped: UnitCode = {
			draw: 0,
			features: matrix(
				100,
				4,
				three.features.data.map((x, e) => ((e >> 2) % 2 === 0 ? x : -x)),
			),
			readout: three.readout.map((a, i) => (i % 2 === 0 ? a : -a)),
		};
		expect(find(flipped).sizes).toEqual([0.5, 0.3, 0.2]);
		const reversed: UnitCode = {
			draw: 0,
			features: matrix(
				100,
				4,
				three.features.data.map((_, e, all) => all[(99 - (e >> 2)) * 4 + (e & 3)]!),
			),
			readout: three.readout,
		};
		expect(find(reversed).sizes).toEqual([0.5, 0.3, 0.2]);
	});

	it("finds one group in Gaussian units around what is proportional to their readouts", () => {
		const found = Array.from({ length: 8 }, (_, k) => {
			const stream = splitStream(seedStream(8), k);
			const readout = normals(engine, stream, 100);
			const z = normals(engine, stream, 400);
			const features = matrix(
				100,
				4,
				z.map((x, e) => x + 2 * readout[e >> 2]! * (1 - (e & 3))),
			);
			return find({ draw: 0, features, readout }).groups;
		});
		// The rule of one standard error takes one for more in about one of six cases.
		expect(found.filter((groups) => groups === 1).length).toBeGreaterThanOrEqual(5);
	});

	it("has nothing to say of fewer than two units that answer", () => {
		const silent = { draw: 0, features: matrix(3, 2), readout: new Float64Array(3).fill(1) };
		expect(codeGroups(engine, silent, false, seedStream(1))).toBeUndefined();
	});
});

describe("the one-unit posterior", () => {
	it("of linear units is Gaussian: kurtosis 3, one mode", () => {
		for (const kappa of [1, 0.03]) {
			const { law } = lawAt(problemOf("linear", 1000, kappa), 2 ** 15);
			const { kurtosis, centerOverPeak } = signalLaw(law!.populations, 0, true);
			// Two numbers, 3 degrees of freedom each: 6 standard errors, one in 50 by chance.
			expect(Math.abs(kurtosis.value - 3)).toBeLessThan(6 * kurtosis.standardError);
			expect(kurtosis.standardError).toBeLessThan(0.02);
			expect(centerOverPeak.value).toBeGreaterThan(0.98);
		}
	});

	it.each([
		["linear", 1, 3, 0.575],
		["linear", 0.1, 3, 0.582],
		["erf", 1, 2.25, 0.77],
		["erf", 0.03, 2.18, 0.81],
	] as const)(
		"%s, kappa = %d/N: kurtosis and alignment of an independent computation",
		(activation, kappa, k, a) => {
			const { law, dualField } = lawAt(problemOf(activation, 1000, kappa), 2 ** 13);
			const { value } = signalLaw(law!.populations, 0, true).kurtosis;
			// No error is known of those numbers: 2 %.
			expect(Math.abs(value / k - 1)).toBeLessThan(0.02);
			const kernel = dualField.source === "tree" ? dualField.kernel! : new Float64Array(36);
			expect(Math.abs(alignmentOf(kernel, Float64Array.from(trainTargets)) / a - 1)).toBeLessThan(0.02);
		},
	);

	it("has the kernel and the alignment of the tree of multi-scale", () => {
		const problem = problemOf("erf", 200, 0.1);
		const { law } = lawAt(problem, 2 ** 13);
		const options = { variant: "tree", samples: 2 ** 13, seed: 1 };
		const tree = solveTheory(findTheory("multi-scale"), problem, options, { engine, clock: () => 0 });
		const wanted = (tree.kernels.output as { data: Float64Array }).data;
		const g = 4 / 200;
		const alignment = (kernel: Float64Array) => alignmentOf(kernel, Float64Array.from(trainTargets));
		const { value, standardError } = jackknife(law!.populations, (some) =>
			alignment(
				Float64Array.from({ length: 36 }, (_, e) =>
					some.reduce((sum, { kernel }) => sum + (g * kernel[e]!) / some.length, 0),
				),
			),
		);
		// 3 degrees of freedom, and the tree has an error of its own.
		expect(Math.abs(value - alignment(wanted))).toBeLessThan(8 * standardError + 1e-3);
		expect(standardError).toBeLessThan(5e-3);
	});

	it("of relu units has the closed gain of one point, and is not normalizable from 1 on", () => {
		const problem = problemOf("relu", 10, 0.1, { trainInputs: [[1, 2]], trainTargets: [1] });
		const unit = lastLayerUnit(engine, problem, priorKernels(engine, problem));
		const gain = (delta: number) =>
			largestGain(
				engine,
				unit,
				unitTilt(problem, Float64Array.of(delta)),
				priorPoints(engine, unit, seedStream(1))(8, 0),
			);
		// (g/N) Delta^2 s^2 |x|^2/d, g = s_a^2/N.
		expect(gain(3)).toBeCloseTo((4 / 10 / 10) * 9 * 4 * (5 / 2), 12);
	});

	it("of relu units beyond the bound is absent, with its reason", () => {
		// f = 0: the field of the targets themselves, far above that of any saddle.
		const { law, absent, notes } = lawAt(problemOf("relu", 10, 0.01), 2 ** 12);
		expect(law).toBeUndefined();
		expect(absent).toEqual({
			oneUnitPosterior:
				"the one-unit measure is not normalizable here; only sampled observables are available",
		});
		expect(notes[0]!.value).toBeGreaterThan(1);
	});

	it("of relu units within the bound is what a proposal gives", () => {
		const mean = matrix(
			6,
			1,
			Float64Array.from(trainTargets, (y) => y * 0.995),
		);
		const { law, looks, unit, dualField } = lawAt(problemOf("relu", 100, 0.1), 2 ** 15, mean);
		expect(dualField.source).toBe("sampled dual field");
		// By plain weights of prior points: their own spread is larger by far.
		const field = (phi: Float64Array) => {
			const values = dualField.source === "none" ? phi : dualField.values;
			return values.reduce((sum, x, a) => sum + x * phi[a]!, 0);
		};
		const c = 4 / 100 / 100;
		const count = 2 ** 16;
		const z = normals(engine, seedStream(4), count * unit.dimension);
		const builder = populationBuilder(looks, count);
		for (let s = 0; s < count; s++) {
			const h = Float64Array.from({ length: 6 }, (_, a) => {
				let sum = 0;
				for (let k = 0; k < unit.dimension; k++) {
					sum += unit.inputs.data[a * unit.dimension + k]! * z[s * unit.dimension + k]!;
				}
				return sum;
			});
			const phi = h.map((x) => Math.max(0, x));
			builder.add(h, phi, 0, 1, Math.exp(0.5 * c * field(phi) ** 2));
		}
		const plain = builder.population(new Float64Array(36));
		const signal = ({ signals }: typeof plain) => signals[0]!;
		const { kurtosis: exact } = signalLaw(law!.populations, 0, false);
		expect(Math.abs(kurtosis([plain], signal) / exact.value - 1)).toBeLessThan(0.05);
		expect(Math.abs(plain.silentFraction / law!.populations[0]!.silentFraction - 1)).toBeLessThan(0.05);
	});
});

describe("coding-schemes", () => {
	const sampling = { sampler: "exact", chains: 4, draws: 300, warmup: 0 };
	const ask = (activation: string, options: object = {}, changes: object = {}) =>
		analyze(codingSchemes, {
			seed: 1,
			problem: {
				trainInputs,
				trainTargets,
				network: network(activation, 100),
				noiseVariance: 0.001,
				...changes,
			},
			options: { samples: 8192, networks: 300, sampling, ...options },
		});

	it("finds in sampled linear networks what the one-unit posterior says", async () => {
		const { results, validity, absent, convergence } = await ask("linear");
		expect(convergence.converged).toBe(true);
		expect(absent).toEqual({});
		expect(results.oneUnitPosterior).toBe("tree");
		const [{ classSignal, participationRatio: ratio }] = results.pairs as [(typeof results.pairs)[0]];
		expect(results.pooledUnits).toBe(4 * 300 * 100);
		const close = (sampled: { value: number; standardError: number }, theory: { value: number }) => {
			// 1/N of the theory, and 5 standard errors of 3 degrees of freedom: one of four numbers in 20 seeds by chance.
			expect(Math.abs(sampled.value - theory.value)).toBeLessThan(
				5 * sampled.standardError + 0.01 * theory.value,
			);
		};
		close(classSignal.sampled.kurtosis, { value: 3 });
		close(classSignal.sampled.rootMeanSquare, classSignal.theory!.rootMeanSquare);
		close(ratio.sampled, ratio.theory!);
		close(results.kernelAlignment.sampled, results.kernelAlignment.theory!);
		// Independent draws: no unit remembers what it was.
		expect(Math.abs(results.drift.correlation.value)).toBeLessThan(0.1);
		expect(results.drift.lag).toBe(150);
		expect(validity.find(({ name }) => name === "status")!.message).toBe(
			"observables of the lab's own sampled networks; nothing here reproduces a published figure",
		);
		expect(validity.find(({ name }) => name === "codeRHat")!.message).toBe(
			"kurtosis, participation ratio and strength of the class signal agree between chains that started at different codes",
		);
	}, 20_000);

	it("says that mixing is not demonstrated when chains keep codes of their own", async () => {
		// A handful of steps from the prior: every chain is still where it began.
		const stuck = { sampler: "hmc", chains: 4, draws: 8, warmup: 0 };
		const { validity } = await ask("linear", { sampling: stuck, networks: 8 });
		expect(validity.find(({ name }) => name === "codeRHat")!.message).toMatch(
			/^mixing between codes not demonstrated: chains started at different codes do not agree \(R-hat [\d.]+, above 1\.01\); look at each chain by itself, a histogram over all of them may look multimodal$/,
		);
	}, 20_000);

	it("compares every two of three classes, and deep networks with the prior alone", async () => {
		const { results, absent } = await ask(
			"linear",
			{},
			{
				trainTargets: [1, 1, 0, 0, -1, -1],
				network: network("linear", 20, {
					layers: [20, 10].map((width) => ({
						type: "dense",
						width,
						activation: "linear",
						weightVariance: 1,
					})),
				}),
			},
		);
		expect(results.pairs.map(({ classes }) => classes)).toEqual([
			["1", "0"],
			["1", "-1"],
			["0", "-1"],
		]);
		expect(results.width).toBe(10);
		expect(results.oneUnitPosterior).toBe("none");
		expect(results.pairs[0]!.classSignal.theory).toBeUndefined();
		expect(absent).toEqual({ oneUnitPosterior: "the one-unit posterior is known for one hidden layer only" });
	}, 20_000);

	it("names classes by the sign of the target where asked to", () => {
		const problem = problemOf("linear", 5, 1, { trainTargets: [0.3, -1, 2, -0.2, 0, 5] });
		expect(classesOf(problem, "sign")).toEqual([
			{ label: "positive", points: [0, 2, 5] },
			{ label: "not positive", points: [1, 3, 4] },
		]);
		const [pair] = classPairs(classesOf(problem, "sign"), 6);
		expect(Array.from(pair!.direction)).toEqual([1 / 3, -1 / 3, 1 / 3, -1 / 3, -1 / 3, 1 / 3]);
	});

	it("refuses targets that name no classes", () => {
		const refusal = (targets: unknown, by: "values" | "sign" = "values") =>
			messageOf(() => classesOf(problemOf("linear", 5, 1, { trainTargets: targets }), by));
		expect(refusal([1, 1, 1, 1, 1, 1])).toBe("trainTargets: wanted two classes at least; got one, 1.");
		expect(
			refusal([
				[1, 0],
				[1, 0],
				[1, 0],
				[0, 1],
				[0, 1],
				[0, 1],
			]),
		).toBe("trainTargets: wanted one output whose values name the classes; got 2 outputs.");
		const seven = parseProblem({
			trainInputs: Array.from({ length: 7 }, (_, i) => [i]),
			trainTargets: [0, 1, 2, 3, 4, 5, 6],
			network: network("linear", 5),
			noiseVariance: 1,
		});
		expect(messageOf(() => classesOf(seven, "values"))).toBe(
			"trainTargets: wanted at most 6 distinct targets, each naming a class; got 7. Give options.classes: sign, or targets that name classes.",
		);
	});

	it("refuses convolutions, no noise, and weighted draws", async () => {
		const convolution = {
			type: "convolution",
			channels: 4,
			patch: 4,
			stride: 4,
			activation: "linear",
			weightVariance: 1,
		};
		await expect(
			ask("linear", {}, { network: network("linear", 4, { layers: [convolution] }) }),
		).rejects.toThrow(
			"network.layers[0].type: wanted dense layers, whose units answer to whole inputs; got convolution.",
		);
		await expect(ask("linear", {}, { noiseVariance: 0 })).rejects.toThrow(
			"noiseVariance: wanted a finite number above 0; got 0.",
		);
		await expect(ask("linear", { sampling: { sampler: "importance" } })).rejects.toThrow(
			"options.sampling.sampler: wanted a sampler whose draws count alike; got importance. Use hmc.",
		);
	});
});
