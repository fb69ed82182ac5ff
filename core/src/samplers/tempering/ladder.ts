/**
 * The ladder of a tempered sampler: powers beta of the likelihood from 1 (the posterior) to 0 (the prior). The likelihood to
 * the power beta is, up to a constant, the likelihood at noise kappa / beta.
 *
 * The rungs lie on the path coordinate theta = log(1 + g beta), with g = s / kappa and s the mean square of Y - f under the
 * prior: geometric in the noise where it is below s, uniform in beta where it is above, where the tempered posterior is close
 * to the prior.
 */
import type { ScalarFunctions } from "../scalar-functions.ts";

export interface Ladder {
	/** From 1 down to 0. */
	readonly powers: readonly number[];
	/** g > 0. */
	readonly range: number;
}

/** Rungs at equal distances in theta. @param count at least 2 */
export function uniformLadder(count: number, range: number, scalar: ScalarFunctions): Ladder {
	const end = scalar.log(1 + range);
	return ladderAt(
		Array.from({ length: count }, (_, i) => end * (1 - i / (count - 1))),
		range,
		scalar,
	);
}

/**
 * The rungs moved to where all neighbours should be rejected alike: at equal distances in the sum of the rejection rates
 * along the ladder, interpolated linearly in theta (Syed, Bouchard-Cote, Deligiannidis, Doucet 2022, JRSS B 84:321, arXiv
 * 1905.02939, section 5: that sum, the communication barrier, depends on the path and not on the rungs).
 *
 * @param rejections mean rejection rate of each pair of neighbours, all > 0
 */
export function respaced(ladder: Ladder, rejections: readonly number[], scalar: ScalarFunctions): Ladder {
	const { powers, range } = ladder;
	const coordinates = powers.map((power) => scalar.log(1 + range * power));
	const pairs = rejections.length;
	const share = rejections.reduce((sum, rate) => sum + rate, 0) / pairs;
	let pair = 0;
	let passed = 0;
	const inner = Array.from({ length: pairs - 1 }, (_, i) => {
		const wanted = share * (i + 1);
		while (pair < pairs - 1 && passed + rejections[pair]! < wanted) passed += rejections[pair++]!;
		const fraction = Math.min((wanted - passed) / rejections[pair]!, 1);
		return coordinates[pair]! + fraction * (coordinates[pair + 1]! - coordinates[pair]!);
	});
	return ladderAt([coordinates[0]!, ...inner, 0], range, scalar);
}

function ladderAt(coordinates: readonly number[], range: number, { exp }: ScalarFunctions): Ladder {
	const last = coordinates.length - 1;
	// The ends exactly: the cold rung is the problem's own noise to the last bit.
	const powers = coordinates.map((theta, i) => (i === 0 ? 1 : i === last ? 0 : (exp(theta) - 1) / range));
	return { powers, range };
}
