import { matrixFromColumn } from "@finitude/engine";
import { z } from "zod";
import { normals, uniforms } from "../random.ts";
import { dimensionField, type Teacher } from "./teacher.ts";

const noise = (description: string) =>
	z
		.number("a number from 0 to 1")
		.min(0, "a number from 0 to 1")
		.max(1, "a number from 0 to 1")
		.describe(description);

const schema = z.strictObject({
	type: z.literal("templates"),
	dimension: dimensionField,
	templates: z
		.int("an integer of at least 1")
		.min(1, "an integer of at least 1")
		.max(10_000_000, "an integer of at most 10000000")
		.describe("M, the number of templates."),
	trainNoise: noise("gamma of the training points; 0 shows the templates themselves.").default(0),
	testNoise: noise("gamma of the test points.").default(0.1),
});

/**
 * Noisy versions of labeled templates, after the template task of Li and Sompolinsky 2021 (arXiv:2012.04030).
 *
 * Templates t_1, ..., t_M ~ N(0, I); each has a label +1 or -1 by a fair coin. Point i (from 0) belongs to template
 * c = i mod M: x = sqrt(1 - gamma) t_c + sqrt(gamma) z, z ~ N(0, I), y = the label of t_c, so every coordinate has
 * variance 1 for every gamma. With trainNoise = 0 and more points than templates, inputs repeat.
 */
export const templatesTeacher: Teacher<z.output<typeof schema>> & { schema: typeof schema } = {
	type: "templates",
	schema,
	prepare({ dimension, templates, trainNoise, testNoise }, engine, stream) {
		const centers = normals(engine, stream, templates * dimension);
		const labels = uniforms(engine, stream, templates).map((u) => (u < 0.5 ? -1 : 1));
		return (count, points, role) => {
			const gamma = role === "train" ? trainNoise : testNoise;
			const z = normals(engine, points, count * dimension);
			const data = z.map((value, k) => {
				const template = Math.floor(k / dimension) % templates;
				const center = centers[template * dimension + (k % dimension)]!;
				return Math.sqrt(1 - gamma) * center + Math.sqrt(gamma) * value;
			});
			const targets = Float64Array.from({ length: count }, (_, i) => labels[i % templates]!);
			return { inputs: { rows: count, columns: dimension, data }, targets: matrixFromColumn(targets) };
		};
	},
};
