import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Block, View } from "../src/engine.ts";
import type { Matrix } from "../src/linalg/matrix.ts";
import { scoped } from "../src/linalg/operations.ts";
import { columnVector } from "../src/view.ts";
import {
	expectUntouchedAround,
	expectWithin,
	frobeniusNorm,
	type Layout,
	layouts,
	linearAlgebraEngines,
	naiveProduct,
	place,
	randomMatrix,
	randomSymmetric,
	read,
	tabulate,
	transposedCopy,
} from "./linalg-support.ts";

const engines = await linearAlgebraEngines();
const EPS = Number.EPSILON;

const layout = fc.constantFrom(...layouts);

/** Householder reductions and rotations are backward stable: each of O(n) orthogonal transformations adds an error of a
 * few eps ||A|| (Higham 2002, lemma 19.3 and section 19.6; Parlett 1998, section 6-6). The constant of the theory is
 * about 10, the observed one below 1; the products that the tests compute err by n eps/2 of the same norm. */
const allowance = (n: number) => 10 * Math.max(n, 1) * EPS;

describe.each(engines)("eigendecompositions on %s", (_, engine) => {
	/** A = Q diag(spectrum) Q^T; Q a product of reflections. */
	function withSpectrum(spectrum: readonly number[], seed: number): Matrix {
		const n = spectrum.length;
		const a = tabulate(n, n, (i, j) => (i === j ? spectrum[i]! : 0));
		for (let r = 0; r < 3; r++) reflect(a, randomMatrix(n, 1, seed + r).data);
		return a;
	}

	/** A <- H A H with H = I - 2 v v^T / v^T v, kept exactly symmetric. */
	function reflect(a: Matrix, v: Float64Array): void {
		const n = a.rows;
		const square = v.reduce((sum, x) => sum + x * x, 0);
		const av = Array.from(v, (_x, i) => v.reduce((sum, x, j) => sum + a.data[i * n + j]! * x, 0));
		const vav = v.reduce((sum, x, i) => sum + x * av[i]!, 0);
		const w = av.map((x, i) => (2 / square) * (x - (vav / square) * v[i]!));
		for (let i = 0; i < n; i++) {
			for (let j = 0; j <= i; j++) {
				a.data[i * n + j]! -= v[i]! * w[j]! + w[i]! * v[j]!;
				a.data[j * n + i] = a.data[i * n + j]!;
			}
		}
	}

	function decompose(a: Matrix, kind: Layout): { A: View; values: Block } {
		const hidden = tabulate(a.rows, a.rows, (i, j) => (j > i ? Number.NaN : a.data[i * a.rows + j]!));
		const A = place(engine, hidden, kind);
		const values = engine.allocate(a.rows);
		expect(engine.eigh(A, values)).toBe(true);
		return { A, values };
	}

	function check(a: Matrix, kind: Layout = "row-major", wanted?: readonly number[]): void {
		scoped(engine, () => {
			const n = a.rows;
			const { A, values } = decompose(a, kind);
			const V = read(A);
			const norm = frobeniusNorm(a);
			const bound = allowance(n) * norm;
			const scaled = tabulate(n, n, (i, j) => V.data[i * n + j]! * values.data[j]!);
			expectWithin(naiveProduct(a, V).product, scaled, () => bound);
			const identity = tabulate(n, n, (i, j) => (i === j ? 1 : 0));
			expectWithin(naiveProduct(transposedCopy(V), V).product, identity, () => allowance(n));
			expect(values.data.every((x, i) => i === 0 || values.data[i - 1]! <= x)).toBe(true);
			expectUntouchedAround(A);

			const only = engine.allocate(n);
			const B = place(engine, a, kind);
			expect(engine.eigenvalues(B, only)).toBe(true);
			expectUntouchedAround(B);
			expectWithin(read(columnVector(only)), read(columnVector(values)), () => bound);
			if (wanted) {
				const sorted = [...wanted].sort((x, y) => x - y);
				expectWithin(
					read(columnVector(values)),
					tabulate(n, 1, (i) => sorted[i]!),
					() => bound,
				);
			}
		});
	}

	test("A V = V diag(values), V orthogonal, values ascending, lower triangle alone read, all strides", () => {
		fc.assert(
			fc.property(fc.integer({ min: 0, max: 70 }), layout, (n, kind) => check(randomSymmetric(n, n), kind)),
			{ numRuns: 40, seed: 7 },
		);
	});

	// Around the panels of 32 and 64 reflectors and the panels of four and eight rows.
	test.each([31, 32, 33, 34, 63, 64, 65, 66, 97])("order %i", (n) => check(randomSymmetric(n, n)));

	test.runIf(engine.id !== "reference").each([130, 193, 257])("order %i", (n) =>
		check(randomSymmetric(n, n)),
	);

	test.each([
		["all equal", Array(40).fill(3)],
		["two clusters", Array.from({ length: 41 }, (_, i) => (i < 20 ? 1 : 2))],
		["a tight cluster", Array.from({ length: 40 }, (_, i) => 1 + i * 1e-14)],
		["rank 5", Array.from({ length: 45 }, (_, i) => (i < 5 ? i + 1 : 0))],
		["graded over 30 decades", Array.from({ length: 60 }, (_, i) => 10 ** (-i / 2))],
		["plus and minus pairs", Array.from({ length: 36 }, (_, i) => (i % 2 ? -1 : 1) * (1 + (i >> 1)))],
		["one large", Array.from({ length: 40 }, (_, i) => (i === 0 ? 1e12 : 1))],
		["tiny", Array.from({ length: 20 }, (_, i) => (i + 1) * 1e-200)],
		["huge", Array.from({ length: 20 }, (_, i) => (i + 1) * 1e149)],
	])("a known spectrum: %s", (_name, spectrum) => check(withSpectrum(spectrum, 11), "row-major", spectrum));

	test.each([
		["zero", tabulate(20, 20, () => 0), Array(20).fill(0)],
		["identity", tabulate(33, 33, (i, j) => (i === j ? 1 : 0)), Array(33).fill(1)],
		["diagonal, descending", tabulate(9, 9, (i, j) => (i === j ? 9 - i : 0)), [1, 2, 3, 4, 5, 6, 7, 8, 9]],
		["all ones", tabulate(35, 35, () => 1), [...Array(34).fill(0), 35]],
		[
			"second differences",
			tabulate(50, 50, (i, j) => (i === j ? 2 : Math.abs(i - j) === 1 ? -1 : 0)),
			Array.from({ length: 50 }, (_, k) => 4 * Math.sin(((k + 1) * Math.PI) / 102) ** 2),
		],
		[
			"two blocks that do not touch",
			tabulate(40, 40, (i, j) => (i < 20 === j < 20 ? 1 : 0)),
			[...Array(38).fill(0), 20, 20],
		],
	])("a matrix known in closed form: %s", (_name, a, values) => check(a, "row-major", values));

	test("entries of every magnitude in one matrix", () => {
		const grade = (i: number) => 10 ** (-8 * (i % 20));
		check(tabulate(60, 60, (i, j) => grade(i) * grade(j) * Math.cos(i * j + i + j)));
	});

	test.each([
		["subnormal numbers", 2 ** -1060],
		["numbers whose squares overflow", 2 ** 1000],
		["numbers whose squares underflow", 2 ** -800],
	])("%s scale the eigenvalues and leave the eigenvectors", (_name, scale) => {
		scoped(engine, () => {
			const n = 24;
			// Entries of few bits, so that scaling is exact also among subnormal numbers.
			const a = tabulate(n, n, (i, j) => ((i * j + i + j) % 7) - 3);
			const plain = decompose(a, "row-major");
			const scaled = decompose(
				tabulate(n, n, (i, j) => scale * a.data[i * n + j]!),
				"row-major",
			);
			// Subnormal eigenvalues are rounded to a multiple of 2^-1074.
			const bound = allowance(n) * frobeniusNorm(a) * scale + 2 ** -1074;
			const wanted = tabulate(n, 1, (i) => scale * plain.values.data[i]!);
			expectWithin(read(columnVector(scaled.values)), wanted, () => bound);
			const V = read(scaled.A);
			const identity = tabulate(n, n, (i, j) => (i === j ? 1 : 0));
			expectWithin(naiveProduct(transposedCopy(V), V).product, identity, () => allowance(n));
		});
	});

	test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
		"%d is reported, not iterated on",
		(bad) => {
			scoped(engine, () => {
				for (const n of [1, 2, 40]) {
					const a = randomSymmetric(n, 12);
					a.data[n * n - 1] = bad;
					const values = engine.allocate(n);
					expect(engine.eigh(place(engine, a, "row-major"), values)).toBe(false);
					expect(engine.eigenvalues(place(engine, a, "row-major"), values)).toBe(false);
				}
			});
		},
	);
});
