import type { Engine } from "../engine.ts";
import { scoped } from "../linalg/operations.ts";
import { columnVector, view } from "../view.ts";

const ORDER = 24;
const ROUNDS = 20;

/**
 * Runs every kernel on tiny problems. V8 never replaces a running WebAssembly function by its optimized code, so that a
 * first call on a large problem would spend its whole life in the baseline compiler.
 */
export function warmUp(engine: Engine): void {
	const state = Uint32Array.from([1, 2, 3, 4, 5, 6, 7, 8]);
	scoped(engine, () => {
		const a = view(engine.allocate(ORDER * ORDER), ORDER, ORDER);
		const b = view(engine.allocate(ORDER * ORDER), ORDER, ORDER);
		const values = engine.allocate(ORDER);
		const { float32 } = engine;
		const single = view(float32.allocate(ORDER * ORDER), ORDER, ORDER);
		const product = view(float32.allocate(ORDER * ORDER), ORDER, ORDER);
		for (let round = 0; round < ROUNDS; round++) {
			engine.fillUniform(state, a.block);
			engine.fillNormal(state, b.block);
			for (const f of ["exp", "erf", "tanh"] as const) engine[f](b.block, b.block);
			for (const f of ["log", "asin"] as const) engine[f](a.block, a.block);
			engine.erfWithDerivative(b.block, a.block, b.block);
			engine.fillNormal(state, b.block);
			float32.fromDouble(b.block, single.block);
			float32.gemm(1, single, single, 0, product);
			float32.syrk(1, single, 0, product);
			float32.tanh(single.block, product.block);
			float32.erf(single.block, product.block);
			float32.erfWithDerivative(single.block, product.block, single.block);
			float32.toDouble(single.block, a.block);
			engine.gemm(1, b, b, 0, a);
			engine.syrk(1, b, 0, a);
			for (let i = 0; i < ORDER; i++) a.block.data[i * (ORDER + 1)]! += ORDER;
			engine.cholesky(a);
			engine.solveTriangular(a, columnVector(values), false);
			engine.solveTriangular(a, b, true);
			engine.invertFromCholesky(a);
			b.block.data.set(a.block.data);
			engine.eigenvalues(b, values);
			engine.eigh(a, values);
		}
	});
}
