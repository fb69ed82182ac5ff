import type { Engine, RandomState } from "@finitude/engine";
import { squaredNorm } from "./block-operations.ts";
import type { ChainPoint, Coordinates } from "./coordinates.ts";
import type { ScalarFunctions } from "./scalar-functions.ts";
import { acceptanceOf } from "./static-trajectory.ts";
import { DIVERGENCE_THRESHOLD, integrate, type Trajectory } from "./trajectory.ts";

/** A run of consecutive points of the motion, in the order of time. */
interface Tree {
	/** Momenta of its first and last points, and the sum over all its points. */
	readonly first: Float64Array;
	readonly last: Float64Array;
	readonly sum: Float64Array;
	/** log of the sum of exp(-energy error) over its points. */
	readonly logWeight: number;
	/** One of its points, drawn in proportion to exp(-energy error). */
	readonly drawn: { readonly point: ChainPoint; readonly energyError: number };
}

/** Where the motion goes on from. */
interface End {
	readonly position: Float64Array;
	readonly momentum: Float64Array;
	readonly gradient: Float64Array;
}

type Direction = 1 | -1;

/**
 * The No-U-Turn sampler (Hoffman and Gelman 2014, arXiv 1111.4246) with multinomial sampling of the trajectory's points: Betancourt
 * 2017, arXiv 1701.02434, appendix A.3. The trajectory doubles in a random direction of time until the sum of its momenta makes a right or
 * blunt angle with the momentum at one of its ends, in it, in one of its subtrees, or across the joint of two subtrees.
 * Subtrees draw their point by weight; a doubling moves on to its own point with probability min(1, its weight / the rest's).
 *
 * @param length entries of the position
 * @param maxDepth doublings at most: 2^maxDepth - 1 gradients
 */
export function createNoUTurnTrajectory(
	engine: Engine,
	length: number,
	maxDepth: number,
	scalar: ScalarFunctions,
): Trajectory {
	const momentum = engine.allocate(length);
	const uniforms = engine.allocate(1);
	const uniform = (stream: RandomState) => {
		engine.fillUniform(stream, uniforms);
		return uniforms.data[0]!;
	};
	const logSum = (a: number, b: number) =>
		Math.max(a, b) + scalar.log(1 + acceptanceOf(Math.abs(a - b), scalar));

	/** Two neighbouring runs as one that has drawn a given point; undefined where it turns back on itself. */
	const joined = (earlier: Tree, later: Tree, drawn: Tree["drawn"]): Tree | undefined => {
		const sum = plus(earlier.sum, later.sum);
		const turns =
			turnsBack(earlier.first, later.last, sum) ||
			turnsBack(earlier.first, later.first, plus(earlier.sum, later.first)) ||
			turnsBack(earlier.last, later.last, plus(earlier.last, later.sum));
		if (turns) return undefined;
		const logWeight = logSum(earlier.logWeight, later.logWeight);
		return { first: earlier.first, last: later.last, sum, logWeight, drawn };
	};

	return {
		sample(coordinates: Coordinates, from, stepSize, stream) {
			const { force } = coordinates;
			const kinetic = () => (squaredNorm(force.position) + squaredNorm(momentum)) / 2;
			engine.fillNormal(stream, momentum);
			const before = coordinates.enter(from) + kinetic();
			let evaluations = 0;
			let acceptance = 0;
			let divergent = false;

			/** One step further; undefined where it diverges. */
			const leaf = (direction: Direction): Tree | undefined => {
				const end = integrate(force, momentum, direction * stepSize, 1);
				const error = end + kinetic() - before;
				const energyError = Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
				evaluations++;
				acceptance += acceptanceOf(energyError, scalar);
				if (energyError > DIVERGENCE_THRESHOLD) {
					divergent = true;
					return undefined;
				}
				const p = momentum.data.slice();
				const drawn = { point: coordinates.leave(end), energyError };
				return { first: p, last: p, sum: p, logWeight: -energyError, drawn };
			};

			/** 2^depth steps further; undefined where they diverge or turn back. */
			const grown = (depth: number, direction: Direction): Tree | undefined => {
				if (depth === 0) return leaf(direction);
				const near = grown(depth - 1, direction);
				const far = near && grown(depth - 1, direction);
				if (near === undefined || far === undefined) return undefined;
				const share = far.logWeight - logSum(near.logWeight, far.logWeight);
				const { drawn } = uniform(stream) < acceptanceOf(-share, scalar) ? far : near;
				return direction === 1 ? joined(near, far, drawn) : joined(far, near, drawn);
			};

			const endHere = (): End => ({
				position: force.position.data.slice(),
				momentum: momentum.data.slice(),
				gradient: force.gradient.data.slice(),
			});
			const goTo = ({ position, momentum: p, gradient }: End) => {
				force.position.data.set(position);
				momentum.data.set(p);
				force.gradient.data.set(gradient);
			};

			const start = endHere();
			const ends = new Map<Direction, End>([
				[1, start],
				[-1, start],
			]);
			const p = start.momentum;
			let tree: Tree | undefined = {
				first: p,
				last: p,
				sum: p,
				logWeight: 0,
				drawn: { point: from, energyError: 0 },
			};
			let { drawn } = tree;
			let depth = 0;
			for (; tree !== undefined && depth < maxDepth; depth++) {
				const direction: Direction = uniform(stream) < 0.5 ? 1 : -1;
				goTo(ends.get(direction)!);
				const further = grown(depth, direction);
				if (further === undefined) {
					tree = undefined;
					break;
				}
				ends.set(direction, endHere());
				if (uniform(stream) < acceptanceOf(tree.logWeight - further.logWeight, scalar)) drawn = further.drawn;
				tree = direction === 1 ? joined(tree, further, drawn) : joined(further, tree, drawn);
			}
			return {
				point: drawn.point,
				acceptance: acceptance / evaluations,
				divergent,
				energyError: drawn.energyError,
				gradientEvaluations: evaluations,
				shortened: tree !== undefined,
			};
		},
	};
}

function plus(a: Float64Array, b: Float64Array): Float64Array {
	return a.map((x, i) => x + b[i]!);
}

/** Whether one of the momenta at the ends makes no acute angle with the sum of the momenta between them. */
function turnsBack(first: Float64Array, last: Float64Array, sum: Float64Array): boolean {
	let [atFirst, atLast] = [0, 0];
	for (let i = 0; i < sum.length; i++) {
		atFirst += first[i]! * sum[i]!;
		atLast += last[i]! * sum[i]!;
	}
	return atFirst <= 0 || atLast <= 0;
}
