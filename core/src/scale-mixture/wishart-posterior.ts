/** The posterior of a 2 x 2 matrix of scales: two outputs of a linear layer, or two positions of a linear convolution. */
import type { ScalarFunctions } from "../samplers/scalar-functions.ts";
import { climb, type Mode } from "./climb.ts";
import { type LatticeLaw, normalized, refined } from "./lattice-law.ts";
import { logScaleDensity } from "./log-scale-density.ts";

/** A lower triangular factor of Q = F F^T: F = [[first, 0], [lower, second]]. */
export interface ScaleFactor {
	readonly first: number;
	readonly lower: number;
	readonly second: number;
}

export interface WishartPosterior extends LatticeLaw {
	/** F at a node. */
	factorAt(node: number): ScaleFactor;
}

/** log p(y | Q) up to a constant. */
export type ScaleFactorLikelihood = (factor: ScaleFactor) => number;

/** Nodes below e^-30, 1e-13 of the highest, are left out. */
const LOWEST = -30;

/** First step of the lattice, in Laplace standard deviations: the trapezoidal error of a Gaussian is then 2e-8. */
const FIRST_STEP = 1;

/** Of the log evidence when the step is doubled, unless less is asked for: the step itself is then good to about 2e-9. */
export const LARGEST_RESIDUAL = 5e-5;

/** Where the search for modes begins, in each of the two log scales: from a thousandth of the prior's scale to 20 times it. */
const STARTS = [-7, -3, 0, 3];

/**
 * Equation (5) of docs/samplers/exact.md: Q ~ Wishart_2(N, I/N) has Bartlett's factor F with F_11^2 ~ chi2_N/N, F_22^2 ~ chi2_{N-1}/N
 * and F_21 ~ N(0, 1/N). The trapezoidal rule in x = (log F_11^2, F_21, log F_22^2), on a lattice along the axes of Laplace's
 * covariance at the highest mode. Its nodes are found by filling outward from every mode, neighbor by neighbor, as long as the
 * density is above e^-30 of the peak: they follow the exponential tails of the log scales without a box.
 *
 * @param width N >= 2
 * @param mostNodes where a finer step would take more the law is returned as it is, with its residual; where the first step
 * would, there is none
 */
export function createWishartPosterior(
	scalar: ScalarFunctions,
	width: number,
	mostNodes: number,
	largestResidual = LARGEST_RESIDUAL,
): (likelihood: ScaleFactorLikelihood) => WishartPosterior | undefined {
	const first = logScaleDensity(scalar, width, width);
	const second = logScaleDensity(scalar, width - 1, width);
	const lowerConstant = scalar.log(width / (2 * Math.PI)) / 2;
	const factorOf = ([u, t, v]: readonly number[]): ScaleFactor => ({
		first: scalar.exp(u! / 2),
		lower: t!,
		second: scalar.exp(v! / 2),
	});
	return (likelihood) => {
		const density = (x: readonly number[]) => {
			const prior = first(x[0]!) + second(x[2]!) + lowerConstant - (width / 2) * x[1]! ** 2;
			// A step of the search for modes may go to where the scales overflow, and the likelihood has no value.
			return prior > Number.NEGATIVE_INFINITY ? prior + likelihood(factorOf(x)) : Number.NEGATIVE_INFINITY;
		};
		const deviations = [Math.sqrt(2 / width), Math.sqrt(1 / width), Math.sqrt(2 / (width - 1))];
		const modes = STARTS.flatMap((u) => STARTS.map((v) => climb(density, [u, 0, v], deviations)));
		const highest = modes.reduce((a, b) => (b.value > a.value ? b : a));
		return refined(FIRST_STEP, largestResidual, (step) => {
			const lattice = latticeAt(highest, step);
			const filled = fill(
				(i, j, k) => density(lattice.point(i, j, k)),
				modes.map((mode) => lattice.nearest(mode.place)),
				mostNodes,
			);
			if (filled === undefined) return undefined;
			const { nodes, values } = filled;
			return {
				...normalized(scalar, values, scalar.log(lattice.cell)),
				factorAt: (node: number) => factorOf(lattice.point(...nodes[node]!)),
			};
		});
	};
}

/** Three integers: a node. */
type Node = readonly [number, number, number];

/** x = mode + step C n with C C^T Laplace's covariance, C upper triangular. */
function latticeAt({ place, axes }: Mode, step: number) {
	const c = axes.map((row) => row.map((x) => x * step));
	return {
		cell: c[0]![0]! * c[1]![1]! * c[2]![2]!,
		// C is upper triangular.
		point: (i: number, j: number, k: number) => [
			place[0]! + c[0]![0]! * i + c[0]![1]! * j + c[0]![2]! * k,
			place[1]! + c[1]![1]! * j + c[1]![2]! * k,
			place[2]! + c[2]![2]! * k,
		],
		nearest(x: readonly number[]): Node {
			const n = [0, 0, 0];
			for (let i = 2; i >= 0; i--) {
				let rest = x[i]! - place[i]!;
				for (let j = i + 1; j < 3; j++) rest -= c[i]![j]! * n[j]!;
				n[i] = Math.round(rest / c[i]![i]!);
			}
			return n as unknown as Node;
		},
	};
}

/** All nodes that can be reached from the seeds over nodes above LOWEST, with their log densities; undefined when they are too many. */
function fill(
	density: (i: number, j: number, k: number) => number,
	seeds: readonly Node[],
	mostNodes: number,
): { nodes: Node[]; values: number[] } | undefined {
	const seen = new Set<number>();
	const nodes: Node[] = [];
	const values: number[] = [];
	let least = Number.NEGATIVE_INFINITY;
	const visit = (i: number, j: number, k: number) => {
		// Lattices have fewer than 2^16 nodes along an axis.
		const key = ((i + 32768) * 65536 + j + 32768) * 65536 + k + 32768;
		if (seen.has(key)) return;
		seen.add(key);
		const value = density(i, j, k);
		if (value < least) return;
		nodes.push([i, j, k]);
		values.push(value);
	};
	for (const seed of seeds) visit(...seed);
	const highest = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
	// Without a density at any mode there is nothing to follow.
	if (!(highest > Number.NEGATIVE_INFINITY)) return { nodes, values };
	least = highest + LOWEST;
	for (let next = 0; next < nodes.length; next++) {
		if (values[next]! < least) continue;
		if (nodes.length > mostNodes) return undefined;
		const [i, j, k] = nodes[next]!;
		visit(i + 1, j, k);
		visit(i - 1, j, k);
		visit(i, j + 1, k);
		visit(i, j - 1, k);
		visit(i, j, k + 1);
		visit(i, j, k - 1);
	}
	return { nodes, values };
}
