/** One hidden layer of erf units, one output: three inputs are averaged over on a grid, twenty on random points. */
import { teacherProblem } from "./teacher-student.js";

export const size = "P";

const network = {
	layers: [{ type: "dense", width: 500, activation: "erf", weightVariance: 1 }],
	readout: { weightVariance: 1 },
	scaling: "standard",
};

export const cases = [3, 20].flatMap((dimension) =>
	[64, 256, 1024].map((points) => ({
		title: `d=${dimension}, P=${points}`,
		series: `d=${dimension}`,
		size: points,
		problem: (engine) => teacherProblem(engine, { points, dimension, network, noiseVariance: 0.1 }),
	})),
);
