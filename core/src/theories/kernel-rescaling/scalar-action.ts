/**
 * The product q = Q_1 ... Q_L of the scales of all layers in front of the prior kernel: its action, equations (1)-(3), (10) and
 * (11) of docs/theories/kernel-rescaling.md, and its stationary points. Without the determinant it is the action of the tree of
 * docs/theories/multi-scale.md, equations (7) and (9).
 */
import { InputError } from "../../errors.ts";
import { scanRoots } from "../root-finding.ts";
import type { Modes } from "./modes.ts";
import { chooseSaddlePoint, type SaddlePoint, type StationaryPoint } from "./saddle-point.ts";

/** Of what the action is made. */
export interface ActionTerms {
	/** log det A, from the fluctuations of the outputs; without it their saddle point alone is left. */
	readonly logDeterminant: boolean;
}

export const COMPLETE: ActionTerms = { logDeterminant: true };

export interface ScalarAction {
	/** Q_1 ... Q_L. */
	readonly scales: readonly number[];
	/** S_tot. */
	readonly action: number;
	/** dS_tot/dlog Q_l, the same for every layer. */
	readonly slope: number;
	/** log det of the Hessian in (log Q_1 .. log Q_L), each row and column divided by the root of its width; undefined where
	 * the determinant is not positive. */
	readonly logCurvature?: number;
	/** The variance of log q under Laplace's method; with `logCurvature`. */
	readonly logScaleVariance?: number;
	/** Sum of the absolute values of the terms of `slope`: what its rounding error is measured against. */
	readonly slopeScale: number;
}

/**
 * S_tot = sum_l N_l (Q_l - log Q_l) + log det A + y^T A^-1 y, A = q K + B. It depends on the product only beside its first
 * terms, so that all N_l (Q_l - 1) are equal at a stationary point: x, say. They are given by u = log Q of the narrowest layer.
 *
 * @param targets y in the coordinates of the modes
 * @param widths N_1 ... N_L
 */
export function scalarAction(
	modes: Modes,
	targets: Float64Array,
	widths: readonly number[],
	u: number,
	{ logDeterminant }: ActionTerms = COMPLETE,
): ScalarAction {
	const { signal, noise, logDeterminantShift } = modes;
	const spread = logDeterminant ? 1 : 0;
	const { narrowest, x, scales } = equalShifts(widths, u);
	const logScales = widths.map((width) => (width === narrowest ? u : Math.log1p(x / width)));
	const logProduct = sum(logScales);
	const q = Math.exp(logProduct);
	let [energy, trace, pull, bend] = [spread * logDeterminantShift, 0, 0, 0];
	for (let k = 0; k < signal.length; k++) {
		const m = noise[k]!;
		const ql = q * signal[k]!;
		const a = m + ql;
		const square = targets[k]! ** 2;
		energy += (logDeterminant ? Math.log(a) : 0) + square / a;
		trace += (spread * ql) / a;
		pull += (square * ql) / (a * a);
		bend += (spread * ql * m) / (a * a) - (square * ql * (m - ql)) / (a * a * a);
	}
	const softness = sum(widths.map((width, l) => 1 / (width * scales[l]!)));
	const determinantRatio = 1 + bend * softness;
	return {
		scales,
		action: sum(widths.map((width, l) => width * (scales[l]! - logScales[l]!))) + energy,
		slope: x + trace - pull,
		...(determinantRatio > 0 && {
			logCurvature: logProduct + Math.log(determinantRatio),
			logScaleVariance: (2 * softness) / determinantRatio,
		}),
		slopeScale: narrowest * (scales[widths.indexOf(narrowest)]! + 1) + trace + pull,
	};
}

/** x = N_l (Q_l - 1), the same for every layer, and all Q_l where the narrowest one has log Q = u. */
function equalShifts(widths: readonly number[], u: number) {
	const narrowest = Math.min(...widths);
	const x = narrowest * Math.expm1(u);
	// Beside 1, x/N is lost where u is very negative.
	const scales = widths.map((width) => (width === narrowest ? Math.exp(u) : 1 + x / width));
	return { narrowest, x, scales };
}

const product = (numbers: readonly number[]) => numbers.reduce((a, b) => a * b, 1);

/** The slope alone, as a function of u: the scan asks for it thousands of times, and its sums need no logarithms. */
function createSlope(
	{ signal, noise }: Modes,
	targets: Float64Array,
	widths: readonly number[],
	{ logDeterminant }: ActionTerms,
): (u: number) => number {
	const squares = targets.map((y) => y * y);
	const spread = logDeterminant ? 1 : 0;
	return (u) => {
		const { x, scales } = equalShifts(widths, u);
		const q = product(scales);
		let slope = x;
		for (let k = 0; k < signal.length; k++) {
			const ql = q * signal[k]!;
			const a = noise[k]! + ql;
			slope += (ql / a) * (spread - squares[k]! / a);
		}
		return slope;
	};
}

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);

