/** A theory map ready to run: which networks, which theories, how sampled. */

import { InputError } from "../../errors.ts";
import { atScalingExponent } from "../../problem/output-scaling.ts";
import type { Problem } from "../../problem/problem.ts";
import { problemOfWidth } from "../../problem/width.ts";
import { findSampler, samplers } from "../../samplers/registry.ts";
import type { SamplingSettings } from "../../samplers/sampler.ts";
import { theories } from "../../theories/registry.ts";
import { type Experiment, type ResolveContext, resolveExperiment } from "../experiment.ts";
import { sortedOnce } from "../sorted-once.ts";
import { type ChosenTheory, chosenTheories } from "../theory-choice.ts";
import { type MapQuantity, type TheoryMapJson, theoryMapSchema } from "./schema.ts";

/** What a map runs over, every default filled in. */
export interface TheoryMapSettings {
	/** N, ascending. */
	readonly widths: readonly number[];
	/** Exponents gamma of chi = N^gamma, ascending. */
	readonly scalings: readonly number[];
	readonly theories: readonly { readonly id: string; readonly options: object }[];
	readonly quantity: MapQuantity;
	readonly rounds: number;
	readonly agreement: number;
}

export interface TheoryMap {
	/** `resolved` holds the settings, every default filled in. */
	readonly experiment: Experiment;
	readonly settings: TheoryMapSettings;
	readonly theories: readonly ChosenTheory[];
	/** Of the first round. */
	readonly sampling: SamplingSettings;
}

/** One network of the map. */
export interface MapCell {
	/** N, of every hidden layer. */
	readonly width: number;
	/** gamma. */
	readonly exponent: number;
}

/**
 * The map of an experiment file. Without a section `map` all of its defaults hold.
 * @throws InputError for the first fault of the file, and when the experiment is not to be sampled, or by a sampler that is not exact, or has
 * no test points for a quantity of the test points.
 */
export function resolveTheoryMap(json: unknown, context: ResolveContext): TheoryMap {
	const plain = resolveExperiment(json, context);
	const given = plain.map ?? theoryMapSchema.parse({});
	const chosen = theoriesOf(given, plain);
	refuseWithoutTestPoints(given.quantity, plain.problem);
	const sampling = refuseUnlessExact(plain.sampling);
	const settings: TheoryMapSettings = {
		...given,
		widths: widthsOf(given.widths),
		scalings: sortedOnce(given.scalings),
		theories: chosen.map(({ theory, options }) => ({ id: theory.id, options })),
	};
	return {
		experiment: { ...plain, resolved: { ...plain.resolved, map: settings } },
		settings,
		theories: chosen,
		// What no distance needs is left out: it takes time and memory in every cell.
		sampling: { ...sampling, covariance: false, evidence: false, saveWeights: false },
	};
}

/** A range is even in the logarithm; rounding to integers may make neighbors equal, which count once. */
function widthsOf(widths: TheoryMapJson["widths"]): number[] {
	if ("count" in widths) {
		const { from, to, count } = widths;
		const ratio = (to / from) ** (1 / (count - 1));
		return sortedOnce(Array.from({ length: count }, (_, i) => Math.round(from * ratio ** i)));
	}
	return sortedOnce(widths);
}

/** Those of the map, else those of the experiment; "all" leaves out what another theory is with its default options. */
function theoriesOf({ theories: own }: TheoryMapJson, experiment: Experiment): ChosenTheory[] {
	if (own !== undefined) return chosenTheories(own, "map.theories");
	if (experiment.theories !== "all") return chosenTheories([...experiment.theories], "theories");
	return chosenTheories(
		theories.filter(({ repeats }) => repeats === undefined).map(({ id }) => id),
		"theories",
	);
}

function refuseWithoutTestPoints(quantity: MapQuantity, { testInputs }: Problem): void {
	if (quantity === "kernel" || testInputs !== undefined) return;
	throw new InputError({
		where: "map.quantity",
		wanted: "kernel, since the problem has no test points",
		got: quantity,
		advice: "Or give test points.",
	});
}

/** A bias of the sampler would be laid at the theories' door. */
function refuseUnlessExact(sampling: Experiment["sampling"]): SamplingSettings {
	if (sampling === false) {
		throw new InputError({
			where: "sampling",
			wanted: "sampling settings: a map measures theories by the sampled network",
			got: "false",
		});
	}
	if (findSampler(sampling.sampler).biasRun === undefined) return sampling;
	const exact = samplers.filter(({ biasRun }) => biasRun === undefined).map(({ id }) => id);
	throw new InputError({
		where: "sampling.sampler",
		wanted: `a sampler without a bias of its own: one of ${exact.join(", ")}`,
		got: sampling.sampler,
	});
}

/** Scaling after scaling from the standard one up, each from the narrowest network to the widest. */
export function mapCells({ scalings, widths }: TheoryMapSettings): MapCell[] {
	return scalings.flatMap((exponent) => widths.map((width) => ({ width, exponent })));
}

/** The problem of a cell: all hidden layers of the width N, at the exponent gamma (`atScalingExponent`). */
export function problemOfCell(problem: Problem, { width, exponent }: MapCell): Problem {
	const standard = atScalingExponent(problem, 0);
	return atScalingExponent(problemOfWidth(standard, width, "fixed"), exponent);
}
