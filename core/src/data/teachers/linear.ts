import { type Engine, matrixFromColumn, type RandomState } from "@finitude/engine";
import { z } from "zod";
import {
	dimensionField,
	gaussianInputs,
	inputVarianceField,
	projections,
	randomDirection,
	type Teacher,
} from "./teacher.ts";

const schema = z.strictObject({
	type: z.literal("linear"),
	dimension: dimensionField,
	inputVariance: inputVarianceField,
});

/** w / sqrt(d). */
function direction({ dimension }: z.output<typeof schema>, engine: Engine, stream: RandomState) {
	return randomDirection(engine, stream, dimension, 1);
}

/** y = w.x / sqrt(d), w of uniformly random direction with |w|^2 = d, so that y has variance `inputVariance`. */
export const linearTeacher: Teacher<z.output<typeof schema>> & { schema: typeof schema } = {
	type: "linear",
	schema,
	prepare(settings, engine, stream) {
		const w = direction(settings, engine, stream);
		return (count, points) => {
			const inputs = gaussianInputs(engine, points, count, settings);
			return { inputs, targets: matrixFromColumn(projections(inputs, w)) };
		};
	},
	direction,
};
