/** The saddle of a deep network on fixed random points: a damped and extrapolated fixed point of the kernels. */
import { dot, type Engine, type Matrix, matrix } from "@finitude/engine";
import { relativeDistance } from "../../../../diagnostics/distance.ts";
import { andersonMixing } from "../../../anderson-mixing.ts";
import { type DeepIteration, type DeepPoints, type DeepProblem, iterateDeep } from "./deep-equations.ts";

export interface DeepSaddle extends DeepIteration {
	/** C^(1) ... C^(L). */
	readonly kernels: readonly Matrix[];
	readonly iterations: number;
	/** The largest |C_new - C| / |C| over the layers, Frobenius norms. */
	readonly residual: number;
	readonly converged: boolean;
}

export interface DeepSearch {
	/** Of all widths. */
	readonly widening?: number;
	/** The residual that is sought. */
	readonly accuracy: number;
}

/** Steps at most; fifty are usual without extrapolation. */
const MOST_STEPS = 300;

/** The fraction of each step that is taken: at most a half, since whole steps oscillate in the mean-field scaling. */
const [LARGEST_FRACTION, SMALLEST_FRACTION, SLOWER, FASTER] = [0.5, 0.005, 0.7, 1.05];

/** Steps below this fraction of the kernels are extrapolated from: further away the map is not linear enough. */
const ACCELERATED = 0.05;

/** Growth of an extrapolated step that is no reason to begin anew. */
const TOLERATED = 4;

/** @returns undefined where the equations do not exist at the start */
export function findDeepSaddle(
	engine: Engine,
	problem: DeepProblem,
	points: DeepPoints,
	start: readonly Matrix[],
	{ widening = 1, accuracy }: DeepSearch,
): DeepSaddle | undefined {
	const sizes = start.map(({ data }) => Math.sqrt(dot(data, data)) || 1);
	let best: DeepSaddle | undefined;
	let kernels = start;
	let accelerate = andersonMixing(engine);
	let fraction = LARGEST_FRACTION;
	let before = Number.POSITIVE_INFINITY;
	let retreat: (() => readonly Matrix[]) | undefined;
	for (let iterations = 0; iterations <= MOST_STEPS; iterations++) {
		const here = iterateDeep(engine, problem, points, kernels, widening);
		if (here === undefined) {
			// An extrapolated step may leave the domain, where a short one does not.
			if (retreat === undefined || fraction <= SMALLEST_FRACTION) break;
			fraction *= SLOWER;
			accelerate = andersonMixing(engine);
			kernels = retreat();
			continue;
		}
		const residual = Math.max(
			...here.next.map((next, l) => relativeDistance(next, kernels[l]!) ?? Number.POSITIVE_INFINITY),
		);
		if (best === undefined || residual < best.residual) {
			best = { ...here, kernels, iterations, residual, converged: residual <= accuracy };
		}
		if (best.converged) return best;
		// Along a direction in which the map repels, extrapolation arrives where damped steps do not: it may grow on its way.
		const grew = residual > (residual > ACCELERATED ? 1 : TOLERATED) * before;
		fraction = grew
			? Math.max(SMALLEST_FRACTION, SLOWER * fraction)
			: Math.min(LARGEST_FRACTION, FASTER * fraction);
		before = residual;
		if (grew || residual > ACCELERATED) accelerate = andersonMixing(engine);
		const [x, image] = [packed(kernels, sizes), packed(here.next, sizes)];
		const step = image.map((value, k) => value - x[k]!);
		retreat = () =>
			unpacked(
				x.map((value, k) => value + fraction * step[k]!),
				sizes,
				start[0]!.rows,
			);
		kernels = unpacked(accelerate(x, step, fraction), sizes, start[0]!.rows);
	}
	return best;
}

/** All layers as one vector, in units of their sizes. */
function packed(kernels: readonly Matrix[], sizes: readonly number[]): Float64Array {
	return Float64Array.from(kernels.flatMap(({ data }, l) => Array.from(data, (x) => x / sizes[l]!)));
}

function unpacked(x: Float64Array, sizes: readonly number[], P: number): Matrix[] {
	return sizes.map((size, l) =>
		matrix(
			P,
			P,
			x.subarray(l * P * P, (l + 1) * P * P).map((value) => size * value),
		),
	);
}
