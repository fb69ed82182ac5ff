/** What the scan measures of one network at one weight deviation. */
import { dot, type Engine, type Matrix, matrix, multiply } from "@finitude/engine";
import { priorKernels } from "../../kernels/prior-kernels.ts";
import { kernelAlignment } from "../../probes/kernel-alignment.ts";
import type { Problem } from "../../problem/problem.ts";
import { conjugateKernels } from "../../theories/map-kernels/conjugate-kernels.ts";
import { exactContraction } from "../../theories/map-kernels/exact-contraction.ts";
import { firstOrderChanges } from "../../theories/map-kernels/first-order-kernels.ts";
import { forwardResponse } from "../../theories/map-kernels/forward-response.ts";
import { infiniteWidthKernels, type KernelMap, kernelMaps } from "../../theories/map-kernels/layers.ts";
import { expansionParameter, relativeChange } from "../../theories/map-kernels/validity.ts";
import { outputConjugate } from "../../theories/output-force.ts";

export interface DepthPoint {
	/** Mean absolute entry of K's answer, off the diagonal, to a uniform source off the diagonal at C^(0). */
	readonly response: number;
	/** |Ct^(1)| / |Ct^(L)|: how much of the force of the data reaches the first layer. */
	readonly backwardResponse: number;
	/** |dK| / |K| */
	readonly relativeKernelChange: number;
	/** tr(Y^T dK Y) / P^2 */
	readonly projectedKernelChange: number;
	/** Absent where the targets or the kernel are constant over the points. */
	readonly alignmentPrior?: number;
	readonly alignmentSlope?: number;
	/** |Ct^(l)|, l = 1..L. */
	readonly conjugateNorms: readonly number[];
	/** P max |eigenvalue of Ct^(L)| g/N: first order wants it below 0.3. */
	readonly expansion: number;
}

/**
 * Responses and the strict first order at the infinite-width kernels, (3)-(6) of docs/analyses/criticality.md.
 *
 * @param problem a dense network of erf, relu or linear units, and no test points
 * @throws InputError when K + kappa I is singular
 */
export function depthPoint(engine: Engine, problem: Omit<Problem, "testInputs" | "testTargets">): DepthPoint {
	const { network, trainTargets, noiseVariance } = problem;
	const layers = kernelMaps(network);
	const kernels = infiniteWidthKernels(priorKernels(engine, problem));
	const trains = kernels.map(({ train }) => train);
	const output = trains.at(-1)!;
	const top = outputConjugate(engine, output, trainTargets, noiseVariance);
	const conjugates = conjugateKernels(engine, layers, trains, top);
	const changes = firstOrderChanges(engine, layers, kernels, conjugates, (l, covariance, conjugate) =>
		exactContraction(engine, layers[l]!.activation, covariance, conjugate, false),
	);
	const change = changes.at(-1)!.train;
	const alignment = kernelAlignment(engine, output, trainTargets);
	const norms = conjugates.map(({ data }) => Math.sqrt(dot(data, data)));
	const projection = multiply(engine, change, trainTargets);
	return {
		response: uniformResponse(engine, layers, trains),
		backwardResponse: norms[0]! / norms.at(-1)!,
		relativeKernelChange: relativeChange(output, change),
		projectedKernelChange: dot(projection.data, trainTargets.data) / output.rows ** 2,
		...(alignment && { alignmentPrior: alignment.value, alignmentSlope: alignment.slope(change) }),
		conjugateNorms: norms,
		expansion: expansionParameter(engine, layers.at(-1)!, top),
	};
}

/** J_1, ..., J_L applied to the matrix of ones without its diagonal, which is set to zero after each of them. */
function uniformResponse(engine: Engine, layers: readonly KernelMap[], trains: readonly Matrix[]): number {
	const P = trains[0]!.rows;
	let source = withoutDiagonal(matrix(P, P, new Float64Array(P * P).fill(1)));
	layers.forEach((layer, l) => {
		source = withoutDiagonal(forwardResponse(engine, layer, { train: trains[l]! }, { train: source }).train);
	});
	return source.data.reduce((sum, x) => sum + Math.abs(x), 0) / (P * (P - 1));
}

function withoutDiagonal({ rows: P, data }: Matrix): Matrix {
	return matrix(
		P,
		P,
		data.map((x, k) => (k % (P + 1) === 0 ? 0 : x)),
	);
}
