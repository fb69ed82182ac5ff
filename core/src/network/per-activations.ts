import { activationNames } from "../activations/registry.ts";

/**
 * A schema that depends on the names of the known activations, built once for every set of names: building takes
 * milliseconds, looking it up none.
 */
export function perActivations<Schema>(
	build: (activations: readonly string[]) => Schema,
): (activations?: readonly string[]) => Schema {
	const built = new Map<string, Schema>();
	return (activations = activationNames()) => {
		const key = activations.join(" ");
		const known = built.get(key);
		if (known !== undefined) return known;
		const schema = build(activations);
		built.set(key, schema);
		return schema;
	};
}
