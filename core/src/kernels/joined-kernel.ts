/** Blocks over training and test points as one array. */
import type { KernelBlocks } from "./kernel-blocks.ts";

/** n x n, row-major, the training points first. @param blocks with `test.covariance` where there are test points */
export function joinedKernel({ train, test }: KernelBlocks): Float64Array {
	const P = train.rows;
	const tests = test?.covariance?.rows ?? 0;
	const n = P + tests;
	const result = new Float64Array(n * n);
	for (let a = 0; a < P; a++) result.set(train.data.subarray(a * P, (a + 1) * P), a * n);
	for (let s = 0; s < tests; s++) {
		const row = (P + s) * n;
		result.set(test!.cross.data.subarray(s * P, (s + 1) * P), row);
		result.set(test!.covariance!.data.subarray(s * tests, (s + 1) * tests), row + P);
		for (let a = 0; a < P; a++) result[a * n + P + s] = result[row + a]!;
	}
	return result;
}
