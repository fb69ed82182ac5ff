/** The action of a matrix of scales on the manifold of positive definite matrices. */
import { type Engine, identity, type Matrix, matrix, multiply, plus, symmetricEigen } from "@finitude/engine";
import type { MatrixScale } from "../../../matrix-scale/matrix-scale.ts";

/** Which matrices Q are allowed: all positive definite ones, diagonal ones, or multiples of the identity. */
export type Restriction = "matrix" | "diagonal" | "scalar";

/** What the action is made of. */
export interface MatrixProblem {
	readonly engine: Engine;
	readonly model: MatrixScale;
	/** N. */
	readonly width: number;
	readonly restriction: Restriction;
	/** An orthonormal basis Theta_a of the symmetric matrices along which Q may move. */
	readonly basis: readonly Matrix[];
}

export function matrixProblem(
	engine: Engine,
	model: MatrixScale,
	width: number,
	restriction: Restriction,
): MatrixProblem {
	return { engine, model, width, restriction, basis: basisOf(restriction, model.size) };
}

/**
 * Q = F F^T with log det Q. A tangent vector at Q is F Theta F^T with a symmetric Theta; moving along it to
 * F e^(Theta/2) (F e^(Theta/2))^T follows a geodesic of the invariant metric tr (Q^-1 dQ)^2, and carries the coordinates Theta of
 * other tangent vectors along unchanged (parallel transport).
 */
export interface Frame {
	readonly factor: Matrix;
	readonly logDeterminant: number;
}

/** V diag(scales) V^T as a frame. */
export function frameOf(vectors: Matrix, scales: Float64Array): Frame {
	const n = vectors.rows;
	return {
		factor: matrix(
			n,
			n,
			vectors.data.map((v, e) => v * Math.sqrt(scales[e % n]!)),
		),
		logDeterminant: scales.reduce((sum, q) => sum + Math.log(q), 0),
	};
}

/** The frame after a step with coordinates x in the basis. */
export function moved({ engine, basis }: MatrixProblem, frame: Frame, x: Float64Array): Frame {
	const n = frame.factor.rows;
	const theta = matrix(n, n);
	basis.forEach((direction, a) => {
		for (let e = 0; e < n * n; e++) theta.data[e]! += x[a]! * direction.data[e]!;
	});
	const { values, vectors } = symmetricEigen(engine, theta);
	const scaled = matrix(
		n,
		n,
		vectors.data.map((v, e) => v * Math.exp(values[e % n]! / 2)),
	);
	const step = multiply(engine, scaled, vectors, { transposeB: true });
	return {
		factor: multiply(engine, frame.factor, step),
		logDeterminant: frame.logDeterminant + values.reduce((sum, value) => sum + value, 0),
	};
}

export interface ActionPoint {
	readonly frame: Frame;
	/** Q. */
	readonly scales: Matrix;
	/** S. */
	readonly action: number;
	/** dS along each direction of the basis. */
	readonly gradient: Float64Array;
	/** Largest absolute entry of the gradient. */
	readonly residual: number;
	/** Largest of the gradient's entries, each in units of the sizes of its terms. */
	readonly relativeResidual: number;
	/** F^T (dS/dQ + Q^-1) F: what multiplies Theta^2 in the second derivative. */
	readonly bend: Matrix;
}

/**
 * S(Q) = tr Q - log det Q + E(Q)/N with its gradient: equations (13), (14) and (16) of docs/theories/kernel-rescaling.md.
 *
 * @returns undefined where the covariance of the targets is not positive definite
 */
export function actionAt(
	{ engine, model, width, basis }: MatrixProblem,
	frame: Frame,
): ActionPoint | undefined {
	const { factor, logDeterminant } = frame;
	const n = factor.rows;
	const scales = multiply(engine, factor, factor, { transposeB: true });
	const slope = model.slope(scales);
	if (slope === undefined || !Number.isFinite(slope.energy)) return undefined;
	const inFrame = (m: Matrix) =>
		multiply(engine, multiply(engine, factor, m, { transposeA: true }), factor, { alpha: 1 / width });
	const prior = multiply(engine, factor, factor, { transposeA: true });
	const [spread, pull] = [inFrame(slope.spread), inFrame(slope.pull)];
	const bend = matrix(
		n,
		n,
		prior.data.map((x, e) => x + spread.data[e]! - pull.data[e]!),
	);
	// All three are positive semidefinite: their diagonals bound their entries.
	const size = Float64Array.from({ length: n }, (_, i) =>
		Math.sqrt(prior.data[i * n + i]! + 1 + spread.data[i * n + i]! + pull.data[i * n + i]!),
	);
	const gradient = new Float64Array(basis.length);
	let [residual, relativeResidual] = [0, 0];
	basis.forEach((direction, a) => {
		let [sum, terms] = [0, 0];
		for (let i = 0; i < n; i++) {
			for (let j = 0; j < n; j++) {
				const theta = direction.data[i * n + j]!;
				sum += theta * (bend.data[i * n + j]! - (i === j ? 1 : 0));
				terms += Math.abs(theta) * size[i]! * size[j]!;
			}
		}
		gradient[a] = sum;
		residual = Math.max(residual, Math.abs(sum));
		relativeResidual = Math.max(relativeResidual, Math.abs(sum) / terms);
	});
	let trace = 0;
	for (let i = 0; i < n; i++) trace += prior.data[i * n + i]!;
	const action = trace - logDeterminant + slope.energy / width;
	return { frame, scales, action, gradient, residual, relativeResidual, bend };
}

/**
 * The Hessian of S along Q(t) = F e^(t Theta) F^T in the basis, equation (17): with Z = F Theta F^T,
 * H(Theta, Theta) = tr(bend Theta^2) + d2E[Z, Z] / N.
 */
export function actionHessian({ engine, model, width, basis }: MatrixProblem, point: ActionPoint): Matrix {
	const { frame, scales, bend } = point;
	const { factor } = frame;
	const n = factor.rows;
	const energy = model.curvature(
		scales,
		basis.map((direction) =>
			multiply(engine, multiply(engine, factor, direction), factor, { transposeB: true }),
		),
	);
	const directions = matrix(basis.length, n * n);
	const images = matrix(basis.length, n * n);
	basis.forEach((direction, a) => {
		directions.data.set(direction.data, a * n * n);
		const [left, right] = [multiply(engine, bend, direction), multiply(engine, direction, bend)];
		images.data.set(
			left.data.map((x, e) => (x + right.data[e]!) / 2),
			a * n * n,
		);
	});
	return plus(
		multiply(engine, directions, images, { transposeB: true }),
		matrix(
			basis.length,
			basis.length,
			energy.data.map((x) => x / width),
		),
	);
}

function basisOf(restriction: Restriction, n: number): Matrix[] {
	if (restriction === "scalar") {
		return [
			matrix(
				n,
				n,
				identity(n).data.map((x) => x / Math.sqrt(n)),
			),
		];
	}
	const basis: Matrix[] = [];
	for (let i = 0; i < n; i++) {
		for (let j = restriction === "diagonal" ? i : 0; j <= i; j++) {
			const direction = matrix(n, n);
			direction.data[i * n + j] = direction.data[j * n + i] = i === j ? 1 : Math.SQRT1_2;
			basis.push(direction);
		}
	}
	return basis;
}
