import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Block, View } from "../src/engine.ts";
import type { Matrix } from "../src/linalg/matrix.ts";
import { scoped } from "../src/linalg/operations.ts";
import { columnVector } from "../src/view.ts";
import { engines } from "./engines.ts";
import {
	expectUntouchedAround,
	expectWithin,
	frobeniusNorm,
	type Layout,
	layouts,
	naiveProduct,
	place,
	randomMatrix,
	randomSymmetric,
	read,
	tabulate,
	transposedCopy,
} from "./linalg-support.ts";

const EPS = Number.EPSILON;
const layout = fc.constantFrom(...layouts);

/** Tridiagonal matrices by diagonal and subdiagonal. */
const tridiagonal = (n: number, diagonal: (i: number) => number, below: (i: number) => number) =>
	tabulate(n, n, (i, j) => (i === j ? diagonal(i) : Math.abs(i - j) === 1 ? below(Math.min(i, j)) : 0));

describe.each(engines)("eigendecompositions on %s", (_, engine) => {
	/** Householder reductions, rotations and divide and conquer are backward stable: each of O(n) orthogonal
	 * transformations adds an error of a few eps ||A|| (Higham 2002, lemma 19.3; Gu and Eisenstat 1995, section 3), and
	 * the products that the tests compute err by n eps/2. Observed are up to 0.3 n eps. The Jacobi method of the reference
	 * rotates every column about 10 n times, each time with up to one rounding of its length; observed are 3.2 n eps. */
	const allowance = (n: number) => (engine.id === "reference" ? 10 : 3) * (n + 1) * EPS;

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

	// Around the leaves of 32 rows and the panels of 32 and 64 reflectors.
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

	// Large enough for several levels of divide and conquer: matrices on which the textbook version of it loses
	// orthogonality, deflates everything or deflates nothing.
	test.each([
		[
			"Wilkinson's, with pairs equal to 1e-15",
			tridiagonal(
				85,
				(i) => Math.abs(i - 42),
				() => 1,
			),
		],
		[
			"four Wilkinson matrices glued with 1e-8",
			tridiagonal(
				84,
				(i) => Math.abs((i % 21) - 10),
				(i) => (i % 21 === 20 ? -1e-8 : 1),
			),
		],
		[
			"four Wilkinson matrices glued with 1e-14",
			tridiagonal(
				84,
				(i) => Math.abs((i % 21) - 10),
				(i) => (i % 21 === 20 ? 1e-14 : 1),
			),
		],
		[
			"Clement's, with integer eigenvalues",
			tridiagonal(
				90,
				() => 0,
				(i) => Math.sqrt((i + 1) * (89 - i)),
			),
		],
		[
			"the identity and couplings of one rounding",
			tridiagonal(
				80,
				() => 1,
				() => 1e-16,
			),
		],
		[
			"the identity and couplings below any rounding",
			tridiagonal(
				80,
				(i) => 1 + (i % 3) * 1e-15,
				() => 1e-50,
			),
		],
		[
			"graded from large to small",
			tridiagonal(
				80,
				(i) => 10 ** (-i / 4),
				(i) => 0.5 * 10 ** (-i / 4),
			),
		],
		[
			"graded from small to large",
			tridiagonal(
				80,
				(i) => 10 ** (i / 4),
				(i) => -0.5 * 10 ** (i / 4),
			),
		],
		["Hilbert's", tabulate(70, 70, (i, j) => 1 / (i + j + 1))],
		["a smooth kernel of low numerical rank", tabulate(90, 90, (i, j) => Math.exp(-(((i - j) / 30) ** 2)))],
		["an arrow", tabulate(75, 75, (i, j) => (i === j ? i % 5 : Math.max(i, j) === 74 ? 1 : 0))],
	])("divide and conquer on a hard matrix: %s", (_name, a) => check(a));

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
