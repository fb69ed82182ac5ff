import { InputError } from "../errors.ts";
import { exact } from "./exact.ts";
import { gibbs } from "./gibbs.ts";
import { hmc } from "./hmc.ts";
import { importance } from "./importance.ts";
import { langevin } from "./langevin.ts";
import { mala } from "./mala.ts";
import type { Sampler } from "./sampler.ts";

/** Every sampler, the default first. */
export const samplers: readonly Sampler[] = [
	hmc as unknown as Sampler,
	mala as unknown as Sampler,
	langevin as unknown as Sampler,
	importance as unknown as Sampler,
	gibbs as unknown as Sampler,
	exact as unknown as Sampler,
];

/** The sampler of that id. @param where The field that names it. @throws InputError with the known ids when there is none. */
export function findSampler(id: string, where = "sampler"): Sampler {
	const sampler = samplers.find((candidate) => candidate.id === id);
	if (sampler === undefined) {
		throw new InputError({
			where,
			wanted: `one of ${samplers.map((known) => known.id).join(", ")}`,
			got: JSON.stringify(id),
		});
	}
	return sampler;
}
