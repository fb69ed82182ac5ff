import { z } from "zod";
import { InputError } from "../../errors.ts";
import { counted } from "../../problem/faults.ts";
import { sweepSamplingSchema } from "../sweep.ts";
import type { FeatureTask } from "./gaussian-features.ts";

const number = z.number("a finite number");
const nonnegative = z.number("a finite number of at least 0").nonnegative("a finite number of at least 0");
const magnitudeText = "0, or a number from 1e-300 to 1e300";
/** What sums and quotients of stay within float64. */
const magnitude = z
	.number(magnitudeText)
	.refine((x) => x === 0 || (x >= 1e-300 && x <= 1e300), magnitudeText);
const count = z.int("an integer of at least 1").min(1, "an integer of at least 1");

/** Which features of sampled networks. */
export const featuresSchema = z.strictObject({
	networks: count.default(40).describe("Draws whose features are used, evenly spaced along the chains."),
	freshInputs: count
		.optional()
		.describe("Fresh points for the regression of targets on features. Default: 100 for every feature."),
	sampling: sweepSamplingSchema
		.default(() => sweepSamplingSchema.parse({}))
		.describe("How to sample the network."),
});

export const options = z.strictObject({
	samples: z
		.union(
			[count, z.array(count).min(1, "a list of at least one integer")],
			"an integer of at least 1, or a list of them",
		)
		.describe("P, the number of samples that the readout is fitted to; a list gives a curve."),
	ridge: magnitude
		.optional()
		.describe(
			"lambda of sum (y - w.psi)^2 + lambda |w|^2. Default: 0; with a problem that of the Bayesian readout.",
		),
	unexplained: nonnegative
		.optional()
		.describe("e_min, the power of the target that no readout of the features explains."),
	spectrum: z
		.array(magnitude, "a list of numbers of at least 0")
		.min(1, "a list of at least one number")
		.optional()
		.describe("omega_j, the eigenvalues of the features' covariance; with teacher."),
	teacher: z
		.array(number, "a list of numbers")
		.min(1, "a list of at least one number")
		.optional()
		.describe("t_j, the best linear readout in the eigenbasis, one number for each eigenvalue."),
	featureCount: count
		.optional()
		.describe("N_out, in place of spectrum and teacher where ridge is 0 and samples exceed it."),
	features: featuresSchema
		.optional()
		.describe(
			"With a problem whose data are a teacher's: the features of sampled networks, and how to sample them.",
		),
});

export type GapOptions = z.output<typeof options>;

/** Options that say everything, without a problem. */
export type GapNumbers = GapOptions & { readonly ridge: number; readonly unexplained: number };

/** The defaults filled in. @throws InputError where the unexplained power is missing, or features of a problem are asked for */
export function numbersOf(options: GapOptions): GapNumbers {
	const { ridge = 0, unexplained } = options;
	if (options.features !== undefined) {
		throw new InputError({
			where: "options.features",
			wanted: "a problem, whose networks are sampled",
			got: "none",
			advice: "Give data of a teacher, network and noiseVariance, or leave features out.",
		});
	}
	if (unexplained === undefined) {
		throw new InputError({
			where: "options.unexplained",
			wanted: "a finite number of at least 0",
			got: "nothing",
		});
	}
	return { ...options, ridge, unexplained };
}

/** Where only the number of features matters. */
export interface FeatureCountTask {
	readonly featureCount: number;
	readonly unexplained: number;
}

/**
 * The task of the options, eigenvalues of 0 left out with their entries of the teacher: with ridge 0 they would give 0/0, and
 * no readout uses such a feature.
 * @throws InputError when the options do not go together, or the test error diverges.
 */
export function taskOf(options: GapNumbers): FeatureTask | FeatureCountTask {
	const { spectrum, teacher, featureCount, unexplained, ridge } = options;
	if (featureCount !== undefined) {
		if (spectrum !== undefined || teacher !== undefined) {
			throw new InputError({
				where: "options.featureCount",
				wanted: "featureCount, or spectrum and teacher",
				got: "both",
				advice: "The spectrum has the number of features.",
			});
		}
		samplesOf(options).forEach((samples) => {
			refuseDivergence(featureCount, samples, ridge);
			if (ridge === 0 && samples > featureCount) return;
			throw refusal("options.featureCount", "featureCount alone needs ridge 0 and samples > featureCount", {
				got: `ridge ${ridge} and samples ${samples} with featureCount ${featureCount}`,
				advice: "Give spectrum and teacher.",
			});
		});
		return { featureCount, unexplained };
	}
	if (spectrum === undefined && teacher === undefined) {
		throw new InputError({
			where: "options.spectrum",
			wanted: "spectrum and teacher, or featureCount",
			got: "neither",
		});
	}
	if (spectrum?.length !== teacher?.length) {
		throw refusal("options.teacher", "spectrum and teacher must have the same length", {
			got: `${counted(spectrum?.length ?? 0, "eigenvalue")} and ${counted(teacher?.length ?? 0, "number")} of the teacher`,
		});
	}
	const kept = spectrum!.map((_, j) => j).filter((j) => spectrum![j]! > 0);
	samplesOf(options).forEach((samples) => {
		refuseDivergence(kept.length, samples, ridge);
	});
	return {
		spectrum: Float64Array.from(kept, (j) => spectrum![j]!),
		teacher: Float64Array.from(kept, (j) => teacher![j]!),
		unexplained,
	};
}

/** The numbers of samples, one or several. */
export function samplesOf({ samples }: Pick<GapOptions, "samples">): readonly number[] {
	return typeof samples === "number" ? [samples] : samples;
}

/** @throws InputError without a ridge where there are as many samples as features. */
export function refuseDivergence(features: number, samples: number, ridge: number): void {
	if (ridge > 0 || samples !== features) return;
	throw refusal("options.samples", "ridge 0 with samples = features: the test error diverges", {
		got: `${samples} samples, ${features} features`,
		advice: "Give a ridge above 0, or another number of samples.",
	});
}

/** The first sentence says what is wrong, the rest with which numbers. */
function refusal(
	where: string,
	wrong: string,
	{ got, advice = "" }: { got: string; advice?: string },
): InputError {
	const sentence = `${where}: ${wrong}; got ${got}.${advice === "" ? "" : ` ${advice}`}`;
	return new InputError({ where, wanted: wrong, got, advice, sentence });
}
