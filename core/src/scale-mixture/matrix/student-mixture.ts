/** Mixtures of multivariate Student t laws: where matrices of scales are proposed. */
import { choleskyFactor, type Engine, type Matrix, matrix } from "@finitude/engine";
import { logGammaOfHalf } from "../log-scale-density.ts";
import type { VariateSource } from "./chi-square.ts";

/** One t law. */
export interface StudentComponent {
	/** Share of the mixture. */
	readonly weight: number;
	readonly center: Float64Array;
	/** Lower factor L of the shape matrix L L^T, row-major. */
	readonly factor: Float64Array;
}

/** Polynomial tails, heavier than the exponential ones of log chi-square variables: weights stay bounded. */
const DEGREES = 12;

/** |L^-1 (x - center)|^2. @param work as long as x */
function squaredDistance({ center, factor }: StudentComponent, x: Float64Array, work: Float64Array): number {
	const m = center.length;
	let squares = 0;
	for (let i = 0; i < m; i++) {
		let z = x[i]! - center[i]!;
		for (let j = 0; j < i; j++) z -= factor[i * m + j]! * work[j]!;
		work[i] = z / factor[i * m + i]!;
		squares += work[i]! ** 2;
	}
	return squares;
}

/** log of weight times density of each component. */
export function logStudentTerms(
	components: readonly StudentComponent[],
): (x: Float64Array) => { readonly terms: Float64Array; readonly distances: Float64Array } {
	const m = components[0]?.center.length ?? 0;
	const constants = components.map(({ weight, factor }) => {
		let constant =
			Math.log(weight) +
			logGammaOfHalf(Math.log, DEGREES + m) -
			logGammaOfHalf(Math.log, DEGREES) -
			(m / 2) * Math.log(DEGREES * Math.PI);
		for (let i = 0; i < m; i++) constant -= Math.log(factor[i * m + i]!);
		return constant;
	});
	const work = new Float64Array(m);
	return (x) => {
		const distances = Float64Array.from(components, (component) => squaredDistance(component, x, work));
		return {
			terms: distances.map((d, k) => constants[k]! - ((DEGREES + m) / 2) * Math.log1p(d / DEGREES)),
			distances,
		};
	};
}

export function drawStudent({ center, factor }: StudentComponent, source: VariateSource): Float64Array {
	const m = center.length;
	const stretch = Math.sqrt(DEGREES / source.chiSquare(DEGREES));
	const z = Float64Array.from(center, () => stretch * source.normal());
	return center.map((c, i) => {
		let sum = c;
		for (let j = 0; j <= i; j++) sum += factor[i * m + j]! * z[j]!;
		return sum;
	});
}

/** A weighted draw of a pilot run. */
export interface WeightedDraw {
	readonly x: Float64Array;
	/** Normalized over the run. */
	readonly probability: number;
}

/** Share that a component keeps at least, so that no mode is given up on the word of a short run. */
const LEAST_SHARE = 0.05;

/**
 * One step of expectation maximization from weighted draws toward the mixture nearest to their target (Cappe, Douc, Guillin,
 * Marin, Robert 2008, Statistics and Computing 18:447). Shapes are averaged with the old ones, which count as `2 (m + 1)` draws:
 * a short run cannot make them singular.
 *
 * @param total the weights of all components sum to this, before and after
 */
export function refitted(
	engine: Engine,
	components: readonly StudentComponent[],
	draws: readonly WeightedDraw[],
	total: number,
): StudentComponent[] {
	const m = components[0]!.center.length;
	const termsAt = logStudentTerms(components);
	const sums = components.map(() => ({
		mass: 0,
		squares: 0,
		pull: 0,
		first: new Float64Array(m),
		second: new Float64Array(m * m),
	}));
	for (const { x, probability } of draws) {
		const { terms, distances } = termsAt(x);
		const top = terms.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
		const shares = terms.map((term) => Math.exp(term - top));
		const all = shares.reduce((a, b) => a + b, 0);
		sums.forEach((sum, k) => {
			const { center } = components[k]!;
			const mass = (probability * shares[k]!) / all;
			const pull = (mass * (DEGREES + m)) / (DEGREES + distances[k]!);
			sum.mass += mass;
			sum.squares += mass ** 2;
			sum.pull += pull;
			for (let i = 0; i < m; i++) {
				const d = x[i]! - center[i]!;
				sum.first[i]! += pull * d;
				for (let j = 0; j <= i; j++) sum.second[i * m + j]! += pull * d * (x[j]! - center[j]!);
			}
		});
	}
	const updated = sums.map(({ mass, squares, pull, first, second }, k) => {
		const { center, factor } = components[k]!;
		// Effective draws of this component; without any it stays as it is.
		const effective = squares > 0 ? mass ** 2 / squares : 0;
		const trust = effective / (effective + 2 * (m + 1));
		const shift = first.map((s) => (pull > 0 ? (trust * s) / pull : 0));
		const shape = matrix(m, m);
		for (let i = 0; i < m; i++) {
			for (let j = 0; j <= i; j++) {
				let old = 0;
				for (let c = 0; c <= j; c++) old += factor[i * m + c]! * factor[j * m + c]!;
				const drift = pull > 0 ? (first[i]! * first[j]!) / pull : 0;
				const fitted = mass > 0 ? (second[i * m + j]! - drift) / mass : 0;
				shape.data[i * m + j] = trust * fitted + (1 - trust) * old;
			}
		}
		return {
			mass: Math.max(mass, LEAST_SHARE),
			center: center.map((c, i) => c + shift[i]!),
			factor: shapeFactor(engine, shape),
		};
	});
	const mass = updated.reduce((sum, component) => sum + component.mass, 0);
	return updated.map((component) => ({
		weight: (total * component.mass) / mass,
		center: component.center,
		factor: component.factor,
	}));
}

/** The factor of a shape, of which the lower triangle is read. @throws RangeError when it is not positive definite */
export function shapeFactor(engine: Engine, shape: Matrix): Float64Array {
	const result = choleskyFactor(engine, shape);
	if (!result.positiveDefinite) throw new RangeError("shapeFactor: the shape is not positive definite.");
	return result.factor.data;
}
