import { matrixFromColumn } from "@finitude/engine";
import { z } from "zod";
import { normals } from "../random.ts";
import { applyLink, LINK_NAMES } from "./links.ts";
import { dimensionField, gaussianInputs, inputVarianceField, projections, type Teacher } from "./teacher.ts";

const schema = z.strictObject({
	type: z.literal("network"),
	dimension: dimensionField,
	inputVariance: inputVarianceField,
	width: z
		.int("an integer of at least 1")
		.min(1, "an integer of at least 1")
		.max(1_000_000, "an integer of at most 1000000")
		.describe("M, the number of the teacher's hidden units."),
	activation: z.enum(LINK_NAMES).describe("phi of the teacher's hidden units."),
});

/** y = (1 / sqrt(M)) sum_m a_m phi(w_m.x / sqrt(d)), all a_m and entries of w_m drawn from N(0, 1). */
export const networkTeacher: Teacher<z.output<typeof schema>> & { schema: typeof schema } = {
	type: "network",
	schema,
	prepare(settings, engine, stream) {
		const { dimension, width, activation } = settings;
		const readout = normals(engine, stream, width);
		const weights = normals(engine, stream, width * dimension).map((w) => w / Math.sqrt(dimension));
		return (count, points) => {
			const inputs = gaussianInputs(engine, points, count, settings);
			const targets = new Float64Array(count);
			for (let m = 0; m < width; m++) {
				const h = projections(inputs, weights.subarray(m * dimension, (m + 1) * dimension));
				const phi = applyLink(activation, engine, h);
				for (let i = 0; i < count; i++) targets[i]! += (readout[m]! * phi[i]!) / Math.sqrt(width);
			}
			return { inputs, targets: matrixFromColumn(targets) };
		};
	},
};
