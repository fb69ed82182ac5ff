/** Expansion of phi(sqrt(a) z) in normalized Hermite polynomials. */
import { type Engine, type Matrix, matrix, multiply } from "@finitude/engine";
import { type AveragedFunction, activationAtNodes, type NormalRule } from "./normal-rule.ts";

/** phi(sqrt(a) z) = sum_k c_k(a) he_k(z), with E[he_j he_k] = delta_jk. */
export interface HermiteExpansion {
	/** c_0 .. c_K: one row per variance. */
	readonly coefficients: Matrix;
	/** E[phi^2] - sum_k c_k^2 >= 0 up to rounding: what the orders above K still carry. */
	readonly tails: Float64Array;
	/** E[phi^2] of each variance. */
	readonly secondMoments: Float64Array;
}

/** One table for each rule, of the highest order asked for so far. */
const tables = new WeakMap<NormalRule, Matrix>();

/** he_k(z) sqrt(weight(z)) for k = 0..order: one row per order. Not to be changed: it may be shared. */
function hermiteFunctions(rule: NormalRule, order: number): Matrix {
	const known = tables.get(rule);
	const n = rule.nodes.length;
	if (known !== undefined && known.rows > order) {
		return matrix(order + 1, n, known.data.subarray(0, (order + 1) * n));
	}
	const made = tabulate(rule, order);
	tables.set(rule, made);
	return made;
}

/** Stable, because these Hermite functions are bounded. */
function tabulate({ nodes, weights }: NormalRule, order: number): Matrix {
	const n = nodes.length;
	const table = matrix(order + 1, n);
	for (let i = 0; i < n; i++) {
		let previous = 0;
		let current = Math.sqrt(weights[i]!);
		table.data[i] = current;
		for (let k = 1; k <= order; k++) {
			const next = (nodes[i]! * current - Math.sqrt(k - 1) * previous) / Math.sqrt(k);
			previous = current;
			current = next;
			table.data[k * n + i] = current;
		}
	}
	return table;
}

/**
 * Doubles the order, from 64 on, until `converged` or the largest order.
 *
 * @param variances n pre-activation variances
 */
export function expandInHermite(
	engine: Engine,
	activation: AveragedFunction,
	variances: Float64Array,
	rule: NormalRule,
	largestOrder: number,
	converged: (expansion: HermiteExpansion) => boolean,
): HermiteExpansion {
	const weighted = activationAtNodes(engine, activation, variances, rule.nodes);
	const n = rule.nodes.length;
	for (let i = 0; i < weighted.data.length; i++) weighted.data[i]! *= Math.sqrt(rule.weights[i % n]!);
	const secondMoments = squaredRowNorms(weighted);
	for (let order = 64; ; order *= 2) {
		const coefficients = multiply(engine, weighted, hermiteFunctions(rule, order), { transposeB: true });
		const captured = squaredRowNorms(coefficients);
		const tails = secondMoments.map((total, i) => Math.max(0, total - captured[i]!));
		const expansion = { coefficients, tails, secondMoments };
		if (2 * order > largestOrder || converged(expansion)) return expansion;
	}
}

function squaredRowNorms({ rows, columns, data }: Matrix): Float64Array {
	const norms = new Float64Array(rows);
	for (let i = 0; i < rows; i++) {
		for (let j = 0; j < columns; j++) norms[i]! += data[i * columns + j]! ** 2;
	}
	return norms;
}
