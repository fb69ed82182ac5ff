/** What the first order in 1/N adds to the infinite-width posterior, whichever way it was computed. */
import { type Matrix, matrix } from "@finitude/engine";

/** Over n points, the training points first, and D outputs. */
export interface Correction {
	/** n x D, to be added to the mean. */
	readonly mean: Matrix;
	/** n x D^2: row s holds what is added to the covariance of the outputs at point s (for D = 1, to its variance), row-major. */
	readonly outputCovariance: Matrix;
	/** n x n, to be added to the covariance between the points; exactly symmetric; one output, on request. */
	readonly covariance?: Matrix;
	/** P x P: (24), the posterior minus the infinite-width prior of the hidden kernel, in units of the output kernel. */
	readonly kernelShift: Matrix;
	/** P x P: K1, the shift of the prior mean of the kernel; two hidden layers and more. */
	readonly priorShift?: Matrix;
	/** n x D: the part of `mean` that a Gaussian process with the shifted kernel has to first order; from the whole tensor only. */
	readonly kernelOnlyMean?: Matrix;
	/** P: V_(0b)(0b), the prior variances of the kernel entries of the first point; from the whole tensor only. */
	readonly firstRowVariance?: Float64Array;
	/** To be added to the log evidence, (23). */
	readonly logEvidence: number;
	/** The terms of (18), whose sum `logEvidence` is, for one output. */
	readonly evidenceTerms?: EvidenceTerms;
}

/** By powers of g and Q: (1/24) U g g g g, -(1/4) U Q g g, (1/8) U Q Q, and (1/2) (g K1 g - tr Q K1) where K1 is not 0 by construction. */
export interface EvidenceTerms {
	readonly GGGG: number;
	readonly QGG: number;
	readonly QQ: number;
	readonly K1?: number;
}

/** factor times the sum of corrections of one problem; V, and with it every correction, is additive over independent parts. */
export function sumOfCorrections(corrections: readonly Correction[], factor: number): Correction {
	const total = (of: (c: Correction) => number) =>
		factor * corrections.reduce((sum, correction) => sum + of(correction), 0);
	const totalMatrix = (of: (c: Correction) => Matrix): Matrix => {
		const { rows, columns } = of(corrections[0]!);
		return matrix(
			rows,
			columns,
			Float64Array.from({ length: rows * columns }, (_, k) => total((c) => of(c).data[k]!)),
		);
	};
	const { covariance, priorShift, kernelOnlyMean, firstRowVariance, evidenceTerms } = corrections[0]!;
	return {
		mean: totalMatrix((c) => c.mean),
		outputCovariance: totalMatrix((c) => c.outputCovariance),
		...(covariance && { covariance: totalMatrix((c) => c.covariance!) }),
		kernelShift: totalMatrix((c) => c.kernelShift),
		...(priorShift && { priorShift: totalMatrix((c) => c.priorShift!) }),
		...(kernelOnlyMean && { kernelOnlyMean: totalMatrix((c) => c.kernelOnlyMean!) }),
		...(firstRowVariance && {
			firstRowVariance: firstRowVariance.map((_, b) => total((c) => c.firstRowVariance![b]!)),
		}),
		logEvidence: total((c) => c.logEvidence),
		...(evidenceTerms && {
			evidenceTerms: {
				GGGG: total((c) => c.evidenceTerms!.GGGG),
				QGG: total((c) => c.evidenceTerms!.QGG),
				QQ: total((c) => c.evidenceTerms!.QQ),
				...(evidenceTerms.K1 !== undefined && { K1: total((c) => c.evidenceTerms!.K1!) }),
			},
		}),
	};
}
