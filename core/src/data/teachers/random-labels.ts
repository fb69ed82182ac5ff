import { matrixFromColumn } from "@finitude/engine";
import { z } from "zod";
import { uniforms } from "../random.ts";
import { dimensionField, gaussianInputs, inputVarianceField, type Teacher } from "./teacher.ts";

const schema = z.strictObject({
	type: z.literal("random-labels"),
	dimension: dimensionField,
	inputVariance: inputVarianceField,
});

/** y = +1 or -1 by a fair coin, independent of x: nothing to learn, so what a network does is memorize. */
export const randomLabelsTeacher: Teacher<z.output<typeof schema>> & { schema: typeof schema } = {
	type: "random-labels",
	schema,
	prepare(settings, engine) {
		return (count, points) => {
			const inputs = gaussianInputs(engine, points, count, settings);
			return {
				inputs,
				targets: matrixFromColumn(uniforms(engine, points, count).map((u) => (u < 0.5 ? -1 : 1))),
			};
		};
	},
};
