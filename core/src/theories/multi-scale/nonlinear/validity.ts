import type { ValidityNote } from "../../../answer/answer.ts";
import { effectiveSampleNote, LEAST_EFFECTIVE, type UnitChains } from "../../../tilted-unit/index.ts";
import type { IntegratedAdaptive } from "./integration.ts";

/** Groups of chains whose R-hat is above this disagree. */
const LARGEST_R_HAT = 1.05;

const REMEDY = "raise samples, or take fewer training points, more noise or a larger width";

/**
 * The largest change by the last refinement of a quadrature, or the largest standard error by the spread of independent sets.
 *
 * @param answer the means by the nodes of the answer
 * @param sets those of each set
 */
export function errorOfMeans(
	{ integration, equations, sets: solved }: IntegratedAdaptive,
	answer: Float64Array,
	sets: readonly Float64Array[],
): number {
	const all = solved.reduce((sum, set) => sum + set.equations.source.rule.count, 0);
	// The error of random nodes falls as the root of their number, that of Sobol points not more slowly.
	const ratio = Math.sqrt(all / equations.source.rule.count);
	let most = 0;
	answer.forEach((value, a) => {
		const values = sets.map((set) => set[a]!);
		if (integration === "quadrature") {
			most = Math.max(most, Math.abs(values[0]! - value));
			return;
		}
		const center = values.reduce((sum, x) => sum + x, 0) / values.length;
		const squares = values.reduce((sum, x) => sum + (x - center) ** 2, 0);
		most = Math.max(most, ratio * Math.sqrt(squares / (values.length * (values.length - 1))));
	});
	return most;
}

/** `integration`, `integrationError`, for random nodes `effectiveSampleSize`, and `<L> - 1`. @param mean error of the means */
export function integrationNotes(integrated: IntegratedAdaptive, mean: number | undefined): ValidityNote[] {
	const { integration, unit, equations, solution, sets, chains } = integrated;
	const nodes = equations.source.rule.count;
	const weights = `${unit.dimension} ${unit.dimension === 1 ? "weight" : "weights"}`;
	const { effectiveSampleSize } = solution.point.unit.measure;
	const how =
		integration === "quadrature"
			? `the last refinement of the quadrature over ${weights}, to ${nodes} nodes`
			: `the spread of ${sets.length} independent sets of ${integration === "chains" ? "chains" : `${sets[0]!.equations.source.rule.count} nodes`}, for ${nodes} nodes over ${weights}`;
	const notes: ValidityNote[] = [
		{ name: "integration", value: integration, message: DESCRIPTIONS[integration] },
		mean === undefined
			? {
					name: "integrationError",
					value: "unknown",
					message: `the equations were not solved on all of the nodes that are compared: ${how}`,
				}
			: { name: "integrationError", value: mean, message: `the error of the means by ${how}` },
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
