import { matrixToRows } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { problemAt } from "../../../src/experiments/learning-curve/learning-curve.ts";
import { type LearningCurve, resolveExperiment } from "../../../src/index.ts";
import { digits, files, linearTeacher, resolveCurve } from "./curves.ts";

const resolve = (json: unknown) => resolveExperiment(json, files);
const at = (curve: LearningCurve, samples: number, repetition = 0) =>
	problemAt(curve, { samples, repetition });
/** Points as text, to be found in lists. */
const points = (curve: LearningCurve, samples: number, repetition = 0) => {
	const { trainInputs, trainTargets } = at(curve, samples, repetition);
	const targets = matrixToRows(trainTargets);
	return matrixToRows(trainInputs).map((row, i) => JSON.stringify([row, targets[i]]));
};
const teachers = [
	{ type: "linear", dimension: 4 },
	{ type: "random-labels", dimension: 4 },
	{ type: "gaussian-xor", dimension: 4 },
	{ type: "templates", dimension: 4, templates: 5, trainNoise: 0.1 },
];

describe("smaller training sets", () => {
	const curve = resolveCurve(digits);

	it("are parts of larger ones", () => {
		const sets = curve.settings.samples.map((count) => points(curve, count));
		sets.forEach((set, i) => {
			expect(set).toHaveLength(curve.settings.samples[i]!);
			for (const larger of sets.slice(i)) expect(larger).toEqual(expect.arrayContaining(set));
		});
	});

	it("have equally many points of every class, the first classes one more", () => {
		const shares = (count: number) =>
			[0, 1, 2].map((k) => matrixToRows(at(curve, count).trainTargets).filter((row) => row[k] === 1).length);
		expect([3, 6, 12, 24].map(shares)).toEqual([
			[1, 1, 1],
			[2, 2, 2],
			[4, 4, 4],
			[8, 8, 8],
		]);
		expect(shares(5)).toEqual([2, 2, 1]);
	});

	it("have what there is where one class has fewer points, and are nested all the same", () => {
		// Labels 0 and 1 in turn, but for the last four of twelve: eight points of class 0.
		const data = { source: "csv", train: "uneven.csv", targets: ["t"], classes: [0, 1] };
		const testCount = { test: "uneven.csv" };
		const uneven = resolveCurve({ ...digits, data: { ...data, ...testCount } });
		const ones = (count: number) => [...at(uneven, count).trainTargets.data].filter((y) => y === 1).length;
		expect([2, 6, 8, 10, 12].map(ones)).toEqual([1, 3, 4, 4, 4]);
		expect(points(uneven, 10)).toEqual(expect.arrayContaining(points(uneven, 8)));
		expect(at(uneven, 12).trainInputs).toEqual(
			resolve({ ...digits, data: { ...data, ...testCount } }).problem.trainInputs,
		);
	});

	it("are what drawing as many points alone would give", () => {
		for (const trainCount of [5, 12]) {
			const alone = resolve({ ...digits, data: { ...digits.data, trainCount } }).problem;
			expect(at(curve, trainCount)).toEqual({ ...alone });
		}
	});

	it.each(teachers)("are the first points of the teacher $type", (teacher) => {
		const curve = resolveCurve({ ...linearTeacher, data: { ...linearTeacher.data, teacher } });
		expect(points(curve, 12).slice(0, 7)).toEqual(points(curve, 7));
		expect(at(curve, 7).testInputs).toEqual(at(curve, 12).testInputs);
	});

	it("are preprocessed with the mean of the largest set, and so are the test points", () => {
		const data = { source: "csv", train: "table.csv", targets: ["t"], trainCount: 8, center: "train-mean" };
		const centered = resolveCurve({ ...digits, data });
		const raw = resolveCurve({ ...digits, data: { ...data, center: "none" } });
		const means = [0, 1].map((j) => at(raw, 8).trainInputs.data.filter((_, k) => k % 2 === j));
		const mean = means.map((column) => column.reduce((sum, x) => sum + x / 8, 0));
		for (const samples of [2, 8]) {
			for (const inputs of ["trainInputs", "testInputs"] as const) {
				const expected = at(raw, samples)[inputs]!.data.map((x, k) => x - mean[k % 2]!);
				expect([...at(centered, samples)[inputs]!.data]).toEqual([...expected]);
			}
		}
	});

	it("may need a larger set than the experiment's own", () => {
		const longer = resolveCurve({ ...linearTeacher, learningCurve: { samples: [12, 30] } });
		expect(points(longer, 30).slice(0, 12)).toEqual(points(resolveCurve(linearTeacher), 12));
	});
});

describe("repetitions", () => {
	const repeated = { learningCurve: { repetitions: 2 } };

	it("begin with the experiment's own points", () => {
		const curve = resolveCurve({ ...linearTeacher, ...repeated });
		expect(at(curve, 12)).toEqual(resolve(linearTeacher).problem);
	});

	it("draw other training points of the same task, with the same test points", () => {
		const exact = { ...linearTeacher, data: { ...linearTeacher.data, targetNoiseVariance: 0 } };
		const curve = resolveCurve({ ...exact, ...repeated });
		const [first, second] = [at(curve, 12), at(curve, 12, 1)];
		expect(second.testInputs).toEqual(first.testInputs);
		expect(second.testTargets).toEqual(first.testTargets);
		const all = points(curve, 12);
		expect(points(curve, 12, 1).filter((point) => all.includes(point))).toEqual([]);
		// y = w.x/sqrt(d) with one w: five points in four dimensions tell it twice.
		const direction = ({ trainInputs, trainTargets }: typeof first) =>
			solved(matrixToRows(trainInputs), [...trainTargets.data]);
		direction(second).forEach((w, j) => {
			// The solution of four equations whose condition number is below 1e3.
			expect(w).toBeCloseTo(direction(first)[j]!, 10);
		});
	});

	it("draw other digits, tested on the same ones", () => {
		const curve = resolveCurve({ ...digits, ...repeated });
		expect(points(curve, 24, 1)).not.toEqual(points(curve, 24));
		expect(at(curve, 24, 1).testInputs).toEqual(at(curve, 24).testInputs);
	});

	it("split a single file anew: no point is both trained on and tested", () => {
		const data = { source: "csv", train: "table.csv", targets: ["t"], trainCount: 8 };
		const curve = resolveCurve({ ...digits, data, ...repeated });
		for (const repetition of [0, 1]) {
			const { trainInputs, testInputs } = at(curve, 8, repetition);
			const rows = [...matrixToRows(trainInputs), ...matrixToRows(testInputs!)].map(([x]) => x);
			expect(rows.sort((a, b) => a! - b!)).toEqual(Array.from({ length: 12 }, (_, i) => i));
		}
	});
});

/** The exact solution of the first equations, by Gaussian elimination. */
function solved(inputs: number[][], targets: number[]): number[] {
	const size = inputs[0]!.length;
	const a = inputs.slice(0, size).map((row, i) => [...row, targets[i]!]);
	for (let j = 0; j < size; j++) {
		const pivot = a.slice(j).reduce((best, row) => (Math.abs(row[j]!) > Math.abs(best[j]!) ? row : best));
		a.splice(a.indexOf(pivot), 1);
		a.splice(j, 0, pivot);
		for (let i = 0; i < size; i++) {
			if (i === j) continue;
			const factor = a[i]![j]! / pivot[j]!;
			a[i] = a[i]!.map((x, k) => x - factor * pivot[k]!);
		}
	}
	return a.map((row, j) => row[size]! / row[j]!);
}
