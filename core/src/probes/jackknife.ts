/** What a moment probe says of a sampled network, with standard errors. */
import type { Engine } from "@finitude/engine";
import type { MomentProbe, ProbeContext, ProbePlace, ProbeReading } from "./probe.ts";
import type { SampledMoments } from "./sampled-moments.ts";

/** A reading of a sampled network. */
export type SampledReading = ProbePlace &
	(
		| {
				readonly values: ArrayLike<number>;
				/** Monte-Carlo standard errors, value by value; absent with the reason. */
				readonly standardErrors?: ArrayLike<number>;
				readonly noStandardErrors?: string;
		  }
		| { readonly reason: string }
	);

/**
 * A probe of posterior means, which are known with an error. It is not linear in them, so that the standard error is that of the
 * delete-one-batch jackknife over the B batches of all chains: with theta the value at the means of all draws, theta_b the value
 * without the batch b, a fraction s_b of all draws,
 *
 *   se^2 = 1/(B - 1) sum_b (1 - s_b)^2/s_b (theta_b - theta)^2,
 *
 * which for batches of one length is the usual (B - 1)/B sum_b (theta_b - theta)^2, and for every linear function of the means
 * exactly the error by batch means (`averagedProjectionMcse`). Quenouille 1956; Tukey 1958; for correlated draws Kunsch 1989,
 * Annals of Statistics 17:1217, with batches longer than the correlation time.
 *
 * @throws InputError as the probe does
 */
export function jackknife(
	engine: Engine,
	probe: MomentProbe,
	{ moments, batches }: SampledMoments,
	context: ProbeContext,
): readonly SampledReading[] {
	const readings = probe.evaluate(engine, moments, context);
	if (typeof batches === "string") {
		return readings.map((one) => ("values" in one ? { ...one, noStandardErrors: batches } : one));
	}
	const variances = readings.map((one) => new Float64Array("values" in one ? one.values.length : 0));
	const incomplete = readings.map(() => false);
	for (const { share, moments: without } of batches) {
		const others = probe.evaluate(engine, without(), context);
		readings.forEach((reading, r) => {
			if (!("values" in reading)) return;
			const other = sameAs(reading, others);
			if (other === undefined) {
				incomplete[r] = true;
				return;
			}
			const factor = (1 - share) ** 2 / share / (batches.length - 1);
			for (let k = 0; k < other.length; k++) {
				variances[r]![k]! += factor * (other[k]! - reading.values[k]!) ** 2;
			}
		});
	}
	return readings.map((reading, r) => {
		if (!("values" in reading)) return reading;
		if (incomplete[r]) return { ...reading, noStandardErrors: INCOMPLETE };
		return { ...reading, standardErrors: variances[r]!.map(Math.sqrt) };
	});
}

const INCOMPLETE = "without some batches of draws there is no value";

/** The values at the same place. Undefined where there are none, or another number of them. */
function sameAs(
	{ quantity, layer, values }: Extract<ProbeReading, { readonly values: unknown }>,
	others: readonly ProbeReading[],
): ArrayLike<number> | undefined {
	const other = others.find((one) => one.quantity === quantity && one.layer === layer);
	return other && "values" in other && other.values.length === values.length ? other.values : undefined;
}
