import { diagonal, erf, type Matrix } from "@finitude/engine";
import { HISTOGRAM_BINS, HISTOGRAM_RANGE } from "../../samplers/unit-statistics.ts";

/**
 * The histogram, as samplers record it, of centered Gaussian pre-activations with the variances of one kernel over the deviations of
 * another: density over HISTOGRAM_BINS bins, points without prior variance left out. Undefined where no point is left, or one has no positive variance.
 *
 * @param kernel P x P, of the units
 * @param prior P x P, whose deviations are the unit
 */
export function gaussianHistogram(kernel: Matrix, prior: Matrix): Float64Array | undefined {
	const units = diagonal(prior);
	const ratios = Array.from(diagonal(kernel), (k, a) => k / units[a]!).filter((_, a) => units[a]! > 0);
	if (ratios.length === 0 || ratios.some((ratio) => !(ratio > 0))) return undefined;
	const width = (2 * HISTOGRAM_RANGE) / HISTOGRAM_BINS;
	/** The probability below x. */
	const below = (x: number, ratio: number) => (1 + erf(x / Math.sqrt(2 * ratio))) / 2;
	return Float64Array.from({ length: HISTOGRAM_BINS }, (_, k) => {
		const start = -HISTOGRAM_RANGE + k * width;
		const fraction = ratios.reduce((sum, r) => sum + below(start + width, r) - below(start, r), 0);
		return fraction / (ratios.length * width);
	});
}
