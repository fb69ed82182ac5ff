/** One scale Q: the action S(Q) of equations (1)-(3) of docs/theories/kernel-rescaling.md and its stationary points. */
import { InputError } from "../../errors.ts";
import { scanRoots } from "../root-finding.ts";
import type { Modes } from "./modes.ts";
import { chooseSaddlePoint, type SaddlePoint, type StationaryPoint } from "./saddle-point.ts";

export interface ScalarAction {
	readonly action: number;
	/** dS/dtheta, theta = log Q. */
	readonly slope: number;
	/** d2S/dtheta2. */
	readonly curvature: number;
	/** Sum of the absolute values of the terms of `slope`: what its rounding error is measured against. */
	readonly slopeScale: number;
}

/**
 * S = Q - log Q + (1/N) [log det A + y^T A^-1 y], A = Q K + B, and its derivatives in theta = log Q.
 *
 * @param targets y in the coordinates of the modes
 * @param width N
 */
export function scalarAction(
	modes: Modes,
	targets: Float64Array,
	width: number,
	theta: number,
): ScalarAction {
	const { signal, noise, logDeterminantShift } = modes;
	const Q = Math.exp(theta);
	let [energy, trace, pull, bend] = [logDeterminantShift, 0, 0, 0];
	for (let k = 0; k < signal.length; k++) {
		const m = noise[k]!;
		const Ql = Q * signal[k]!;
		const a = m + Ql;
		const square = targets[k]! ** 2;
		energy += Math.log(a) + square / a;
		trace += Ql / a;
		pull += (square * Ql) / (a * a);
		bend += (Ql * m) / (a * a) - (square * Ql * (m - Ql)) / (a * a * a);
	}
	return {
		action: Q - theta + energy / width,
		slope: Q - 1 + (trace - pull) / width,
		curvature: Q + bend / width,
		slopeScale: Q + 1 + (trace + pull) / width,
	};
}

/** log Q is searched in [-20, 20], step 0.005: in the mean-field scaling the data can ask for Q far from 1. */
const LARGEST_LOG_SCALE = 20;
/** The end of the search on a side where the action does not rise at that of the first: a minimum must lie beyond it. */
const LAST_LOG_SCALE = 60;
const SCAN_STEP = 0.005;

/**
 * Every stationary point of the action with e^-20 < Q < e^20, the one of lowest action among the minima chosen. The range
 * grows to e^-60 or e^60 on a side where the action does not rise outward at its end.
 */
export function rescaleByScan(modes: Modes, targets: Float64Array, width: number): SaddlePoint {
	const slope = (theta: number) => scalarAction(modes, targets, width, theta).slope;
	const from = slope(-LARGEST_LOG_SCALE) > 0 ? -LAST_LOG_SCALE : -LARGEST_LOG_SCALE;
	const to = slope(LARGEST_LOG_SCALE) < 0 ? LAST_LOG_SCALE : LARGEST_LOG_SCALE;
	const roots = scanRoots(slope, from, to, SCAN_STEP);
	const candidates = roots.length > 0 ? roots : [bestOfGrid(slope)];
	return chooseSaddlePoint(
		candidates.map(({ x, iterations }) => stationaryPoint(modes, targets, width, x, iterations)),
		width,
	);
}

/**
 * Zero noise, equation (5): with alpha = P/N and r = y^T K^-1 y / P, the one stationary point is
 * Q = [(1 - alpha) + sqrt((1 - alpha)^2 + 4 alpha r)] / 2.
 *
 * @throws InputError when the targets are zero and P >= N: the action then falls without end as Q goes to 0.
 */
export function rescaleWithoutNoise(modes: Modes, targets: Float64Array, width: number): SaddlePoint {
	const P = targets.length;
	const alpha = P / width;
	const r = targets.reduce((sum, y, k) => sum + y ** 2 / modes.signal[k]!, 0) / P;
	const gap = 1 - alpha;
	const root = Math.sqrt(gap * gap + 4 * alpha * r);
	// For alpha > 1 the plain form subtracts nearly equal numbers.
	const Q = gap >= 0 ? (gap + root) / 2 : (2 * alpha * r) / (root - gap);
	if (!(Q > 0)) {
		throw new InputError({
			where: "trainTargets",
			wanted: "targets that are not all zero when noiseVariance is 0 and P >= N",
			got: `zeros for P = ${P} and N = ${width}`,
			advice: "The action has no stationary point; give a positive noiseVariance.",
		});
	}
	return chooseSaddlePoint([stationaryPoint(modes, targets, width, Math.log(Q), 0)], width);
}

function stationaryPoint(
	modes: Modes,
	targets: Float64Array,
	width: number,
	theta: number,
	iterations: number,
): StationaryPoint {
	const { action, slope, curvature, slopeScale } = scalarAction(modes, targets, width, theta);
	return {
		scale: Math.exp(theta),
		action,
		...(curvature > 0 && { logCurvature: Math.log(curvature) }),
		residual: Math.abs(slope),
		relativeResidual: Math.abs(slope) / slopeScale,
		iterations,
	};
}

/** Where |slope| is smallest: the last resort when no sign changes. */
function bestOfGrid(slope: (theta: number) => number) {
	let x = 0;
	for (let i = 0; i <= 80; i++) {
		const theta = -LARGEST_LOG_SCALE + i * 0.5;
		if (Math.abs(slope(theta)) < Math.abs(slope(x))) x = theta;
	}
	return { x, iterations: 0 };
}
