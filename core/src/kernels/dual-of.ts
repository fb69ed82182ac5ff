import { findActivation } from "../activations/registry.ts";
import type { DualActivation } from "./dual-activation.ts";
import { quadratureDual } from "./quadrature.ts";

/**
 * The dual activation of a registered activation: its closed form, or quadrature where it has none.
 *
 * @throws InputError when the name is unknown.
 */
export function dualOf(name: string, where?: string): DualActivation {
	const activation = findActivation(name, where);
	return activation.dual ?? quadratureDual(activation);
}
