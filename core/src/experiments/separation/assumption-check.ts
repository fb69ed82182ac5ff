/** Whether the assumptions of theories hold in the sampled network, in words. */
import { type Estimate, formatEstimate } from "../../diagnostics/estimate.ts";
import { type Assumption, assumptions } from "../../theories/assumptions.ts";
import { findTheory } from "../../theories/registry.ts";
import type { LayerSeparation } from "../separation-of-scales.ts";

/** A violation is measured as a fraction of what is assumed to be the same; up to SMALL it is small, up to MODERATE moderate. */
const SMALL = 0.1;
const MODERATE = 1 / 3;

/** Below so many of its standard errors a violation is not seen: chance makes one of 3 once in 370 cases. */
const RESOLVED = 3;

export interface AssumptionCheck {
	readonly assumption: Assumption;
	/** Ids of those of the theories that make it. */
	readonly theories: readonly string[];
	/** In the layer where it is largest: a fraction, such as |excess kurtosis| / 3. Absent where no layer could be measured. */
	readonly violation?: Estimate;
	/** From 0. */
	readonly layer?: number;
	readonly size: "none seen" | "small" | "moderate" | "large" | "unknown";
	/** For people: what is assumed, by which theories, what was measured. */
	readonly sentence: string;
}

interface Measure {
	readonly violation: Estimate;
	/** "relative change of the feature kernel 0.17 +- 0.01". */
	readonly evidence: string;
	/** "its square " where the violation is not what the evidence shows. */
	readonly taken: string;
}

/** How each assumption is measured in one layer; the reason where it cannot be. */
const measures: Readonly<Record<Assumption, (layer: LayerSeparation) => Measure | string>> = {
	"prior-kernels": ({ change, absent }) =>
		measure(change ?? absent.change!, (x) => x, "relative change of the feature kernel"),
	"one-scale": ({ shapeChange, absent }) =>
		measure(
			shapeChange ?? absent.shapeChange!,
			(x) => x,
			"relative change of the feature kernel that no factor makes",
		),
	"first-order-change": ({ change, absent }) =>
		measure(change ?? absent.change!, (x) => x ** 2, "relative change of the feature kernel", {
			taken: "its square ",
		}),
	"gaussian-features": ({ featureKurtosis, absent }) =>
		measure(featureKurtosis ?? absent.featureKurtosis!, (x) => Math.abs(x) / 3, "excess kurtosis"),
	"gaussian-units": ({ discrepancyKurtosis, absent }) =>
		measure(discrepancyKurtosis ?? absent.discrepancyKurtosis!, (x) => Math.abs(x) / 3, "excess kurtosis"),
	"sharp-kernels": ({ featureFluctuation, absent }) =>
		measure(
			featureFluctuation?.relative ?? absent.featureFluctuation!,
			(x) => x,
			"relative fluctuation of the feature kernel",
			featureFluctuation && {
				beside: ` (independent units: ${featureFluctuation.independentUnits.toPrecision(3)})`,
			},
		),
	"second-moment-coupling": ({ captured, absent }) =>
		measure(captured ?? absent.captured!, (x) => Math.abs(1 - x), "captured share of the kernel's change"),
};

function measure(
	of: Estimate | string,
	violation: (x: number) => number,
	what: string,
	{ beside = "", taken = "" } = {},
): Measure | string {
	if (typeof of === "string") return of;
	const value = violation(of.value);
	// One standard error more, on the side where it does more.
	const standardError = Math.max(
		...[-1, 1].map((sign) => violation(of.value + sign * of.standardError) - value),
	);
	return { violation: { value, standardError }, evidence: `${what} ${formatEstimate(of)}${beside}`, taken };
}

/**
 * One entry for each assumption that a theory of the list makes, judged by the layer where it is violated most.
 * @param layers of `separationOfScales`
 * @throws InputError for an unknown theory
 */
export function checkAssumptions(
	layers: readonly LayerSeparation[],
	theoryIds: readonly string[],
): AssumptionCheck[] {
	const made = theoryIds.map((name) => findTheory(name)).map(({ id, assumes = [] }) => ({ id, assumes }));
	return (Object.keys(assumptions) as Assumption[]).flatMap((assumption) => {
		const theories = made.filter(({ assumes }) => assumes.includes(assumption)).map(({ id }) => id);
		return theories.length === 0 ? [] : [check(assumption, theories, layers)];
	});
}

function check(
	assumption: Assumption,
	theories: readonly string[],
	layers: readonly LayerSeparation[],
): AssumptionCheck {
	const claim = `${assumptions[assumption]} (${theories.join(", ")})`;
	let worst: { layer: number; found: Measure } | undefined;
	const reasons: string[] = [];
	layers.forEach((each, layer) => {
		const found = measures[assumption](each);
		if (typeof found === "string") reasons.push(found);
		else if (!(found.violation.value <= (worst?.found.violation.value ?? -1))) worst = { layer, found };
	});
	if (worst === undefined) {
		return { assumption, theories, size: "unknown", sentence: `${claim}: not known, because ${reasons[0]}` };
	}
	const { layer, found } = worst;
	const { violation, evidence, taken } = found;
	const size = sizeOf(violation);
	const where = layers.length > 1 ? ` in layer ${layer + 1}` : "";
	return {
		assumption,
		theories,
		violation,
		layer,
		size,
		sentence: `${claim}: ${evidence}${where}, ${size === "none seen" ? `no violation seen${unseen(violation)}` : `${taken}a ${size} violation`}`,
	};
}

function sizeOf({ value, standardError }: Estimate): AssumptionCheck["size"] {
	if (value <= RESOLVED * standardError) return "none seen";
	if (value <= SMALL) return "small";
	return value <= MODERATE ? "moderate" : "large";
}

/** What noise could hide, where that is more than a small violation. */
function unseen({ value, standardError }: Estimate): string {
	const most = value + RESOLVED * standardError;
	if (most <= SMALL) return "";
	return `, but noise could hide a ${most <= MODERATE ? "moderate" : "large"} one`;
}
