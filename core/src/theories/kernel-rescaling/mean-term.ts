/** Activations with a mean: two scales, q of the fluctuating part and c of the mean, equations (8) and (9) of
 * docs/theories/kernel-rescaling.md. */

import { positiveCubicRoots } from "./cubic.ts";
import type { Modes } from "./modes.ts";
import { chooseSaddlePoint, type SaddlePoint, type StationaryPoint } from "./saddle-point.ts";

/** What the action is made of: the modes of Sigma = K - m m^T, with targets y and mean m in their coordinates. */
export interface MeanTermProblem {
	readonly modes: Modes;
	readonly targets: Float64Array;
	readonly mean: Float64Array;
	/** N. */
	readonly width: number;
}

export interface MeanTermAction {
	readonly action: number;
	/** dS/dp and dS/dq, p = 1/c - 1. */
	readonly gradient: readonly [number, number];
	/** S_pp, S_pq, S_qq. */
	readonly hessian: readonly [number, number, number];
	/** Sums of the absolute values of the terms of the gradient. */
	readonly scales: readonly [number, number];
}

/**
 * S(p, q) = -p q + log(1 + p) + (1/N) [log det A + y^T A^-1 y], A = B + q Sigma + c m m^T, c = 1/(1 + p).
 *
 * A is diagonal plus a matrix of rank one in the coordinates of the modes, so that A^-1 = D - tau v v^T with D = 1/a_k,
 * v = D m and tau = c / (1 + c mu), mu = m^T D m: O(P) for everything.
 */
export function meanTermAction(problem: MeanTermProblem, q: number, c: number): MeanTermAction {
	const { modes, targets, mean, width } = problem;
	const { signal, noise, logDeterminantShift } = modes;
	let [logDet, mu, nu, yDy] = [logDeterminantShift, 0, 0, 0];
	for (let k = 0; k < signal.length; k++) {
		const a = noise[k]! + q * signal[k]!;
		logDet += Math.log(a);
		mu += mean[k]! ** 2 / a;
		nu += (mean[k]! * targets[k]!) / a;
		yDy += targets[k]! ** 2 / a;
	}
	const damping = 1 + c * mu;
	const tau = c / damping;
	// In these coordinates: b = A^-1 y, v = D m, and A^-1 m = v / damping.
	let [trace, force, vSv, bSv, vSSv, bSDSb, traceSquare] = [0, 0, 0, 0, 0, 0, 0];
	for (let k = 0; k < signal.length; k++) {
		const l = signal[k]!;
		const a = noise[k]! + q * l;
		const v = mean[k]! / a;
		const b = targets[k]! / a - (tau * nu * mean[k]!) / a;
		trace += l / a;
		force += l * b * b;
		vSv += l * v * v;
		bSv += l * b * v;
		vSSv += (l * l * v * v) / a;
		bSDSb += (l * l * b * b) / a;
		traceSquare += (l / a) ** 2;
	}
	const mAm = mu / damping;
	const bm = nu / damping;
	const g = (mAm - bm * bm) / width;
	const sigmaTrace = trace - tau * vSv;
	const T = {
		meanMean: (-mAm * mAm + 2 * bm * bm * mAm) / width,
		sigmaMean: (-vSv / damping ** 2 + (2 * bSv * bm) / damping) / width,
		sigmaSigma: (-(traceSquare - 2 * tau * vSSv + (tau * vSv) ** 2) + 2 * (bSDSb - tau * bSv * bSv)) / width,
	};
	const p = 1 / c - 1;
	return {
		action: -p * q - Math.log(c) + (logDet + Math.log(damping) + yDy - tau * nu * nu) / width,
		gradient: [-q + c - c * c * g, -p + (sigmaTrace - force) / width],
		hessian: [-c * c + c ** 4 * T.meanMean + 2 * c ** 3 * g, -1 - c * c * T.sigmaMean, T.sigmaSigma],
		scales: [q + c + (c * c * (mAm + bm * bm)) / width, 1 / c + 1 + (trace + tau * vSv + force) / width],
	};
}

/**
 * A stationary point is one that Newton's method would not leave by more than this in log q and log c. At width 1 the
 * equations also flatten out as c grows without end, where residuals are small beside their terms and there is no root.
 * Rounding leaves steps of the square root of the rounding unit, 1e-8, where two roots are about to merge.
 */
const LARGEST_REMAINING_STEP = 1e-6;

/** log q is scanned in [-20, 20]; between neighbors of this grid Newton's method starts. It keeps log c in there too. */
const LARGEST_LOG_SCALE = 20;
const SCAN_STEP = 0.02;

/**
 * Every stationary point that the scan sees. At fixed q the equation dS/dp = 0 is a cubic in c, so that dS/dq is left as a
 * function of q on at most three branches; Newton's method in (log q, log c) starts wherever it changes sign, and where
 * branches appear or end. A point counts when -det H > 0 (the integral over (p, q) is then Gaussian there); the one of
 * lowest action is chosen.
 */
export function rescaleWithMean(problem: MeanTermProblem): SaddlePoint {
	const found: StationaryPoint[] = [];
	for (const [logQ, logC] of scanStarts(problem)) {
		const point = newton(problem, logQ, logC);
		const known = found.some(
			(other) =>
				// Newton's method reaches the same point to about the square root of the tolerance at worst.
				Math.abs(Math.log(other.scale / point.scale)) < 1e-5 &&
				Math.abs(Math.log(other.meanScale! / point.meanScale!)) < 1e-5,
		);
		if (!known) found.push(point);
	}
	return chooseSaddlePoint(found);
}

