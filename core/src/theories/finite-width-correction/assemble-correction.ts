import {
	dot,
	type Engine,
	gram,
	type Matrix,
	matrix,
	matrixRow,
	multiply,
	solveLower,
	transposed,
} from "@finitude/engine";
import type { ContractionSizes, ContractionSums } from "./contraction-sums.ts";
import { applyPsi, type PosteriorOperators } from "./posterior-operators.ts";

/** What the order 1/N adds to the infinite-width answer. */
export interface Correction {
	/** n x D, to be added to the mean; training points first, here and below. */
	readonly mean: Matrix;
	/** n x D^2: row s holds what is added to the covariance of the outputs at point s (for D = 1, to its variance), row-major. */
	readonly outputCovariance: Matrix;
	/** n x n, to be added to the covariance between the points; one output, on request. */
	readonly covariance?: Matrix;
	/** P x P: (24), the posterior shift of the hidden kernel in units of the output kernel. */
	readonly kernelShift: Matrix;
	/** To be added to the log evidence, (23). */
	readonly logEvidence: number;
	/** The three terms of (18), whose sum `logEvidence` is, for one output. */
	readonly evidenceTerms?: { readonly GGGG: number; readonly QGG: number; readonly QQ: number };
}

/**
 * Equations (20)-(24) of docs/theories/finite-width-correction.md from averages over one unit. With V_(ab)(cd) =
 * c (<k_ab k_cd> - G_ab G_cd), G = <k>, every contraction of V is an average of contractions of k minus the same of G.
 *
 * @param scale c = sig2^2 / N
 */
export function assembleCorrection(
	engine: Engine,
	{ points: n, trainPoints: P, outputs: D, covariance }: ContractionSizes,
	operators: PosteriorOperators,
	sums: ContractionSums,
	scale: number,
): Correction {
	const { factor, weights: g } = operators;
	const G = matrix(n, P, sums.kernel);
	const GTrain = matrix(P, P, sums.kernel.slice(0, P * P));
	const [sigma] = sums.scalars as unknown as [number];
	const Gg = multiply(engine, G, g);
	const white = solveLower(engine, factor, GTrain);
	// L^-1 G g of the training points.
	const whiteGg = solveLower(engine, factor, matrix(P, D, Gg.data.slice(0, P * D)));
	const GQGg = multiply(engine, transposed(solveLower(engine, factor, transposed(G))), whiteGg);
	const mean = applyPsi(
		engine,
		operators,
		matrix(
			n,
			D,
			sums.mean.map((x, k) => x - 0.5 * sigma * Gg.data[k]! + GQGg.data[k]!),
		),
	);
	const psiG = applyPsi(engine, operators, G);
	const whitePsiG = transposed(solveLower(engine, factor, transposed(psiG)));
	const psiGg = multiply(engine, psiG, g);
	const outputCovariance = matrix(n, D * D, sums.outputVariance.slice());
	for (let s = 0; s < n; s++) {
		const reduced = matrixRow(whitePsiG, s);
		const own = sums.ownVariance[s]! - 0.5 * sigma * sums.spread[s]! + dot(reduced, reduced);
		for (let k = 0; k < D; k++) {
			for (let l = 0; l < D; l++) {
				outputCovariance.data[(s * D + k) * D + l]! +=
					(k === l ? own : 0) - psiGg.data[s * D + k]! * psiGg.data[s * D + l]!;
			}
		}
	}
	const times = (m: Matrix): Matrix =>
		matrix(
			m.rows,
			m.columns,
			m.data.map((x) => scale * x),
		);
	const kernelShift = GTrain.data.map((x, k) => 0.5 * (sums.weightedKernel[k]! - sigma * x));
	return {
		mean: times(mean),
		outputCovariance: times(outputCovariance),
		kernelShift: times(symmetrized(matrix(P, P, kernelShift))),
		...(covariance && {
			covariance: times(symmetrized(fullCovariance(engine, sums, sigma, whitePsiG, psiGg))),
		}),
		...evidence(engine, operators, sums.scalars, white, whiteGg, scale, D),
	};
}

/** (17) between all points: the tilted average less the same of G. */
function fullCovariance(
	engine: Engine,
	{ covariance, spreadCovariance }: ContractionSums,
	sigma: number,
	whitePsiG: Matrix,
	psiGg: Matrix,
): Matrix {
	const n = psiGg.rows;
	const reduced = gram(engine, whitePsiG).data;
	const field = gram(engine, psiGg).data;
	return matrix(
		n,
		n,
		covariance.map((x, k) => x - 0.5 * sigma * spreadCovariance[k]! + reduced[k]! - field[k]!),
	);
}

function evidence(
	engine: Engine,
	{ factor }: PosteriorOperators,
	scalars: Float64Array,
	white: Matrix,
	whiteGg: Matrix,
	scale: number,
	D: number,
): Pick<Correction, "logEvidence" | "evidenceTerms"> {
	const [sigma, sigmaSquared, q, qSquared, qPull, crossed, squared] = scalars as unknown as [
		number,
		number,
		number,
		number,
		number,
		number,
		number,
	];
	// L^-1 G L^-T, whose squares sum to tr(Q G Q G).
	const normalized = solveLower(engine, factor, transposed(white));
	const crossedVariance = crossed - dot(whiteGg.data, whiteGg.data);
	const squaredVariance = squared - dot(normalized.data, normalized.data);
	const logEvidence =
		scale * ((sigmaSquared - sigma * sigma) / 8 - crossedVariance / 2 + (D / 4) * squaredVariance);
	if (D > 1) return { logEvidence };
	// gkg = sigma + q, so its moments follow from those of sigma and q.
	const pull = sigma + q;
	const pullSquared = sigmaSquared + 2 * (qPull - qSquared) + qSquared;
	return {
		logEvidence,
		evidenceTerms: {
			GGGG: (scale / 8) * (pullSquared - pull * pull),
			QGG: (-scale / 4) * (qPull - q * pull + 2 * crossedVariance),
			QQ: (scale / 8) * (qSquared - q * q + 2 * squaredVariance),
		},
	};
}

function symmetrized(m: Matrix): Matrix {
	const n = m.rows;
	return matrix(
		n,
		n,
		m.data.map((x, k) => 0.5 * (x + m.data[(k % n) * n + Math.floor(k / n)]!)),
	);
}
