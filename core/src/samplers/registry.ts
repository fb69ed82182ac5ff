import { InputError } from "../errors.ts";
import { hmc } from "./hmc.ts";
import type { Sampler } from "./sampler.ts";

/** Every sampler, the default first. */
export const samplers: readonly Sampler[] = [hmc as unknown as Sampler];

/** The sampler of that id. @throws InputError with the known ids when there is none. */
export function findSampler(id: string): Sampler {
	const sampler = samplers.find((candidate) => candidate.id === id);
	if (sampler === undefined) {
		throw new InputError({
			where: "sampler",
			wanted: `one of ${samplers.map((known) => known.id).join(", ")}`,
			got: JSON.stringify(id),
		});
	}
	return sampler;
}