interface Branches {
	readonly theta: number;
	/** c and dS/dq of each branch, ascending in c. */
	readonly points: readonly { readonly c: number; readonly slope: number }[];
}

function scanStarts(problem: MeanTermProblem): [number, number][] {
	const starts: [number, number][] = [];
	const start = ({ theta, points }: Branches) => {
		for (const { c } of points) starts.push([theta, Math.log(c)]);
	};
	let before = branchesAt(problem, -LARGEST_LOG_SCALE);
	let closest = before;
	const distance = ({ points }: Branches) => Math.min(...points.map(({ slope }) => Math.abs(slope)));
	for (let i = 1; i <= Math.round((2 * LARGEST_LOG_SCALE) / SCAN_STEP); i++) {
		const here = branchesAt(problem, -LARGEST_LOG_SCALE + i * SCAN_STEP);
		if (distance(here) < distance(closest)) closest = here;
		if (here.points.length !== before.points.length) {
			start(before);
			start(here);
		} else {
			here.points.forEach(({ c, slope }, branch) => {
				if (slope * before.points[branch]!.slope <= 0) starts.push([here.theta, Math.log(c)]);
			});
		}
		before = here;
	}
	if (starts.length === 0) start(closest);
	// Without a branch anywhere: from the prior, so that the answer has a residual to show.
	return starts.length > 0 ? starts : [[0, 0]];
}

/** The roots c > 0 of q = c - c^2 g(q, c), with g written out: a cubic that is -q < 0 at c = 0. */
function branchesAt(problem: MeanTermProblem, theta: number): Branches {
	const { modes, targets, mean, width } = problem;
	const q = Math.exp(theta);
	let [mu, nu] = [0, 0];
	for (let k = 0; k < mean.length; k++) {
		const a = modes.noise[k]! + q * modes.signal[k]!;
		mu += mean[k]! ** 2 / a;
		nu += (mean[k]! * targets[k]!) / a;
	}
	const roots = positiveCubicRoots(
		mu * mu * (1 - 1 / width),
		2 * mu + (nu * nu - mu) / width - q * mu * mu,
		1 - 2 * q * mu,
		-q,
	);
	return { theta, points: roots.map((c) => ({ c, slope: meanTermAction(problem, q, c).gradient[1] })) };
}

/**
 * Newton's method on the gradient, steps of at most 1 in both logarithms, halved until the residual falls. It ends where a
 * step would leave the range of the scan.
 */
function newton(problem: MeanTermProblem, logQ: number, logC: number): StationaryPoint {
	let [x, z] = [logQ, logC];
	let here = meanTermAction(problem, Math.exp(x), Math.exp(z));
	let iterations = 0;
	while (iterations < 100) {
		const [stepX, stepZ] = newtonStep(here, Math.exp(x), Math.exp(z));
		const limit = Math.min(1, 1 / Math.max(Math.abs(stepX), Math.abs(stepZ)));
		let factor = limit;
		let next = here;
		do {
			next = meanTermAction(problem, Math.exp(x + factor * stepX), Math.exp(z + factor * stepZ));
			if (relativeResidual(next) < relativeResidual(here)) break;
			factor /= 2;
		} while (factor > 1e-8 * limit);
		if (!(relativeResidual(next) < relativeResidual(here))) break;
		if (Math.max(Math.abs(x + factor * stepX), Math.abs(z + factor * stepZ)) > LARGEST_LOG_SCALE) break;
		[x, z, here] = [x + factor * stepX, z + factor * stepZ, next];
		iterations++;
	}
	const [pp, pq, qq] = here.hessian;
	const minusDeterminant = pq * pq - pp * qq;
	const remainingStep = Math.hypot(...newtonStep(here, Math.exp(x), Math.exp(z)));
	const residual = Math.max(Math.abs(here.gradient[0]), Math.abs(here.gradient[1]));
	return {
		scale: Math.exp(x),
		scales: [Math.exp(x)],
		meanScale: Math.exp(z),
		action: problem.width * here.action,
		...(minusDeterminant > 0 && { logCurvature: Math.log(minusDeterminant) }),
		residual,
		relativeResidual:
			remainingStep <= LARGEST_REMAINING_STEP ? relativeResidual(here) : Math.max(1, relativeResidual(here)),
		iterations,
	};
}

function relativeResidual({ gradient, scales }: MeanTermAction): number {
	return Math.max(Math.abs(gradient[0]) / scales[0], Math.abs(gradient[1]) / scales[1]);
}

/** Solves the linearized equations for the changes of log q and log c (dp = -dlog c / c, dq = q dlog q). */
function newtonStep({ gradient, hessian }: MeanTermAction, q: number, c: number): [number, number] {
	const [pp, pq, qq] = hessian;
	const [fp, fq] = gradient;
	const determinant = pp * qq - pq * pq;
	const stepP = (-fp * qq + fq * pq) / determinant;
	const stepQ = (-fq * pp + fp * pq) / determinant;
	return [stepQ / q, -c * stepP];
}
