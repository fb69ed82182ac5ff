import { type Engine, transpose, type View, view } from "@finitude/engine";
import { InputError } from "../errors.ts";
import { addToDiagonal, allocateView } from "./block-operations.ts";

/** Ridge regressions of one shape, with their work space. */
export interface Ridge {
	/**
	 * `out` (M x R) <- F (g F^T F + kappa I)^-1 B, features F (M x Q) and right-hand sides B (Q x R, contiguous).
	 * @param gain g > 0
	 * @throws InputError when the matrix cannot be factorized: the noise is lost in the rounding of the features.
	 */
	apply(features: View, gain: number, right: View, out: View): void;
}

/**
 * The posterior mean of weights w ~ N(0, I) given y = sqrt(g) F^T w + noise is sqrt(g) times `apply` of y; and a draw of them
 * is a prior draw w0 plus sqrt(g) times `apply` of y - sqrt(g) F^T w0 - noise (Matheron's rule: Wilson et al. 2020, arXiv
 * 2002.09309, equation 8). The smaller of the two matrices is factorized: F (g F^T F + kappa)^-1 = (g F F^T + kappa)^-1 F.
 */
export function createRidge(
	engine: Engine,
	{ features: rows, points, outputs, noiseVariance }: RidgeShape,
): Ridge {
	const size = Math.min(rows, points);
	const a = allocateView(engine, size, size);
	const solution = allocateView(engine, points, outputs);

	const factor = (f: View, gain: number) => {
		engine.syrk(gain, f, 0, a);
		addToDiagonal(a, noiseVariance);
		if (engine.cholesky(a) >= 0) throw lostNoise(noiseVariance);
	};
	const solve = (b: View) => {
		engine.solveTriangular(a, b, false);
		engine.solveTriangular(a, b, true);
	};

	return {
		apply(features, gain, right, out) {
			if (rows < points) {
				factor(features, gain);
				engine.gemm(1, features, right, 0, out);
				solve(out);
				return;
			}
			factor(transpose(features), gain);
			const b = view(solution.block, points, right.columns);
			const from = right.block.data;
			b.block.data.set(from.subarray(right.offset, right.offset + points * right.columns));
			solve(b);
			engine.gemm(1, features, b, 0, out);
		},
	};
}

export interface RidgeShape {
	/** M. */
	readonly features: number;
	/** Q. */
	readonly points: number;
	/** The largest R. */
	readonly outputs: number;
	/** kappa > 0. */
	readonly noiseVariance: number;
}

function lostNoise(noiseVariance: number): InputError {
	return new InputError({
		where: "noiseVariance",
		wanted: "a noise that keeps kernel + noise positive definite in double precision",
		got: `${noiseVariance}`,
		advice: "The Cholesky factorization failed at a sampled network: raise noiseVariance.",
	});
}
