import type { Engine } from "@finitude/engine";
import { type AdaptiveEquations, resolventOf } from "./adaptive-equations.ts";
import type { DualField } from "./adaptive-unit.ts";
import { solveAdaptive } from "./solve-adaptive.ts";

/** Residual of the tree that is only a start. */
const ROUGH = 1e-2;

/**
 * A field with fluctuations to start from: the field itself where it has some, else the tree by the same nodes, R from its Q. R
 * of the prior kernel would be far too large wherever the kernel grows with the data.
 *
 * @param field Delta to start the tree from
 */
export function startingField(engine: Engine, equations: AdaptiveEquations, field: DualField): DualField {
	if (field.resolvent) return field;
	const { point } = solveAdaptive(engine, equations, field, ROUGH);
	const resolvent = resolventOf(engine, point);
	return { dual: point.field.dual, ...(resolvent && { resolvent }) };
}
