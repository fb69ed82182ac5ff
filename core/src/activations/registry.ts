import { InputError } from "../errors.ts";
import { type Activation, type ActivationDefinition, defineActivation } from "./activation.ts";
import { erf } from "./erf.ts";
import { gelu } from "./gelu.ts";
import { linear } from "./linear.ts";
import { quadratic } from "./quadratic.ts";
import { relu } from "./relu.ts";
import { sigmoid } from "./sigmoid.ts";
import { sin } from "./sin.ts";
import { softplus } from "./softplus.ts";
import { tanh } from "./tanh.ts";

const builtIn = new Map<string, Activation>(
	[linear, erf, relu, quadratic, tanh, gelu, sigmoid, sin, softplus].map((a) => [a.name, a]),
);
const registry = new Map(builtIn);

/** Names of all activations that a problem may use, in the order of registration. */
export function activationNames(): string[] {
	return [...registry.keys()];
}

/**
 * Makes a function usable as an activation, under its name. Each worker has its own registry, so register in every worker.
 *
 * @throws InputError when the name is taken.
 */
export function registerActivation(definition: ActivationDefinition): Activation {
	if (registry.has(definition.name)) {
		throw new InputError({
			where: "registerActivation",
			wanted: "a new name",
			got: JSON.stringify(definition.name),
			advice: `Names in use: ${activationNames().join(", ")}.`,
		});
	}
	const activation = defineActivation(definition);
	registry.set(activation.name, activation);
	return activation;
}

/**
 * Takes a function out again that `registerActivation` has made an activation.
 *
 * @throws InputError when the name is not in use, or that of a built-in activation.
 */
export function unregisterActivation(name: string): void {
	findActivation(name, "unregisterActivation");
	if (builtIn.has(name)) {
		throw new InputError({
			where: "unregisterActivation",
			wanted: "an activation that registerActivation has added",
			got: `${JSON.stringify(name)}, which is built in`,
		});
	}
	registry.delete(name);
}

/**
 * The activation of that name.
 *
 * @param where what the message names as the place of the fault, e.g. "network.layers[0].activation"
 * @throws InputError with the known names when there is none.
 */
export function findActivation(name: string, where = "activation"): Activation {
	const activation = registry.get(name);
	if (activation === undefined) {
		throw new InputError({
			where,
			wanted: `one of ${activationNames().join(", ")}`,
			got: JSON.stringify(name),
			advice: "In the library, registerActivation adds any function.",
		});
	}
	return activation;
}
