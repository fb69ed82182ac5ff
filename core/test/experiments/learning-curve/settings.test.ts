import { describe, expect, it } from "vitest";
import { halvings } from "../../../src/experiments/learning-curve/settings.ts";
import { faultOf } from "../../helpers/fault-of.ts";
import { digits, linearTeacher, resolveCurve } from "./curves.ts";

describe("the points of a curve", () => {
	it.each([
		[100, 1, [3, 6, 13, 25, 50, 100]],
		[100, 2, [4, 6, 12, 26, 50, 100]],
		[24, 3, [3, 6, 12, 24]],
		[5, 1, [3, 5]],
		[1, 1, [1]],
		[2, 10, [2]],
	])("of %d points in %d classes", (most, classes, expected) =>
		expect(halvings(most, classes)).toEqual(expected),
	);

	it("are by default halves of the experiment's own, at its width, sampled everywhere", () => {
		expect(resolveCurve(digits).settings).toEqual({
			samples: [3, 6, 12, 24],
			repetitions: 1,
			sampleAt: [3, 6, 12, 24],
		});
	});

	it("are sorted, each once, and stand in the resolved experiment", () => {
		const learningCurve = { samples: [8, 4, 8], widths: [20, 5], repetitions: 2, sampleAt: [8] };
		const curve = resolveCurve({ ...linearTeacher, learningCurve });
		const complete = { samples: [4, 8], widths: [5, 20], repetitions: 2, sampleAt: [8] };
		expect(curve.settings).toEqual(complete);
		expect(curve.experiment.resolved.learningCurve).toEqual(complete);
		expect(resolveCurve(curve.experiment.resolved).settings).toEqual(complete);
	});
});

describe("a wrong section", () => {
	const { testCount: _, ...untested } = linearTeacher.data;
	const given = {
		name: "given",
		problem: {
			trainInputs: [[1], [2], [3]],
			trainTargets: [1, 2, 3],
			testInputs: [[4]],
			testTargets: [4],
			network: linearTeacher.network,
			noiseVariance: 0.1,
		},
	};
	it.each([
		[
			"an unknown key",
			{ ...linearTeacher, learningCurve: { points: [3] } },
			"learningCurve.points: wanted one of the keys samples, widths, repetitions or sampleAt; got an unknown key.",
		],
		[
			"no points",
			{ ...linearTeacher, learningCurve: { samples: [] } },
			"learningCurve.samples: wanted a list of 1 to 100 numbers of training points; got an empty list.",
		],
		[
			"half a point",
			{ ...linearTeacher, learningCurve: { samples: [4, 2.5] } },
			"learningCurve.samples[1]: wanted an integer from 1 to 10000000; got 2.5.",
		],
		[
			"a width of 0",
			{ ...linearTeacher, learningCurve: { widths: [0] } },
			"learningCurve.widths[0]: wanted an integer from 1 to 2147483648; got 0.",
		],
		[
			"no repetition",
			{ ...linearTeacher, learningCurve: { repetitions: 0 } },
			"learningCurve.repetitions: wanted an integer from 1 to 1000; got 0.",
		],
		[
			"sampling beside the curve",
			{ ...linearTeacher, learningCurve: { samples: [4, 8], sampleAt: [4, 6] } },
			"learningCurve.sampleAt[1]: wanted one of the samples 4, 8; got 6.",
		],
		[
			"more points than a problem has",
			{ ...given, learningCurve: { samples: [2, 4] } },
			"learningCurve.samples: wanted at most 3 training points, as many as there are; got 4.",
		],
		[
			"more points than a file has",
			{ ...digits, learningCurve: { samples: [99] } },
			"learningCurve.samples: wanted at most 20 points of class 0, as many as there are; got 33 (99 over all classes). Or say balanced: false.",
		],
		[
			"repetitions of given points",
			{ ...given, learningCurve: { repetitions: 2 } },
			"learningCurve.repetitions: wanted 1, since the training points are given and not drawn; got 2. Use a teacher, or data with a number as trainCount.",
		],
		[
			"no test points",
			{ ...linearTeacher, data: { ...untested, testCount: 0 } },
			"testTargets: wanted test points with targets, for the test error of a learning curve; got no test points.",
		],
	])("%s", (_, json, message) => expect(faultOf(() => resolveCurve(json))).toBe(message));
});
