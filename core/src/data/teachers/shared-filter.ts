import { type Engine, matrixFromColumn, type RandomState } from "@finitude/engine";
import { z } from "zod";
import { InputError } from "../../errors.ts";
import { applyLink, LINK_NAMES } from "./links.ts";
import {
	dimensionField,
	gaussianInputs,
	inputVarianceField,
	projections,
	randomDirection,
	type Teacher,
} from "./teacher.ts";

const schema = z.strictObject({
	type: z.literal("shared-filter"),
	dimension: dimensionField,
	inputVariance: inputVarianceField,
	patch: dimensionField.describe("S, the inputs of one patch; it divides the dimension."),
	link: z.enum(LINK_NAMES).describe("g by name."),
});

/** v / sqrt(S inputVariance). */
function direction({ patch, inputVariance }: z.output<typeof schema>, engine: Engine, stream: RandomState) {
	return randomDirection(engine, stream, patch, 1 / inputVariance);
}

/**
 * A convolution of one channel: y = (1 / sqrt(M)) sum_m a_m g(u_m) over the M = d / S patches x_m, with one projection
 * u_m = v.x_m / sqrt(S inputVariance), |v|^2 = S, of each, so that every u_m is exactly N(0, 1); a of random direction, |a|^2 = M.
 */
export const sharedFilterTeacher: Teacher<z.output<typeof schema>> & { schema: typeof schema } = {
	type: "shared-filter",
	schema,
	prepare(settings, engine, stream) {
		const { dimension, patch, link } = settings;
		if (dimension % patch !== 0) {
			throw new InputError({
				where: "data.teacher.patch",
				wanted: `a patch that tiles the ${dimension} inputs`,
				got: String(patch),
			});
		}
		const filter = direction(settings, engine, stream);
		const patches = dimension / patch;
		const readout = randomDirection(engine, stream, patches, 1);
		return (count, points) => {
			const inputs = gaussianInputs(engine, points, count, settings);
			// Row by row the same numbers, one patch a row.
			const u = projections({ rows: count * patches, columns: patch, data: inputs.data }, filter);
			const g = applyLink(link, engine, u);
			const targets = Float64Array.from({ length: count }, (_, i) =>
				readout.reduce((sum, a, m) => sum + a * g[i * patches + m]!, 0),
			);
			return { inputs, targets: matrixFromColumn(targets) };
		};
	},
	direction,
};
