/**
 * What is measured. A row has `work` in operations, elements or calls for each sample, and `prepare(engine)`, which
 * returns `run` (timed) and, where `run` destroys its input, `reset` (not timed). bench/numpy_rows.py has the same rows.
 */
import { columnVector, seedStream, view } from "@finitude/engine";

/** A row-major n x n matrix of standard normals. */
function normalMatrix(engine, n) {
	const a = view(engine.allocate(n * n), n, n);
	engine.fillNormal(seedStream(1), a.block);
	return a;
}

/** G G^T / n + I. */
function positiveDefinite(engine, n) {
	const g = normalMatrix(engine, n);
	const a = view(engine.allocate(n * n), n, n);
	for (let i = 0; i < n; i++) a.block.data[i * (n + 1)] = 1;
	engine.syrk(1 / n, g, 1, a);
	return a;
}

function inPlace(engine, original, run) {
	const a = view(engine.allocate(original.rows ** 2), original.rows, original.rows);
	return { reset: () => a.block.data.set(original.block.data), run: () => run(a) };
}

const gemm = (n) => ({
	id: `gemm ${n}`,
	title: `GEMM ${n}`,
	unit: "GFLOP/s",
	work: 2 * n ** 3,
	small: n <= 200,
	prepare(engine) {
		const a = normalMatrix(engine, n);
		const c = view(engine.allocate(n * n), n, n);
		return { run: () => engine.gemm(1, a, a, 0, c) };
	},
});

const syrk = (n) => ({
	id: `syrk ${n}`,
	title: `SYRK ${n}`,
	unit: "GFLOP/s",
	work: n ** 3,
	small: n <= 200,
	prepare(engine) {
		const a = normalMatrix(engine, n);
		const c = view(engine.allocate(n * n), n, n);
		return { run: () => engine.syrk(1, a, 0, c) };
	},
});

const cholesky = (n) => ({
	id: `cholesky ${n}`,
	title: `Cholesky ${n}`,
	unit: "ms",
	small: n <= 200,
	prepare: (engine) => inPlace(engine, positiveDefinite(engine, n), (a) => engine.cholesky(a)),
});

const inverse = (n) => ({
	id: `inverse ${n}`,
	title: `inverse from factor ${n}`,
	unit: "ms",
	small: n <= 200,
	prepare(engine) {
		const a = positiveDefinite(engine, n);
		engine.cholesky(a);
		return inPlace(engine, a, (l) => engine.invertFromCholesky(l));
	},
});

const eigen = (method, title) => (n) => ({
	id: `${method} ${n}`,
	title: `${title} ${n}`,
	unit: "ms",
	small: false,
	prepare(engine) {
		const values = engine.allocate(n);
		return inPlace(engine, positiveDefinite(engine, n), (a) => engine[method](a, values));
	},
});
const eigh = eigen("eigh", "eigh");
const eigenvalues = eigen("eigenvalues", "eigenvalues");

const ELEMENTS = 100_000;

/** Arguments are standard normals, as the pre-activations of a network are. */
const elementwise = (id, title, call) => ({
	id,
	title,
	unit: "ns/element",
	work: ELEMENTS,
	small: true,
	prepare(engine) {
		const [x, y, z] = [0, 1, 2].map(() => engine.allocate(ELEMENTS));
		engine.fillNormal(seedStream(1), x);
		return { run: () => call(engine, x, y, z) };
	},
});

const CALLS = 2000;

const overhead = {
	id: "overhead",
	title: "call, 2 x 2 product",
	unit: "ns/call",
	work: CALLS,
	small: true,
	prepare(engine) {
		const [a, b, c] = [0, 1, 2].map(() => view(engine.allocate(4), 2, 2));
		return {
			run() {
				for (let i = 0; i < CALLS; i++) engine.gemm(1, a, b, 0, c);
			},
		};
	},
};

const solve = {
	id: "solve 1000",
	title: "triangular solve 1000, 1 column",
	unit: "ms",
	small: true,
	prepare(engine) {
		const l = positiveDefinite(engine, 1000);
		const x = columnVector(engine.allocate(1000));
		return { reset: () => x.block.data.fill(1), run: () => engine.solveTriangular(l, x, false) };
	},
};

export const rows = [
	...[200, 500, 1000].map(gemm),
	...[200, 1000].map(syrk),
	...[200, 500, 1000].map(cholesky),
	...[200, 500, 1000].map(inverse),
	solve,
	...[300, 1000].map(eigh),
	...[300, 1000].map(eigenvalues),
	elementwise("erf'", "erf and derivative", (engine, x, y, z) => engine.erfWithDerivative(x, y, z)),
	elementwise("exp", "exp", (engine, x, y) => engine.exp(x, y)),
	elementwise("tanh", "tanh", (engine, x, y) => engine.tanh(x, y)),
	elementwise("normals", "normal random numbers", (engine, x) => engine.fillNormal(seedStream(2), x)),
	overhead,
];
