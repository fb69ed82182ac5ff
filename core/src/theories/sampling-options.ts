/** Options of theories that average over random points where no closed form serves. */
import { z } from "zod";

const SEED = "an integer of at least 0";

/** `seed`, 0 by default. @param of what is random: "the random points" */
export function seedOption(of: string) {
	return z.int(SEED).min(0, SEED).default(0).describe(`Seed of ${of}.`);
}

/** `samples`, at least 1024. @param description what they are samples of, a sentence */
export function samplesOption(
	limits: { readonly most: number; readonly usual: number },
	description: string,
) {
	const wanted = `an integer from 1024 to ${limits.most}`;
	return z.int(wanted).min(1024, wanted).max(limits.most, wanted).default(limits.usual).describe(description);
}

/** `quadrature` in place of random points. @param averages of what: "Averages over the weights of a nonlinear unit" */
export function quadratureOption(averages: string) {
	return z
		.enum(["auto", "converged", "sobol"])
		.default("auto")
		.describe(
			`${averages}. converged: deterministic nodes, for at most 3 inputs. sobol: scrambled Sobol points. auto: converged where the inputs allow it, else sobol.`,
		);
}
