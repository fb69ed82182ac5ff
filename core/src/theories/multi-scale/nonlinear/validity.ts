import type { IntegrationErrors, ValidityNote } from "../../../answer/answer.ts";
import {
	effectiveSampleNote,
	errorsBySets,
	integrationErrorNote,
	type JudgedNumbers,
	LEAST_EFFECTIVE,
	lastChanges,
	type UnitChains,
} from "../../../tilted-unit/index.ts";
import type { IntegratedAdaptive } from "./integration.ts";

/** Groups of chains whose R-hat is above this disagree. */
const LARGEST_R_HAT = 1.05;

const REMEDY = "raise samples, or take fewer training points, more noise or a larger width";

/**
 * What the last refinement of a quadrature changed, or errors by the spread and the bias of independent sets.
 *
 * @param answer what the nodes of the answer say
 * @param sets what each set says
 */
export function integrationErrors(
	{ integration, equations, sets: solved }: IntegratedAdaptive,
	answer: JudgedNumbers,
	sets: readonly JudgedNumbers[],
): IntegrationErrors {
	if (integration === "quadrature") return lastChanges(sets[0]!, answer);
	return errorsBySets(answer, sets, equations.source.rule.count / solved[0]!.equations.source.rule.count);
}

/** `integration`, `integrationError`, for random nodes `effectiveSampleSize`, and `<L> - 1`. @param errors undefined where a set was not solved */
export function integrationNotes(
	integrated: IntegratedAdaptive,
	errors: IntegrationErrors | undefined,
): ValidityNote[] {
	const { integration, unit, equations, solution, sets, chains } = integrated;
	const nodes = equations.source.rule.count;
	const weights = `${unit.dimension} ${unit.dimension === 1 ? "weight" : "weights"}`;
	const { effectiveSampleSize } = solution.point.unit.measure;
	const how =
		integration === "quadrature"
			? `the last refinement of the quadrature over ${weights}, to ${nodes} nodes`
			: `the spread and the bias of ${sets.length} independent sets of ${integration === "chains" ? "chains" : `${sets[0]!.equations.source.rule.count} nodes`}, for ${nodes} nodes over ${weights}`;
	const notes: ValidityNote[] = [
		{ name: "integration", value: integration, message: DESCRIPTIONS[integration] },
		integrationErrorNote(errors, how),
	];
	if (chains) {
		notes.push(effectiveSampleNote({ size: effectiveDraws(integrated, chains), nodes }, REMEDY), {
			name: "rHat",
			value: chains.rHat,
			message: `of the tilt exponent over ${chains.groups.length} independent groups of chains, ${chains.chains} in all${chains.rHat > LARGEST_R_HAT ? ": they disagree" : ""}`,
		});
	} else if (integration === "importance") {
		notes.push(effectiveSampleNote({ size: effectiveSampleSize, nodes }, REMEDY));
	}
	const excess = solution.point.unit.meanStiffness - 1;
	if (solution.point.field.resolvent) {
		notes.push({
			name: "<L> - 1",
			value: excess,
			message:
				"how much the fluctuations of the outputs stiffen the readout of a unit on average; 0 is the tree",
		});
	}
	return notes;
}

const DESCRIPTIONS = {
	quadrature: "averages over a unit's weights by a grid",
	importance: "averages over a unit's weights by scrambled Sobol points of densities fitted to them",
	chains:
		"averages over a unit's weights by Markov chains: of the points of a fitted normal density fewer than 5 % would count",
} as const;

/** The draws in effect: those of the chains by the spread of their groups, less what reweighting costs. */
function effectiveDraws({ equations, solution }: IntegratedAdaptive, chains: UnitChains): number {
	const { effectiveSampleSize } = solution.point.unit.measure;
	return chains.effectiveSampleSize * (effectiveSampleSize / equations.source.rule.count);
}

/** What is wrong with the chains of the answer: they disagree, or too few of their draws count; undefined where nothing is. */
export function chainFault(integrated: IntegratedAdaptive): string | undefined {
	const { chains } = integrated;
	if (chains === undefined) return undefined;
	if (chains.rHat > LARGEST_R_HAT) return `their groups disagree (R-hat ${chains.rHat.toFixed(2)})`;
	const size = effectiveDraws(integrated, chains);
	if (size >= LEAST_EFFECTIVE) return undefined;
	return `their effective sample size is ${Math.round(size)}, and ${LEAST_EFFECTIVE} are needed to trust integrationError`;
}
