/** The part of the lab's address that opens an experiment. */
import { type Experiment, InputError, problemToJson } from "@finitude/core";
import { type ExperimentJson, encodePermalink } from "@finitude/core/permalink";

/** Browsers take addresses of up to 2 MB. */
const LONGEST = 1_500_000;

/**
 * The state without "#". Synthetic data stay the few fields that make them; data from files stand in the link as numbers, since
 * a page cannot open files.
 * @throws InputError when the numbers are too many for an address.
 */
export function experimentLink({ name, problem, resolved }: Experiment): string {
	const { data, network, noiseVariance, ...rest } = resolved;
	const synthetic = (data as { readonly source?: unknown } | undefined)?.source === "teacher";
	const experiment = synthetic ? resolved : { ...rest, problem: problemToJson(problem) };
	// Numbers, text and lists only: a resolved experiment is what stands in a file.
	const state = { experiment: JSON.parse(JSON.stringify(experiment)) as ExperimentJson };
	const link = encodePermalink(state);
	if (link.length <= LONGEST) return link;
	throw new InputError({
		where: name,
		wanted: `an experiment whose numbers fit into an address of ${LONGEST} characters`,
		got: `${link.length} characters`,
		advice: "Use smaller trainCount and testCount.",
	});
}
