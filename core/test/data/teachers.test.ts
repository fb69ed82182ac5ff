import { type TeacherSettings, teacherData, teacherDirection, teacherSchema } from "@finitude/core";
import { createEngine, erf, type Matrix } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { faultOf } from "../helpers/fault-of.ts";

const engine = await createEngine({ engine: "reference" });
const draw = (
	teacher: object,
	trainCount = 200,
	testCount = 0,
	more: { seed?: number; targetNoiseVariance?: number } = {},
) => teacherData(teacherSchema.parse(teacher), { trainCount, testCount, seed: 1, engine, ...more });

const mean = (x: ArrayLike<number>) => Array.from(x).reduce((sum, value) => sum + value / x.length, 0);
/** (sample mean - expected) in units of its standard error; |z| < 4 fails by chance once in 16,000 times, and seeds are fixed. */
function z(samples: ArrayLike<number>, expected: number): number {
	const m = mean(samples);
	const variance = mean(Array.from(samples, (x) => (x - m) ** 2));
	return (m - expected) / Math.sqrt(variance / samples.length);
}
const row = (m: Matrix, i: number) => m.data.subarray(i * m.columns, (i + 1) * m.columns);
const inner = (a: Float64Array, b: Float64Array) => a.reduce((sum, x, j) => sum + x * b[j]!, 0);

const teachers: TeacherSettings[] = [
	{ type: "linear", dimension: 5, inputVariance: 2 },
	{ type: "single-index", dimension: 5, inputVariance: 2, link: "erf" },
	{ type: "network", dimension: 5, inputVariance: 2, width: 3, activation: "relu" },
	{ type: "random-labels", dimension: 5, inputVariance: 2 },
	{ type: "gaussian-xor", dimension: 5, inputVariance: 2, separation: 3 },
	{ type: "templates", dimension: 5, templates: 7, trainNoise: 0.2, testNoise: 0.4 },
	{ type: "shared-filter", dimension: 6, inputVariance: 2, patch: 3, link: "erf" },
];

describe.each(teachers)("$type", (teacher) => {
	it("repeats itself with the seed, and only with it", () => {
		expect(draw(teacher, 9, 4)).toStrictEqual(draw(teacher, 9, 4));
		expect(draw(teacher, 9, 4, { seed: 2 }).trainInputs).not.toStrictEqual(draw(teacher, 9, 4).trainInputs);
	});
	it("keeps the training points when the number of test points changes, and the other way round", () => {
		const [few, many] = [draw(teacher, 9, 4), draw(teacher, 9, 40)];
		expect(many.trainInputs).toStrictEqual(few.trainInputs);
		expect(many.trainTargets).toStrictEqual(few.trainTargets);
		expect(draw(teacher, 30, 4).testTargets).toStrictEqual(few.testTargets);
		expect(draw(teacher, 9, 0).testInputs).toBeUndefined();
	});
	it("adds noise of the variance asked for to the training targets alone", () => {
		const clean = draw(teacher, 4000, 3);
		const noisy = draw(teacher, 4000, 3, { targetNoiseVariance: 0.3 });
		const noise = noisy.trainTargets.data.map((y, i) => y - clean.trainTargets.data[i]!);
		expect(Math.abs(z(noise, 0))).toBeLessThan(4);
		expect(
			Math.abs(
				z(
					noise.map((e) => e * e),
					0.3,
				),
			),
		).toBeLessThan(4);
		expect(noisy.testTargets).toStrictEqual(clean.testTargets);
		expect(noisy.trainInputs).toStrictEqual(clean.trainInputs);
	});
});

