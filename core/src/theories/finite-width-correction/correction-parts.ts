import { matrix } from "@finitude/engine";
import type { Correction } from "./assemble-correction.ts";
import type { ContractionSizes } from "./contraction-sums.ts";

/** The parts of a correction whose errors are judged together. */
export type CorrectionPart = "mean" | "outputCovariance" | "covariance" | "kernelShift" | "logEvidence";

/** Corrections of one problem as flat arrays, so that they can be averaged and compared entry by entry. */
export function correctionParts({ points: n, trainPoints: P, outputs: D, covariance }: ContractionSizes) {
	const lengths: Record<CorrectionPart, number> = {
		mean: n * D,
		outputCovariance: n * D * D,
		covariance: covariance ? n * n : 0,
		kernelShift: P * P,
		logEvidence: D === 1 ? 4 : 1,
	};
	/** Every part of a flat array. */
	const split = (values: Float64Array): Record<CorrectionPart, Float64Array> => {
		let offset = 0;
		const next = (length: number) => {
			offset += length;
			return values.subarray(offset - length, offset);
		};
		return {
			mean: next(lengths.mean),
			outputCovariance: next(lengths.outputCovariance),
			covariance: next(lengths.covariance),
			kernelShift: next(lengths.kernelShift),
			logEvidence: next(lengths.logEvidence),
		};
	};
	return {
		split,
		flatten({ mean, outputCovariance, covariance, kernelShift, logEvidence, evidenceTerms }: Correction) {
			const values = new Float64Array(Object.values(lengths).reduce((sum, length) => sum + length, 0));
			const parts = split(values);
			parts.mean.set(mean.data);
			parts.outputCovariance.set(outputCovariance.data);
			if (covariance) parts.covariance.set(covariance.data);
			parts.kernelShift.set(kernelShift.data);
			const terms = evidenceTerms ? [evidenceTerms.GGGG, evidenceTerms.QGG, evidenceTerms.QQ] : [];
			parts.logEvidence.set([logEvidence, ...terms]);
			return values;
		},
		restore(values: Float64Array): Correction {
			const parts = split(values);
			const [logEvidence, GGGG, QGG, QQ] = parts.logEvidence;
			return {
				mean: matrix(n, D, parts.mean),
				outputCovariance: matrix(n, D * D, parts.outputCovariance),
				...(covariance && { covariance: matrix(n, n, parts.covariance) }),
				kernelShift: matrix(P, P, parts.kernelShift),
				logEvidence: logEvidence!,
				...(D === 1 && { evidenceTerms: { GGGG: GGGG!, QGG: QGG!, QQ: QQ! } }),
			};
		},
		/** The largest absolute entry of every part. */
		largest(values: Float64Array): Record<CorrectionPart, number> {
			const parts = split(values);
			const most = (part: Float64Array) => part.reduce((m, x) => Math.max(m, Math.abs(x)), 0);
			return {
				mean: most(parts.mean),
				outputCovariance: most(parts.outputCovariance),
				covariance: most(parts.covariance),
				kernelShift: most(parts.kernelShift),
				logEvidence: most(parts.logEvidence),
			};
		},
	};
}
