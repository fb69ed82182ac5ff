import { eachPair, fromClosedForm } from "./dual-activation.ts";

/** phi(h) = h^2: G = C_aa C_bb + 2 C_ab^2 (Isserlis' theorem). */
export const quadraticDual = fromClosedForm({
	mean: (a) => a,
	kernel: eachPair((a, b, c) => a * b + 2 * c * c),
	gradient: (a, b, c) => [b, a, 4 * c],
	hessian: () => [0, 0, 4, 1, 0, 0],
});
