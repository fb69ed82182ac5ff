/** The residual scale of largest response at one depth. */
import type { Engine } from "@finitude/engine";
import { brentRoot } from "../../theories/root-finding.ts";
import { largestVariance, logResponses, type PairCovariance, type ResidualBranch } from "./pair-recursion.ts";
import { growthExcess, logResponseSlope } from "./response-slope.ts";

const SCAN_POINTS = 60;
const LOWEST_SCALE = 1e-3;
const HIGHEST_SCALE = 4;

/** rho on 60 points from 1e-3 to 4, evenly in the logarithm. */
export const SCANNED_SCALES = Float64Array.from(
	{ length: SCAN_POINTS },
	(_, i) => LOWEST_SCALE * (HIGHEST_SCALE / LOWEST_SCALE) ** (i / (SCAN_POINTS - 1)),
);

export interface OptimalScale {
	readonly depth: number;
	/** rho*; where the optimum lies outside the scan, the end that was reached. */
	readonly scale: number;
	/** log eta there, sigma_v = 1. */
	readonly logResponse: number;
	readonly found: boolean;
	readonly iterations: number;
	/** |d log eta / d log rho| at rho*, whose terms are of order 1; 0 where nothing was solved. */
	readonly residual: number;
	/** log eta at SCANNED_SCALES; NaN where covariances grow too large. */
	readonly scan: Float64Array;
}

/**
 * The maximum of (2) over rho: the best of 60 scanned scales, then Brent's method on the derivative between its neighbors,
 * which finds rho* to rounding where the value itself, flat at its maximum, would give half the digits. The derivative at
 * rho = 0 decides whether the optimum is rho* = 0 where the scan falls from its first point on.
 */
export function optimalScale(
	engine: Engine,
	branch: ResidualBranch,
	start: PairCovariance,
	depth: number,
): OptimalScale {
	const scan = logResponses(
		engine,
		branch,
		start,
		depth,
		SCANNED_SCALES.map((rho) => rho * rho),
		largestVariance(branch, start),
	);
	const best = scan.reduce((top, value, i) => (value > scan[top]! ? i : top), 0);
	const at = (scale: number, found: boolean, iterations = 0, residual = 0): OptimalScale => {
		const [logResponse] = logResponses(engine, branch, start, depth, Float64Array.of(scale * scale));
		return { depth, scale, logResponse: logResponse!, found, iterations, residual, scan };
	};
	if (best === 0) {
		return growthExcess(engine, branch, start) > 0 ? at(LOWEST_SCALE, false) : at(0, true);
	}
	// Also where the covariances of the next scale grow too large.
	if (!(scan[best + 1]! <= scan[best]!)) return at(SCANNED_SCALES[best]!, false);
	const slope = (logScale: number) =>
		2 * logResponseSlope(engine, branch, start, depth, Math.exp(2 * logScale));
	const { x, iterations } = brentRoot(
		slope,
		Math.log(SCANNED_SCALES[best - 1]!),
		Math.log(SCANNED_SCALES[best + 1]!),
	);
	return at(Math.exp(x), true, iterations, Math.abs(slope(x)));
}
