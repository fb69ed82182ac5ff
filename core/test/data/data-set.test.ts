import { describe, expect, it } from "vitest";
import { csv, idx, make, rows } from "./small-data-sets.ts";

describe("makeDataSet", () => {
	it("draws balanced classes without repetition; test points are others where there is no test file", () => {
		const { data, resolved } = make({ ...idx, trainCount: 4, testCount: 4, divideBy: 1 });
		expect(data.inputShape).toStrictEqual([2, 2, 1]);
		expect(data.trainTargets.data.toSorted()).toStrictEqual(Float64Array.of(-1, -1, 1, 1));
		expect(data.testTargets!.data.toSorted()).toStrictEqual(Float64Array.of(-1, -1, 1, 1));
		const first = [...rows(data.trainInputs)!, ...rows(data.testInputs)!].map(([pixel]) => pixel!);
		expect(first.toSorted((a, b) => a - b)).toStrictEqual([0, 1, 2, 3, 4, 5, 6, 7]);
		for (const [i, [pixel]] of rows(data.trainInputs)!.entries()) {
			expect(data.trainTargets.data[i]).toBe(pixel! < 4 ? -1 : 1);
		}
		expect(resolved).toStrictEqual({
			...idx,
			classTargets: [-1, 1],
			balanced: true,
			trainCount: 4,
			testCount: 4,
			seed: 1,
			divideBy: 1,
			center: "none",
			normalize: "none",
		});
		const again = make(resolved);
		expect([again.data, again.resolved]).toStrictEqual([data, resolved]);
	});

	it("draws other points with another seed, and the same ones with the same", () => {
		const draw = (seed: number) => make({ ...idx, trainCount: 4, testCount: 0 }, seed).data.trainInputs;
		expect(draw(1)).toStrictEqual(draw(1));
		expect(draw(2)).not.toStrictEqual(draw(1));
	});

	it("gives the first classes one point more when the count does not divide", () => {
		const { data } = make({
			...idx,
			classes: [7, 0, 1],
			classTargets: [7, 0, 1],
			trainCount: 5,
			testCount: 0,
		});
		expect(data.trainTargets.data.toSorted()).toStrictEqual(Float64Array.of(0, 0, 1, 7, 7));
		expect(data.testInputs).toBeUndefined();
	});

	it("gives unit vectors to more than two classes, and any targets asked for", () => {
		const all = { ...idx, classes: [0, 1, 7], trainCount: "all", testCount: 0 };
		const unit = rows(make(all).data.trainTargets)!;
		expect([unit[0], unit[4], unit[8]]).toStrictEqual([
			[1, 0, 0],
			[0, 1, 0],
			[0, 0, 1],
		]);
		const pairs = rows(
			make({
				...all,
				classTargets: [
					[1, 2],
					[3, 4],
					[5, 6],
				],
			}).data.trainTargets,
		)!;
		expect([pairs[0], pairs[11]]).toStrictEqual([
			[1, 2],
			[5, 6],
		]);
	});

	it("keeps the order of the file for all points", () => {
		const { data } = make({ ...csv, inputs: ["y", 0] });
		expect(rows(data.trainInputs)).toStrictEqual(Array.from({ length: 8 }, (_, i) => [i * i, i]));
		expect(rows(data.trainTargets)).toStrictEqual(Array(8).fill([5]));
		expect(data.testInputs).toBeUndefined();
	});

	it("takes all columns but the targets as inputs, and a test file where one is given", () => {
		const { data } = make({ ...csv, test: "other.csv", trainCount: 2 });
		expect(rows(data.testInputs)).toStrictEqual([[100, 1, 0]]);
		expect(data.trainInputs.rows).toBe(2);
	});

	it("turns a column of labels into classes", () => {
		const { data } = make({ ...csv, targets: ["label"], inputs: ["x"], classes: [2, 0] });
		expect(rows(data.trainInputs)).toStrictEqual([[0], [2], [3], [5], [6]]);
		expect([...data.trainTargets.data]).toStrictEqual([1, -1, 1, -1, 1]);
	});

	it("reads NPY, NPZ, JSON and CIFAR-10; arrays of images bring their shape", () => {
		const npy = make({ source: "npy", trainInputs: "x.npy", trainTargets: "x.npy" }).data;
		expect(npy.trainInputs.columns).toBe(6);
		expect(npy.inputShape).toStrictEqual([3, 2, 1]);
		const npz = make({ source: "npz", file: "arrays.npz" }).data;
		expect(rows(npz.trainTargets)).toStrictEqual([[1.5], [-2.5]]);
		const json = make({ source: "json", file: "data.json", trainCount: "all" }).data;
		expect([rows(json.trainInputs), rows(json.testTargets)]).toStrictEqual([
			[
				[1, 2],
				[3, 4],
			],
			[[9]],
		]);
		const cifar = make({
			source: "cifar10",
			trainFiles: ["batch-1", "batch-2"],
			classes: [5, 3],
			trainCount: "all",
			testCount: 0,
		}).data;
		expect(cifar.inputShape).toStrictEqual([32, 32, 3]);
		expect([...cifar.trainTargets.data]).toStrictEqual([1, -1, -1]);
		expect(cifar.trainInputs.data[2 * 3072 + (32 + 2) * 3 + 2]).toBe(100 / 255);
	});
});

describe("preprocessing", () => {
	const all = { ...csv, test: "other.csv", inputs: ["x", "y", "z"], targets: ["label"] };
	it("divides, then centers with the training mean", () => {
		const { data } = make({ ...all, divideBy: 2, center: "train-mean" });
		// Means of x, y, z over the 8 training points: 3.5, 17.5, 5.
		expect(rows(data.trainInputs)![1]).toStrictEqual([(1 - 3.5) / 2, (1 - 17.5) / 2, 0]);
		expect(rows(data.testInputs)).toStrictEqual([[(100 - 3.5) / 2, (1 - 17.5) / 2, (2 - 5) / 2]]);
	});
	it("scales every point to |x|^2 = d", () => {
		for (const [x, y, z] of rows(make({ ...all, normalize: "unit-norm" }).data.trainInputs)!) {
			// Three squares and a square root: a few units of the last place of 3.
			expect(Math.abs(x! * x! + y! * y! + z! * z! - 3)).toBeLessThan(1e-14);
		}
	});
	it("standardizes with the training mean and deviation; a constant column is only centered", () => {
		const { data } = make({ ...all, normalize: "standardize" });
		for (const j of [0, 1]) {
			const values = rows(data.trainInputs)!.map((row) => row[j]!);
			// Sums of 8 numbers of order 1.
			expect(Math.abs(values.reduce((sum, x) => sum + x, 0))).toBeLessThan(1e-14);
			expect(Math.abs(values.reduce((sum, x) => sum + x * x, 0) / 8 - 1)).toBeLessThan(1e-14);
		}
		expect(rows(data.trainInputs)!.map((row) => row[2])).toStrictEqual(Array(8).fill(0));
		expect(rows(data.testInputs)![0]![2]).toBe(-3);
	});
});
