import { EngineError } from "../engine.ts";
import { type ForeignFunction, type ForeignLibrary, type Koffi, message, nodeProcess } from "./koffi.ts";

/** Environment variable that names the library to load instead of the platform's. */
export const LIBRARY_VARIABLE = "FINITUDE_BLAS";

const candidates: Readonly<Record<string, readonly string[]>> = {
	linux: ["libopenblas.so.0", "libopenblas.so"],
	darwin: ["/System/Library/Frameworks/Accelerate.framework/Accelerate", "libopenblas.dylib"],
	win32: ["libopenblas.dll", "openblas.dll"],
};

/** Values of the enumerations of cblas.h. */
export const CBLAS = {
	rowMajor: 101,
	columnMajor: 102,
	noTranspose: 111,
	transpose: 112,
	upper: 121,
	lower: 122,
	nonUnit: 131,
	left: 141,
} as const;

/** Matrices are typed arrays; LAPACK, being Fortran, takes every argument by address. */
const prototypes = {
	dgemm: `void cblas_dgemm(int order, int transA, int transB, int m, int n, int k, double alpha,
		const double *a, int lda, const double *b, int ldb, double beta, double *c, int ldc)`,
	dsyrk: `void cblas_dsyrk(int order, int uplo, int trans, int n, int k, double alpha,
		const double *a, int lda, double beta, double *c, int ldc)`,
	sgemm: `void cblas_sgemm(int order, int transA, int transB, int m, int n, int k, float alpha,
		const float *a, int lda, const float *b, int ldb, float beta, float *c, int ldc)`,
	ssyrk: `void cblas_ssyrk(int order, int uplo, int trans, int n, int k, float alpha,
		const float *a, int lda, float beta, float *c, int ldc)`,
	dtrsm: `void cblas_dtrsm(int order, int side, int uplo, int trans, int diag, int m, int n, double alpha,
		const double *a, int lda, double *b, int ldb)`,
	dpotrf: "void dpotrf_(const char *uplo, int *n, double *a, int *lda, int *info)",
	dpotri: "void dpotri_(const char *uplo, int *n, double *a, int *lda, int *info)",
	dsyevd: `void dsyevd_(const char *jobz, const char *uplo, int *n, double *a, int *lda, double *w,
		double *work, int *lwork, int *iwork, int *liwork, int *info)`,
} as const;

export type BlasFunctions = Readonly<Record<keyof typeof prototypes, ForeignFunction>>;

export interface BlasLibrary {
	readonly functions: BlasFunctions;
	/** "OpenBLAS 0.3.21 Haswell (libopenblas.so.0)": for which processors the kernels in use were written is part of it. */
	readonly description: string;
}

/** Loads the first library that works: the one FINITUDE_BLAS names, or else the platform's. Sets one thread where it can
 * (OpenBLAS; Accelerate listens to VECLIB_MAXIMUM_THREADS only). @throws EngineError when there is none. */
export function loadBlas(koffi: Koffi): BlasLibrary {
	const named = nodeProcess?.env[LIBRARY_VARIABLE];
	const paths = named ? [named] : (candidates[nodeProcess?.platform ?? ""] ?? []);
	const failures: string[] = [];
	for (const path of paths) {
		try {
			return bind(koffi.load(path), path);
		} catch (error) {
			failures.push(`${path}: ${message(error)}`);
		}
	}
	throw new EngineError(
		`engine: "native" found no BLAS with LAPACK (${failures.join("; ") || "no library known for this platform"}). Install OpenBLAS (Debian and Ubuntu: "apt install libopenblas0"), name a library in ${LIBRARY_VARIABLE}, or use engine "wasm".`,
	);
}

function bind(library: ForeignLibrary, path: string): BlasLibrary {
	const bound = Object.entries(prototypes).map(([name, prototype]) => [name, library.func(prototype)]);
	const functions = Object.fromEntries(bound) as BlasFunctions;
	checkIntegers(functions);
	optional(library, "void openblas_set_num_threads(int threads)")?.(1);
	return { functions, description: `${productName(library, path)} (${path})` };
}

function optional(library: ForeignLibrary, prototype: string): ForeignFunction | undefined {
	try {
		return library.func(prototype);
	} catch {
		return undefined;
	}
}

function productName(library: ForeignLibrary, path: string): string {
	const config = optional(library, "const char *openblas_get_config()")?.();
	if (typeof config !== "string") return path.includes("Accelerate") ? "Accelerate" : "BLAS";
	const core = optional(library, "const char *openblas_get_corename()")?.() ?? "";
	return `${/OpenBLAS \S+/.exec(config)?.[0] ?? "OpenBLAS"} ${core}`.trim();
}

/**
 * A library built for 64-bit integers (ILP64) has the same function names. Padding after every integer keeps such a library
 * from reading nonsense, and shows it: it writes the padding of `info` too.
 */
function checkIntegers({ dgemm, dpotrf }: BlasFunctions): void {
	const { columnMajor, noTranspose } = CBLAS;
	const product = new Float64Array(4);
	const a = Float64Array.of(1, 2, 3, 4);
	dgemm(columnMajor, noTranspose, noTranspose, 2, 2, 2, 1, a, 2, a, 2, 0, product, 2);
	const order = Int32Array.of(2, 0);
	const info = Int32Array.of(7, 7);
	const positiveDefinite = Float64Array.of(4, 2, 2, 10);
	dpotrf("L", order, positiveDefinite, order, info);
	const right =
		[7, 10, 15, 22].every((x, i) => product[i] === x) && info[0] === 0 && positiveDefinite[3] === 3;
	if (!right || info[1] !== 7) {
		throw new Error(right ? "it uses 64-bit integers (ILP64)" : "a 2 x 2 product came out wrong");
	}
}