describe("the tasks are what they say", () => {
	it("linear: targets have the variance of the inputs and are linear in them", () => {
		const { trainInputs, trainTargets } = draw(teachers[0]!, 4000);
		expect(
			Math.abs(
				z(
					trainInputs.data.map((x) => x * x),
					2,
				),
			),
		).toBeLessThan(4);
		expect(
			Math.abs(
				z(
					trainTargets.data.map((y) => y * y),
					2,
				),
			),
		).toBeLessThan(4);
		// d + 1 points in d dimensions satisfy one linear relation; here w is recovered from E[y x] = inputVariance w / sqrt(d).
		const w = Array.from({ length: 5 }, (_, j) =>
			mean(trainTargets.data.map((y, i) => (y * trainInputs.data[i * 5 + j]!) / 2)),
		);
		// 4000 samples know each component of w to about sqrt(2 / 4000) = 0.02.
		expect(Math.abs(w.reduce((sum, x) => sum + x * x, 0) - 1)).toBeLessThan(0.2);
	});

	it("single-index: links by name and by Hermite coefficients are functions of one N(0, 1) projection", () => {
		const settings = { type: "single-index", dimension: 5, inputVariance: 2 };
		const u = draw({ ...settings, link: "linear" }, 4000).trainTargets.data;
		expect(
			Math.abs(
				z(
					u.map((x) => x * x),
					1,
				),
			),
		).toBeLessThan(4);
		const cubic = draw({ ...settings, link: "cubic" }, 4000).trainTargets.data;
		expect(cubic).toStrictEqual(u.map((x) => x * x * x));
		// He_3 = u^3 - 3u, so u^3 = sqrt(6) h_3 + 3 h_1: the same numbers but for rounding.
		const series = draw({ ...settings, hermite: [0, 3, 0, Math.sqrt(6)] }, 4000).trainTargets.data;
		series.forEach((y, i) => {
			expect(Math.abs(y - cubic[i]!)).toBeLessThan(1e-13 * (1 + Math.abs(cubic[i]!) + Math.abs(3 * u[i]!)));
		});
		const tenth = draw({ ...settings, hermite: [...Array(10).fill(0), 1] }, 4000).trainTargets.data;
		expect(Math.abs(z(tenth, 0))).toBeLessThan(4);
		expect(draw({ ...settings, link: "sign" }, 50).trainTargets.data).toStrictEqual(
			u.slice(0, 50).map((x) => (x < 0 ? -1 : 1)),
		);
	});

	it("network: a linear one of many units has targets of variance |x|^2 / d on average", () => {
		const width = 400;
		const squares = Array.from({ length: 30 }, (_, seed) => {
			const { trainInputs, trainTargets } = draw(
				{ type: "network", dimension: 4, width, activation: "linear" },
				1,
				0,
				{ seed },
			);
			return trainTargets.data[0]! ** 2 / (inner(row(trainInputs, 0), row(trainInputs, 0)) / 4);
		});
		expect(Math.abs(z(squares, 1))).toBeLessThan(4);
	});

	it("random-labels: a fair coin that the inputs do not know", () => {
		const { trainInputs, trainTargets } = draw(teachers[3]!, 4000);
		expect(new Set(trainTargets.data)).toStrictEqual(new Set([-1, 1]));
		expect(Math.abs(z(trainTargets.data, 0))).toBeLessThan(4);
		expect(
			Math.abs(
				z(
					trainTargets.data.map((y, i) => y * trainInputs.data[5 * i]!),
					0,
				),
			),
		).toBeLessThan(4);
	});

	it("gaussian-xor: four clusters on two orthogonal lines", () => {
		const { trainInputs, trainTargets } = draw(
			{ type: "gaussian-xor", dimension: 6, inputVariance: 1e-12, separation: 3 },
			60,
		);
		const points = Array.from({ length: 60 }, (_, i) => row(trainInputs, i));
		points.forEach((x, i) => {
			// The clusters are 1e-6 wide, so products of two points are off by some 1e-5.
			expect(Math.abs(inner(x, x) - 9)).toBeLessThan(1e-4);
			const same = trainTargets.data[i] === trainTargets.data[0];
			expect(Math.abs(Math.abs(inner(x, points[0]!)) - (same ? 9 : 0))).toBeLessThan(1e-4);
		});
		expect(new Set(points.map((x, i) => `${trainTargets.data[i]} ${Math.sign(x[0]!)}`)).size).toBe(4);
	});

	it("templates: no noise shows the templates in turn, all noise hides them", () => {
		const { trainInputs, trainTargets, testInputs } = draw(
			{ type: "templates", dimension: 300, templates: 7, testNoise: 0.3 },
			21,
			7,
		);
		expect(row(trainInputs, 7)).toStrictEqual(row(trainInputs, 0));
		expect(trainTargets.data[7]).toBe(trainTargets.data[0]);
		const overlaps = Float64Array.from(
			{ length: 7 },
			(_, c) =>
				inner(row(testInputs!, c), row(trainInputs, c)) / inner(row(trainInputs, c), row(trainInputs, c)),
		);
		expect(Math.abs(z(overlaps, Math.sqrt(0.7)))).toBeLessThan(4);
		const hidden = draw({ type: "templates", dimension: 300, templates: 2, trainNoise: 1 }, 40);
		expect(Math.abs(z(hidden.trainInputs.data, 0))).toBeLessThan(4);
	});
});

