/** Problems whose targets come from a teacher: y = erf(u) + noise, u one projection, u and the inputs standard normal. */
import { parseProblem, teacherData, teacherSchema } from "@finitude/core";

const TEST = 32;

const rowsOf = ({ rows, columns, data }) =>
	Array.from({ length: rows }, (_, i) => [...data.subarray(i * columns, (i + 1) * columns)]);

/**
 * @param network As in a problem file.
 * @returns A problem of `points` training points and 32 test points of `dimension` inputs.
 */
export function teacherProblem(engine, { points, dimension, network, noiseVariance }) {
	const teacher = teacherSchema.parse({ type: "single-index", dimension, link: "erf" });
	const data = teacherData(teacher, {
		trainCount: points,
		testCount: TEST,
		targetNoiseVariance: noiseVariance,
		seed: 1,
		engine,
	});
	const rows = Object.fromEntries(Object.entries(data).map(([name, matrix]) => [name, rowsOf(matrix)]));
	return parseProblem({ ...rows, network, noiseVariance });
}
