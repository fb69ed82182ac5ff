/** Readings of several sources, place by place. */
import type { SampledReading } from "../../probes/jackknife.ts";
import type { ProbePlace } from "../../probes/probe.ts";
import { WEIGHTS } from "../../probes/probed-moments.ts";
import { AGREEMENT, type Measured, type Predicted, type ProbeRow } from "./measured.ts";

/** What was read of one source, or why it could not be read. */
export interface Read {
	readonly readings: readonly SampledReading[] | string;
	/** Why moments are missing, by layer. */
	readonly missing: Readonly<Record<string, string>>;
	/** Why a place is missing whose layers are not. Default: that the weights are. */
	readonly otherwise?: string;
}

/** What one probe says of every source. */
export interface ProbeSources {
	readonly prior: Read;
	readonly theories: readonly (Read & { readonly id: string })[];
	/** Absent where nothing was sampled. */
	readonly sampled?: Read;
}

/** @param judged whether the samples have converged, so that theories can be measured by them */
export function rowsOf({ prior, theories, sampled }: ProbeSources, judged: boolean): ProbeRow[] {
	const all = [prior, ...(sampled ? [sampled] : []), ...theories];
	return placesOf(all.map(({ readings }) => readings)).map((place) => {
		const seen = sampled && measuredAt(place, sampled);
		return {
			...place,
			prior: measuredAt(place, prior),
			theories: Object.fromEntries(
				theories.map((one) => [one.id, predictedAt(place, one, judged ? seen : undefined)]),
			),
			...(seen && { sampled: seen }),
		};
	});
}

/** Every place that a source has, in the order of the first that has it. */
function placesOf(sources: readonly Read["readings"][]): ProbePlace[] {
	const places = new Map<string, ProbePlace>();
	for (const readings of sources) {
		if (typeof readings === "string") continue;
		for (const { quantity, layer } of readings) {
			const key = `${quantity}\n${layer}`;
			if (!places.has(key)) places.set(key, { quantity, layer });
		}
	}
	return [...places.values()];
}

function measuredAt(
	{ quantity, layer }: ProbePlace,
	{ readings, missing, otherwise = missing[WEIGHTS] }: Read,
): Measured {
	if (typeof readings === "string") return { reason: readings };
	const reading = readings.find((one) => one.quantity === quantity && one.layer === layer);
	if (reading === undefined) return { reason: reasonFor(layer, missing, otherwise) };
	// That a theory lacks the layer says more than that its kernel is not known.
	if ("reason" in reading) return { reason: missing[layer] ?? reading.reason };
	const { values, standardErrors, noStandardErrors } = reading;
	return {
		values: Array.from(values),
		...(standardErrors && { standardErrors: Array.from(standardErrors) }),
		...(noStandardErrors !== undefined && { noStandardErrors }),
	};
}

/** The layers of a place are missing, or else what it is read from besides. */
function reasonFor(layer: string, missing: Read["missing"], otherwise: string | undefined): string {
	const kernel = layer.split(", ").find((one) => missing[one] !== undefined);
	return (kernel ? missing[kernel] : otherwise) ?? "nothing is known of this layer";
}

/** @param sampled absent where no z is wanted */
function predictedAt(place: ProbePlace, source: Read, sampled: Measured | undefined): Predicted {
	const measured = measuredAt(place, source);
	if ("reason" in measured) return measured;
	const { values } = measured;
	const z = sampled && zOf(values, sampled);
	if (z === undefined) return { values };
	if (typeof z === "string") return { values, noZ: z };
	return { values, z, agreeing: z.filter((one) => Math.abs(one) <= AGREEMENT).length };
}

/** What is below this fraction of the largest number of a list is rounding. */
const ROUNDING = 1e-12;

/**
 * 0 where error and difference are both rounding. Undefined where the sampled numbers have no errors; the reason where they are not as
 * many, or some differ from a theory although their error is rounding.
 */
function zOf(values: readonly number[], sampled: Measured): number[] | string | undefined {
	if ("reason" in sampled || sampled.standardErrors === undefined) return undefined;
	const { values: truth, standardErrors } = sampled;
	if (truth.length !== values.length) {
		return `no z, since the theory has ${values.length} numbers and the sampled network ${truth.length}`;
	}
	const rounding = ROUNDING * truth.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
	const z = values.map((value, k) => {
		const difference = value - truth[k]!;
		if (standardErrors[k]! > rounding) return difference / standardErrors[k]!;
		return Math.abs(difference) <= rounding ? 0 : Number.NaN;
	});
	const unmoved = z.filter(Number.isNaN).length;
	return unmoved === 0
		? z
		: `no z, since the error of ${unmoved} of ${z.length} sampled ${z.length === 1 ? "number" : "numbers"} is 0, and the theory differs there`;
}
