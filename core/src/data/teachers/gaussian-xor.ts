import { dot, matrixFromColumn } from "@finitude/engine";
import { z } from "zod";
import { uniforms } from "../random.ts";
import {
	dimensionField,
	gaussianInputs,
	inputVarianceField,
	randomDirection,
	rescaled,
	type Teacher,
} from "./teacher.ts";

const schema = z.strictObject({
	type: z.literal("gaussian-xor"),
	dimension: dimensionField.min(2, "an integer of at least 2"),
	inputVariance: inputVarianceField.describe("Variance of every coordinate around its cluster's center."),
	separation: z
		.number("a finite number above 0")
		.positive("a finite number above 0")
		.default(3)
		.describe("Distance of the four centers from the origin."),
});

/**
 * Four Gaussian clusters of equal weight at +-m_1 (y = +1) and +-m_2 (y = -1), |m_1| = |m_2| = separation, m_1 and m_2
 * orthogonal, of uniformly random directions; x = center + sqrt(inputVariance) z, z ~ N(0, I). No linear function of
 * x tells the classes apart (the XOR mixture of Refinetti, Goldt, Krzakala and Zdeborova 2021, arXiv:2102.11742).
 */
export const gaussianXorTeacher: Teacher<z.output<typeof schema>> & { schema: typeof schema } = {
	type: "gaussian-xor",
	schema,
	prepare(settings, engine, stream) {
		const { dimension, separation } = settings;
		const squared = separation * separation;
		const first = randomDirection(engine, stream, dimension, squared);
		const other = randomDirection(engine, stream, dimension, squared);
		const overlap = dot(first, other) / squared;
		const second = rescaled(
			other.map((x, i) => x - overlap * first[i]!),
			squared,
		);
		return (count, points) => {
			const inputs = gaussianInputs(engine, points, count, settings);
			const cluster = uniforms(engine, points, count).map((u) => Math.floor(4 * u));
			for (let i = 0; i < count; i++) {
				const center = cluster[i]! < 2 ? first : second;
				const sign = cluster[i]! % 2 === 0 ? 1 : -1;
				for (let j = 0; j < dimension; j++) inputs.data[i * dimension + j]! += sign * center[j]!;
			}
			return { inputs, targets: matrixFromColumn(cluster.map((c) => (c < 2 ? 1 : -1))) };
		};
	},
};
