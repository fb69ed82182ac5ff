/** The covariance of a layer's kernel contracted with a conjugate kernel, from closed forms. */
import { dot, type Engine, type Matrix, matrix, matrixRow, multiply, transposed } from "@finitude/engine";
import { dualOf } from "../../kernels/dual-of.ts";
import { joinedKernel } from "../../kernels/joined-kernel.ts";
import { combineBlocks, type KernelBlocks, mapBlocks } from "../../kernels/kernel-blocks.ts";
import { exactMoment } from "../finite-width-correction/exact-moments.ts";
import type { FourPointMoment } from "../finite-width-correction/four-point-moment.ts";

/**
 * sum_cd M_cd Cov(phi_a phi_b, phi_c phi_d), h ~ N(0, C), c and d over the training points; (7) of
 * docs/theories/map-kernels.md without its factor g^2/N.
 *
 * Every distinct four-point moment is computed once: P^4/24 of them among the training points and P^3/6 for each test point;
 * linear units need none, 2 C M C.
 *
 * @param activation one with exact moments: linear, erf, relu or quadratic
 * @param covariance C of the pre-activations, with `test.covariance` where there are test points
 * @param conjugate M, P x P, symmetric
 * @param testCovariance whether the P* x P* block is wanted
 */
export function exactContraction(
	engine: Engine,
	activation: string,
	covariance: KernelBlocks,
	conjugate: Matrix,
	testCovariance: boolean,
): KernelBlocks {
	if (activation === "linear") return linearContraction(engine, covariance, conjugate, testCovariance);
	const P = covariance.train.rows;
	const joined = joinedKernel(covariance);
	const moment = exactMoment(activation)!(engine, joined, Math.sqrt(joined.length));
	const doubled = conjugate.data.map((x, at) => (at % P === Math.floor(at / P) ? 1 : 2) * x);
	const second = secondMoments(moment, doubled, P, covariance.test?.diagonal.length ?? 0, testCovariance);
	const kernel = mapBlocks(engine, dualOf(activation), trimmed(covariance, testCovariance));
	return combineBlocks([second, combineBlocks([kernel], -dot(kernel.train.data, conjugate.data), 0)], 1, 0);
}

/** How many distinct moments that takes. @param tests P* */
export function distinctMoments(P: number, tests: number, testCovariance: boolean): number {
	const pairs = (P * (P + 1)) / 2;
	const triples = (pairs * (P + 2)) / 3;
	const testPairs = testCovariance ? (tests * (tests + 1)) / 2 : tests;
	return (triples * (P + 3)) / 4 + tests * triples + testPairs * pairs;
}

/** The blocks with that between test points only where it is wanted. */
export function trimmed({ train, test }: KernelBlocks, testCovariance: boolean): KernelBlocks {
	if (!test || testCovariance) return { train, ...(test && { test }) };
	return { train, test: { cross: test.cross, diagonal: test.diagonal } };
}

/** 2 C M C. */
function linearContraction(
	engine: Engine,
	{ train, test }: KernelBlocks,
	conjugate: Matrix,
	testCovariance: boolean,
): KernelBlocks {
	const product = (rows: Matrix): Matrix => {
		const half = multiply(engine, rows, conjugate);
		const full = multiply(engine, half, rows, { transposeB: true });
		const mirror = transposed(full);
		return matrix(
			full.rows,
			full.columns,
			full.data.map((x, k) => x + mirror.data[k]!),
		);
	};
	if (!test) return { train: product(train) };
	const half = multiply(engine, test.cross, conjugate);
	return {
		train: product(train),
		test: {
			cross: multiply(engine, half, train, { alpha: 2 }),
			diagonal: test.diagonal.map((_, s) => 2 * dot(matrixRow(half, s), matrixRow(test.cross, s))),
			...(testCovariance && { covariance: product(test.cross) }),
		},
	};
}

/**
 * sum_cd M_cd <phi_a phi_b phi_c phi_d>. A moment of four points enters the pairs ab, ac, ... of each of its distinct
 * partitions in two pairs.
 *
 * @param doubled M with its entries off the diagonal twice, for sums over unordered pairs
 */
function secondMoments(
	moment: FourPointMoment,
	doubled: Float64Array,
	P: number,
	tests: number,
	testCovariance: boolean,
): KernelBlocks {
	const train = matrix(P, P);
	const add = (a: number, b: number, value: number) => {
		train.data[a * P + b]! += value;
		if (a !== b) train.data[b * P + a]! += value;
	};
	const both = (a: number, b: number, c: number, d: number, value: number) => {
		add(a, b, doubled[c * P + d]! * value);
		if (a !== c || b !== d) add(c, d, doubled[a * P + b]! * value);
	};
	const cross = matrix(tests, P);
	for (let a = 0; a < P; a++) {
		for (let b = 0; b <= a; b++) {
			for (let c = 0; c <= b; c++) {
				for (let d = 0; d <= c; d++) {
					const value = moment(a, b, c, d);
					both(a, b, c, d, value);
					if (b !== c) both(a, c, b, d, value);
					if (a !== b && c !== d) both(a, d, b, c, value);
				}
				for (let s = 0; s < tests; s++) {
					const value = moment(P + s, a, b, c);
					cross.data[s * P + a]! += doubled[b * P + c]! * value;
					if (a !== b) cross.data[s * P + b]! += doubled[a * P + c]! * value;
					if (b !== c) cross.data[s * P + c]! += doubled[a * P + b]! * value;
				}
			}
		}
	}
	if (tests === 0) return { train };
	const between = (s: number, t: number) => {
		let sum = 0;
		for (let c = 0; c < P; c++) {
			for (let d = 0; d <= c; d++) sum += doubled[c * P + d]! * moment(P + s, P + t, c, d);
		}
		return sum;
	};
	if (!testCovariance) {
		return {
			train,
			test: { cross, diagonal: Float64Array.from({ length: tests }, (_, s) => between(s, s)) },
		};
	}
	const covariance = matrix(tests, tests);
	for (let s = 0; s < tests; s++) {
		for (let t = 0; t <= s; t++) {
			covariance.data[s * tests + t] = covariance.data[t * tests + s] = between(s, t);
		}
	}
	const diagonal = Float64Array.from({ length: tests }, (_, s) => covariance.data[s * tests + s]!);
	return { train, test: { cross, diagonal, covariance } };
}
