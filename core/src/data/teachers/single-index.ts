import { type Engine, matrixFromColumn, type RandomState } from "@finitude/engine";
import { z } from "zod";
import { InputError } from "../../errors.ts";
import { applyLink, hermiteSeries, LINK_NAMES } from "./links.ts";
import {
	dimensionField,
	gaussianInputs,
	inputVarianceField,
	projections,
	randomDirection,
	type Teacher,
} from "./teacher.ts";

const schema = z.strictObject({
	type: z.literal("single-index"),
	dimension: dimensionField,
	inputVariance: inputVarianceField,
	link: z.enum(LINK_NAMES).optional().describe("g by name; or give hermite."),
	hermite: z
		.array(z.number())
		.min(1)
		.max(65)
		.optional()
		.describe("g(u) = sum_k c_k He_k(u) / sqrt(k!): the coefficients c_0, c_1, ..."),
});

/** w / sqrt(d inputVariance). */
function direction(
	{ dimension, inputVariance }: z.output<typeof schema>,
	engine: Engine,
	stream: RandomState,
) {
	return randomDirection(engine, stream, dimension, 1 / inputVariance);
}

/** y = g(u) of one projection u = w.x / sqrt(d inputVariance), |w|^2 = d: u is exactly N(0, 1). */
export const singleIndexTeacher: Teacher<z.output<typeof schema>> & { schema: typeof schema } = {
	type: "single-index",
	schema,
	prepare(settings, engine, stream) {
		const { link, hermite } = settings;
		if ((link === undefined) === (hermite === undefined)) {
			throw new InputError({
				where: "data.teacher.link",
				wanted: "either link or hermite",
				got: link === undefined ? "neither" : "both",
			});
		}
		const w = direction(settings, engine, stream);
		return (count, points) => {
			const inputs = gaussianInputs(engine, points, count, settings);
			const u = projections(inputs, w);
			return {
				inputs,
				targets: matrixFromColumn(link ? applyLink(link, engine, u) : hermiteSeries(hermite!, u)),
			};
		};
	},
	direction,
};