/** log Q of the narrowest layer is searched from -20: in the mean-field scaling the data can ask for Q far from 1. */
const SMALLEST_LOG_SCALE = -20;
/** The search reaches e^-60 if the action does not rise outward at the former, and never beyond e^60. */
const LAST_LOG_SCALE = 60;
/** Steps in the log of the product of all scales are at most this long. */
const SCAN_STEP = 0.005;

/** Every stationary point that the closed form of one layer without noise gives, else the scan. */
export function rescaleProduct(modes: Modes, targets: Float64Array, widths: readonly number[]): SaddlePoint {
	const noiseless = modes.noise.every((variance) => variance === 0);
	return noiseless && widths.length === 1
		? rescaleWithoutNoise(modes, targets, widths[0]!)
		: rescaleByScan(modes, targets, widths);
}

/**
 * Every stationary point of the action with e^-20 < Q < e^60 in the narrowest layer, the one of lowest action among the minima
 * chosen. The range grows to e^-60 where the action does not rise outward at its lower end.
 */
export function rescaleByScan(
	modes: Modes,
	targets: Float64Array,
	widths: readonly number[],
	terms: ActionTerms = COMPLETE,
): SaddlePoint {
	const slope = createSlope(modes, targets, widths, terms);
	const to = largestLogScale(modes, targets, widths);
	// Without the determinant only the targets change the scales, upward.
	const from = !terms.logDeterminant
		? -SCAN_STEP
		: slope(SMALLEST_LOG_SCALE) > 0
			? -LAST_LOG_SCALE
			: SMALLEST_LOG_SCALE;
	const roots = scanRoots(slope, from, to, SCAN_STEP / widths.length);
	const candidates = roots.length > 0 ? roots : [bestOfGrid(slope, from, to)];
	return chooseSaddlePoint(
		candidates.map(({ x, iterations }) => stationaryPoint(modes, targets, widths, x, iterations, terms)),
	);
}

/**
 * Above it log Q of the narrowest layer has no stationary point. There N (Q - 1) is at most the pull of the targets, and for q >= 1
 * each mode pulls with y_k^2 q l / (m + q l)^2 <= min(y_k^2 / 4m, y_k^2 / l).
 */
function largestLogScale({ signal, noise }: Modes, targets: Float64Array, widths: readonly number[]): number {
	let pull = 0;
	for (let k = 0; k < signal.length; k++) {
		if (signal[k]! > 0) pull += targets[k]! ** 2 / Math.max(4 * noise[k]!, signal[k]!);
	}
	// One step more: the bound itself may be the root.
	return Math.min(Math.log1p(pull / Math.min(...widths)) + SCAN_STEP, LAST_LOG_SCALE);
}

/**
 * One layer without noise, equation (5): with alpha = P/N and r = y^T K^-1 y / P, the one stationary point is
 * Q = [(1 - alpha) + sqrt((1 - alpha)^2 + 4 alpha r)] / 2.
 */
function rescaleWithoutNoise(modes: Modes, targets: Float64Array, width: number): SaddlePoint {
	const P = targets.length;
	const alpha = P / width;
	const r = targets.reduce((sum, y, k) => sum + y ** 2 / modes.signal[k]!, 0) / P;
	const gap = 1 - alpha;
	const root = Math.sqrt(gap * gap + 4 * alpha * r);
	// For alpha > 1 the plain form subtracts nearly equal numbers.
	const Q = gap >= 0 ? (gap + root) / 2 : (2 * alpha * r) / (root - gap);
	return chooseSaddlePoint([stationaryPoint(modes, targets, [width], Math.log(Q), 0)]);
}

/**
 * @param width of the narrowest layer
 * @throws InputError when noise and targets are zero and P >= N: the action then falls without end as Q goes to 0.
 */
export function requireStationaryPoint(targets: Float64Array, width: number): void {
	const P = targets.length;
	if (P < width || targets.some((y) => y !== 0)) return;
	throw new InputError({
		where: "trainTargets",
		wanted: "targets that are not all zero when noiseVariance is 0 and P >= N",
		got: `zeros for P = ${P} and N = ${width}`,
		advice: "The action has no stationary point; give a positive noiseVariance.",
	});
}

function stationaryPoint(
	modes: Modes,
	targets: Float64Array,
	widths: readonly number[],
	u: number,
	iterations: number,
	terms: ActionTerms = COMPLETE,
): StationaryPoint {
	const { scales, action, slope, logCurvature, slopeScale } = scalarAction(modes, targets, widths, u, terms);
	return {
		scale: product(scales),
		scales,
		action,
		...(logCurvature !== undefined && { logCurvature }),
		residual: Math.abs(slope),
		relativeResidual: Math.abs(slope) / slopeScale,
		iterations,
	};
}

/** Where |slope| is smallest: the last resort when no sign changes. */
function bestOfGrid(slope: (u: number) => number, from: number, to: number) {
	let x = to;
	for (let i = 0; i < 80; i++) {
		const u = from + ((to - from) * i) / 80;
		if (Math.abs(slope(u)) < Math.abs(slope(x))) x = u;
	}
	return { x, iterations: 0 };
}
