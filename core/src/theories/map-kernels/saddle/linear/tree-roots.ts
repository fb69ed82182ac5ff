/** Where the saddle of a linear network is looked for: the scales of the tree level, equation (17). */
import { type Matrix, matrix } from "@finitude/engine";
import { scanRoots } from "../../../root-finding.ts";

/** One output in the eigenvectors of the prior kernel. */
export interface TreeProblem {
	/** l: eigenvalues of K0. */
	readonly eigenvalues: Float64Array;
	/** c: components of y. */
	readonly components: Float64Array;
	readonly noiseVariance: number;
	/** N_1 ... N_L. */
	readonly widths: readonly number[];
}

/** In log t: far below the distance of roots that lead to different saddles. */
const SCAN_STEP = 0.005;

/**
 * Every t >= 1 with t = prod_l (1 + t x/N_l), x = Delta^T K0 Delta, Delta = (t K0 + kappa)^-1 y, ascending. One for L = 1; for
 * L >= 2 and kappa far above t K0 there may be three or more.
 */
export function treeRoots(problem: TreeProblem): number[] {
	const { eigenvalues, components, noiseVariance, widths } = problem;
	const [square, ratio] = eigenvalues.reduce(
		([y2, s], l, k) => [y2 + components[k]! ** 2, s + components[k]! ** 2 / l],
		[0, 0],
	);
	// z = t x is at most |y|^2/(4 kappa), and s = y^T K0^-1 y.
	const most = noiseVariance > 0 ? Math.min(square! / (4 * noiseVariance), ratio!) : ratio!;
	const logProduct = (z: number) => widths.reduce((sum, width) => sum + Math.log1p(z / width), 0);
	const end = logProduct(most);
	if (end === 0) return [1];
	const excess = (u: number) => u - logProduct(Math.exp(u) * pull(problem, Math.exp(u)));
	// One step beyond the bound, so that a root on it is bracketed.
	const roots = scanRoots(excess, 0, end + SCAN_STEP, SCAN_STEP);
	return roots.map(({ x }) => Math.exp(x));
}

/** x at a scale t. */
function pull({ eigenvalues, components, noiseVariance }: TreeProblem, t: number): number {
	return eigenvalues.reduce((sum, l, k) => sum + (l * components[k]! ** 2) / (t * l + noiseVariance) ** 2, 0);
}

/** K0 + (t - 1)(t/z) K0 Delta Delta^T K0 in units of K0, summed over outputs each with its own root. */
export function treeKernel(problems: readonly TreeProblem[], roots: readonly number[]): Matrix {
	const r = problems[0]!.eigenvalues.length;
	const kernel = matrix(r, r);
	for (let i = 0; i < r; i++) kernel.data[i * r + i] = 1;
	problems.forEach((problem, d) => {
		const t = roots[d]!;
		const x = pull(problem, t);
		if (x === 0) return;
		const { eigenvalues, components, noiseVariance } = problem;
		const v = eigenvalues.map((l, k) => (Math.sqrt(l) * components[k]!) / (t * l + noiseVariance));
		for (let i = 0; i < r; i++) {
			for (let j = 0; j < r; j++) kernel.data[i * r + j]! += ((t - 1) / x) * v[i]! * v[j]!;
		}
	});
	return kernel;
}
