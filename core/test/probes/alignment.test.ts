import { gram, identity, matrix, multiply, plus, scaled } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { alignment } from "../../src/probes/alignment.ts";
import { engine } from "../helpers/answers.ts";
import { normalMatrix } from "../helpers/problems.ts";
import {
	column,
	diagonalKernel,
	randomKernel,
	rankOne,
	readingsOf,
	readingsOfOne,
} from "./kernel-readings.ts";

const P = 6;
const trainTargets = normalMatrix(P, 2, 1);
const read = (kernel: ReturnType<typeof rankOne>, targets = trainTargets) => {
	const { alignment: plain, centeredAlignment: centered } = readingsOfOne(alignment, kernel, {
		trainTargets: targets,
	});
	return { plain, centered };
};

describe("known answers", () => {
	it("is 1 for the kernel of the targets", () => {
		const { plain, centered } = read(gram(engine, trainTargets));
		expect((plain as number[])[0]).toBeCloseTo(1, 14);
		expect((centered as number[])[0]).toBeCloseTo(1, 14);
	});

	it("is 1/sqrt(P) for the identity and one output, centered 1/sqrt(P - 1)", () => {
		const { plain, centered } = read(identity(P), normalMatrix(P, 1, 2));
		expect((plain as number[])[0]).toBeCloseTo(1 / Math.sqrt(P), 14);
		expect((centered as number[])[0]).toBeCloseTo(1 / Math.sqrt(P - 1), 14);
	});

	it("agrees with a sum by hand", () => {
		// <diag(2, 1), y y^T> = 2 + 1/4, norms sqrt(5) and 5/4.
		const { plain } = read(diagonalKernel(2, 1), column(1, 0.5));
		expect((plain as number[])[0]).toBeCloseTo(2.25 / (Math.sqrt(5) * 1.25), 14);
	});

	it("is 0 for targets orthogonal to the features", () => {
		const { plain, centered } = read(rankOne(1, -1, 0, 0), column(1, 1, -1, -1));
		expect(plain).toEqual([0]);
		expect(centered).toEqual([0]);
	});

	it("is negative only for kernels that are not covariances", () => {
		expect(read(diagonalKernel(1, -1), column(0, 1)).plain).toEqual([-1 / Math.SQRT2]);
	});
});

describe("invariances", () => {
	const kernel = randomKernel(P, 3);
	const { plain, centered } = read(kernel) as Record<string, number[]>;

	it("does not depend on the scales of kernel and targets", () => {
		const other = read(scaled(kernel, 7), scaled(trainTargets, -0.3)) as Record<string, number[]>;
		expect(other.plain![0]).toBeCloseTo(plain![0]!, 14);
		expect(other.centered![0]).toBeCloseTo(centered![0]!, 14);
	});

	it("centered, does not see a constant in the kernel or in the targets", () => {
		const ones = matrix(P, 2, new Float64Array(2 * P).fill(1.7));
		const other = read(plus(kernel, gram(engine, ones)), plus(trainTargets, ones)) as Record<
			string,
			number[]
		>;
		// Centering subtracts means about ten times the rest.
		expect(other.centered![0]).toBeCloseTo(centered![0]!, 13);
		expect(Math.abs(other.plain![0]! - plain![0]!)).toBeGreaterThan(0.01);
	});

	it("does not see a rotation of the features", () => {
		const features = normalMatrix(P, 4, 5);
		const turn = (angle: number) => {
			const turned = features.data.slice();
			for (let a = 0; a < P; a++) {
				const [x, y] = [turned[4 * a]!, turned[4 * a + 1]!];
				turned[4 * a] = Math.cos(angle) * x - Math.sin(angle) * y;
				turned[4 * a + 1] = Math.sin(angle) * x + Math.cos(angle) * y;
			}
			const m = matrix(P, 4, turned);
			return (read(multiply(engine, m, m, { transposeB: true })) as Record<string, number[]>).centered![0]!;
		};
		expect(turn(1.1)).toBeCloseTo(turn(0), 14);
	});
});

describe("no number", () => {
	it("for kernels or targets that are zero, or constant", () => {
		const constant = rankOne(2, 2, 2);
		expect(
			readingsOf(
				alignment,
				{ "layer 1": constant, output: scaled(constant, 0) },
				{ trainTargets: column(1, 0, 0) },
			),
		).toEqual({
			"alignment of layer 1": [expect.closeTo(1 / 3, 14)],
			"centeredAlignment of layer 1": "the kernel or the targets are constant",
			"alignment of output": "the kernel or all targets are zero",
			"centeredAlignment of output": "the kernel or the targets are constant",
		});
		expect(readingsOfOne(alignment, identity(3), { trainTargets: column(0, 0, 0) })).toEqual({
			alignment: "the kernel or all targets are zero",
			centeredAlignment: "the kernel or the targets are constant",
		});
	});
});
