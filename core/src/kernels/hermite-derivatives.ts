/** Derivatives of a dual activation from the Hermite coefficients of phi alone: no derivative of phi is needed. */
import type { Engine } from "@finitude/engine";
import type { Activation } from "../activations/activation.ts";
import { InputError } from "../errors.ts";
import type { DualDerivatives } from "./dual-activation.ts";
import { correlation, type GaussianPairs, largest } from "./gaussian-pairs.ts";
import { expandInHermite, type HermiteExpansion } from "./hermite-expansion.ts";
import { chooseRule } from "./normal-rule.ts";

/** The table of Hermite functions takes 8 MB for the rule of the coarsest step that resolves them. */
const LARGEST_ORDER = 2048;

/**
 * Share of sum_k k^2 c_k^2, the size of the fourth derivatives of the dual, left in the last quarter of the orders: to the same
 * accuracy as the rules (see `chooseRule`). What is left beyond is less.
 */
const LAST_QUARTER = 1e-10;

/** sqrt((k+m)! / k!) for m = 0..4. */
const ROOT_RISING = Array.from({ length: 5 }, (_, m) => {
	const table = new Float64Array(LARGEST_ORDER + 1);
	for (let k = 0; k <= LARGEST_ORDER; k++) {
		let product = 1;
		for (let j = 1; j <= m; j++) product *= k + j;
		table[k] = Math.sqrt(product);
	}
	return table;
});

/**
 * J and H through J = (1/2 <phi'' phi>, 1/2 <phi phi''>, <phi' phi'>), H_aaaa = 1/4 <phi'''' phi>, H_aabb = 1/4 <phi'' phi''>,
 * H_aaab = 1/2 <phi''' phi'>, H_abab = <phi'' phi''>, each from
 * <phi^(m)(h_a) phi^(n)(h_b)> = a^(-m/2) b^(-n/2) sum_k r^k sqrt((k+m)!/k! (k+n)!/k!) c_{k+m}(a) c_{k+n}(b).
 *
 * @throws InputError where 2048 orders do not suffice (tanh: variances above about 10).
 */
export function hermiteDerivatives(
	engine: Engine,
	activation: Activation,
	pairs: GaussianPairs,
): DualDerivatives {
	const expansion = convergedExpansion(engine, activation, pairs.variances);
	const hessian = new Float64Array(6 * pairs.covariances.length);
	pairs.covariances.forEach((_, k) => {
		const moment = derivativeMoments(expansion, pairs, k);
		const fourth = moment(2, 2);
		hessian.set(
			[moment(4, 0) / 4, moment(0, 4) / 4, fourth, fourth / 4, moment(3, 1) / 2, moment(1, 3) / 2],
			6 * k,
		);
	});
	return { gradient: gradientOf(expansion, pairs), hessian };
}

function gradientOf(expansion: HermiteExpansion, pairs: GaussianPairs): Float64Array {
	const gradient = new Float64Array(3 * pairs.covariances.length);
	pairs.covariances.forEach((_, k) => {
		const moment = derivativeMoments(expansion, pairs, k);
		gradient.set([moment(2, 0) / 2, moment(0, 2) / 2, moment(1, 1)], 3 * k);
	});
	return gradient;
}

/** <phi^(m)(h_a) phi^(n)(h_b)>; 0 where it would differentiate at a point of variance 0. */
export function derivativeMoments(
	{ coefficients: { columns, data } }: HermiteExpansion,
	pairs: GaussianPairs,
	k: number,
) {
	const [first, second] = [pairs.first[k]!, pairs.second[k]!];
	const [a, b] = [pairs.variances[first]!, pairs.variances[second]!];
	const r = correlation(a, b, pairs.covariances[k]!);
	return (m: number, n: number): number => {
		if ((m > 0 && a === 0) || (n > 0 && b === 0)) return 0;
		let sum = 0;
		for (let j = columns - 1 - Math.max(m, n); j >= 0; j--) {
			const left = ROOT_RISING[m]![j]! * data[first * columns + j + m]!;
			const right = ROOT_RISING[n]![j]! * data[second * columns + j + n]!;
			sum = sum * r + left * right;
		}
		return sum * a ** (-m / 2) * b ** (-n / 2);
	};
}

function convergedExpansion(
	engine: Engine,
	activation: Activation,
	variances: Float64Array,
): HermiteExpansion {
	const isConverged = (expansion: HermiteExpansion) =>
		convergedRows(expansion, 2, LAST_QUARTER).every((row) => row);
	const top = largest(variances);
	const rule = chooseRule(engine, activation, top, LARGEST_ORDER);
	const expansion = expandInHermite(engine, activation, variances, rule, LARGEST_ORDER, isConverged);
	if (isConverged(expansion)) return expansion;
	throw new InputError({
		where: `activation ${activation.name}`,
		wanted: `pre-activation variances at which its Hermite expansion converges within ${LARGEST_ORDER} orders`,
		got: `variances up to ${top}`,
		advice: "Lower the weight variances or rescale the inputs.",
	});
}

/** For each variance, whether of sum_k k^power c_k^2 at most a share is in the last quarter of the orders. */
export function convergedRows(
	{ coefficients: { rows, columns, data } }: HermiteExpansion,
	power: number,
	most: number,
): boolean[] {
	return Array.from({ length: rows }, (_, i) => {
		let total = Number.MIN_VALUE;
		let last = 0;
		for (let k = 0; k < columns; k++) {
			const share = Math.max(1, k ** power) * data[i * columns + k]! ** 2;
			total += share;
			if (k > 0.75 * columns) last += share;
		}
		return last <= most * total;
	});
}