describe("teacherDirection", () => {
	const direction = (teacher: object) => teacherDirection(teacherSchema.parse(teacher), { seed: 1, engine });

	it("is what the targets see of the inputs", () => {
		for (const type of ["linear", "single-index"]) {
			const teacher = {
				type,
				dimension: 5,
				inputVariance: 2,
				...(type === "linear" ? {} : { link: "linear" }),
			};
			const { trainInputs, trainTargets } = draw(teacher, 9);
			const w = direction(teacher)!;
			expect(Array.from(trainTargets.data)).toEqual(
				Array.from({ length: 9 }, (_, i) => inner(w, row(trainInputs, i))),
			);
		}
	});

	it("of a shared filter is what they see of each patch, through one readout", () => {
		const teacher = { type: "shared-filter", dimension: 6, inputVariance: 2, patch: 3, link: "erf" };
		const { trainInputs, trainTargets } = draw(teacher, 9);
		const v = direction(teacher)!;
		const features = Array.from({ length: 9 }, (_, i) =>
			[0, 3].map((at) => erf(inner(v, row(trainInputs, i).subarray(at, at + 3)))),
		);
		// Two points tell the readout, of length 1, and the others obey it.
		const [[a, b], [c, d]] = [features[0]!, features[1]!] as [[number, number], [number, number]];
		const [y, z] = trainTargets.data as unknown as [number, number];
		const readout = [(d * y - b * z) / (a * d - b * c), (a * z - c * y) / (a * d - b * c)];
		expect(Math.hypot(...readout)).toBeCloseTo(1, 12);
		features.forEach(([left, right], i) => {
			expect(readout[0]! * left! + readout[1]! * right!).toBeCloseTo(trainTargets.data[i]!, 12);
		});
	});

	it("is nothing for other teachers", () => {
		expect(direction({ type: "random-labels", dimension: 3 })).toBeUndefined();
	});
});

describe("teachers refuse", () => {
	const cases: [string, object, string][] = [
		[
			"a single index without link",
			{ type: "single-index", dimension: 3 },
			"data.teacher.link: wanted either link or hermite; got neither.",
		],
		[
			"a single index with two links",
			{ type: "single-index", dimension: 3, link: "erf", hermite: [1] },
			"data.teacher.link: wanted either link or hermite; got both.",
		],
		[
			"patches that do not tile the inputs",
			{ type: "shared-filter", dimension: 6, patch: 4, link: "erf" },
			"data.teacher.patch: wanted a patch that tiles the 6 inputs; got 4.",
		],
		[
			"more numbers than memory holds",
			{ type: "templates", dimension: 10_000_000, templates: 10_000_000 },
			"data.teacher: wanted at most 2^27 numbers (points, units or templates times dimension); got 10000000 x 10000000.",
		],
	];
	it.each(cases)("%s", (_, teacher, message) => {
		expect(faultOf(() => draw(teacher))).toBe(message);
	});
});
