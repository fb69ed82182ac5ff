/** What a reader needs to judge an answer for linear units. */
import { type Engine, symmetricEigenvalues } from "@finitude/engine";
import type { ValidityNote } from "../../../answer/answer.ts";
import type { Problem } from "../../../problem/problem.ts";
import type { MatrixSaddle } from "../../kernel-rescaling/matrix/minima.ts";
import type { Modes } from "../../kernel-rescaling/modes.ts";
import { smallestEigenvalueNote } from "../../kernel-rescaling/validity.ts";
import type { MultiScaleOptions } from "../options.ts";
import { sizeNote, vanishingKernelNotes, variantNote } from "../validity.ts";
import type { NoRoot, ScaleProblem, ScaleRoot } from "./scale-roots.ts";

type Variant = MultiScaleOptions["variant"];

/** One output. */
export function oneOutputNotes(
	problem: Problem,
	variant: Variant,
	{ modes, widths }: ScaleProblem,
	root: ScaleRoot | NoRoot,
): ValidityNote[] {
	return [
		variantNote(variant),
		sizeNote(problem),
		...vanishingKernelNotes(problem, modes.signal.at(-1)!),
		...rootNotes(variant, root),
		...("scale" in root && variant === "tree" && widths.length === 1 ? [poleNote(root.scale)] : []),
		smallestEigenvalueNote(modes, problem.noiseVariance, false),
	];
}

/** Several outputs. */
export function outputNotes(
	engine: Engine,
	problem: Problem,
	variant: Variant,
	modes: Modes,
	{ chosen, minima, starts, neglectedWeight }: MatrixSaddle,
): ValidityNote[] {
	const scales = symmetricEigenvalues(engine, chosen.point.scales);
	const gap = neglectedWeight === undefined ? undefined : -Math.log(neglectedWeight);
	return [
		variantNote(variant),
		sizeNote(problem),
		...vanishingKernelNotes(problem, modes.signal.at(-1)!),
		{
			name: "roots",
			value: minima.length,
			message: `minima of the action found from ${starts} start${starts === 1 ? "" : "s"}; the scales of the one used lie between ${scales[0]!.toPrecision(4)} and ${scales.at(-1)!.toPrecision(4)}`,
		},
		...(gap === undefined ? [] : [nextMinimumNote(gap)]),
		smallestEigenvalueNote(modes, problem.noiseVariance, false),
	];
}

function rootNotes(variant: Variant, root: ScaleRoot | NoRoot): ValidityNote[] {
	if (!("scale" in root)) {
		return [
			{
				name: "roots",
				value: 0,
				message:
					"no admissible root of the one-loop equation; this happens for P of the order of N and above",
			},
		];
	}
	const { roots, nextMinimum } = root;
	const count = roots.rows;
	const all = Array.from({ length: count }, (_, i) => {
		const [t, above] = roots.data.subarray(i * roots.columns, (i + 1) * roots.columns);
		return above === undefined ? t!.toPrecision(6) : `${t!.toPrecision(6)} (action +${above.toPrecision(3)})`;
	}).join(", ");
	return [
		{
			name: "roots",
			value: count,
			message:
				count === 1
					? "the equation for the scale has one root"
					: variant === "one-loop"
						? `the equation for the scale has several roots, of which the largest is used: ${all}`
						: `the equation for the scale has several roots, of which the one with the lowest action is used: ${all}`,
		},
		...(nextMinimum === undefined ? [] : [nextMinimumNote(nextMinimum)]),
	];
}

/** Closer than this in the action, another minimum keeps more than e^-3 = 5 % of the weight. */
const CLOSE_IN_ACTION = 3;

function nextMinimumNote(above: number): ValidityNote {
	return {
		name: "nextMinimum",
		value: above,
		message:
			above < CLOSE_IN_ACTION
				? "another minimum of the action lies this close above the one used and has a weight that is not small: no single root is right; compare with deep-linear, which weighs all of them"
				: "the next minimum of the action lies this far above the one used and is neglected",
	};
}

/** Tree, one layer: 1 - x/N = 1/t. */
function poleNote(scale: number): ValidityNote {
	return {
		name: "poleDistance",
		value: 1 / scale,
		message:
			"1 - x/N with x = Delta^T K0 Delta: the tilted law of a unit's weights is Gaussian while this is above 0",
	};
}
