/** How multi-scale solves its equations on many nodes. */
import { createEngine } from "@finitude/engine";
import { expect, it } from "vitest";
import type { Problem } from "../../../src/index.ts";
import { priorKernels } from "../../../src/kernels/prior-kernels.ts";
import { adaptiveEquations } from "../../../src/theories/multi-scale/nonlinear/adaptive-equations.ts";
import { solveByFewer } from "../../../src/theories/multi-scale/nonlinear/defect-correction.ts";
import { solveOn } from "../../../src/theories/multi-scale/nonlinear/integration.ts";
import { solveAdaptive } from "../../../src/theories/multi-scale/nonlinear/solve-adaptive.ts";
import { featureSource, hiddenUnit, trapezoidRule } from "../../../src/tilted-unit/index.ts";
import { denseLayer, networkOf, normalMatrix } from "../../helpers/problems.ts";

const engine = await createEngine({ engine: "wasm" });

function setting(inputs: number, weightVariance: number, noiseVariance: number) {
	const targets = normalMatrix(6, 1, 62);
	const problem: Problem = {
		name: "signs",
		trainInputs: normalMatrix(6, inputs, 61),
		trainTargets: { ...targets, data: targets.data.map(Math.sign) },
		network: networkOf([denseLayer("erf", { width: 6, weightVariance })], {
			readout: { weightVariance: 1.2, biasVariance: 0 },
		}),
		noiseVariance,
	};
	const equations = {
		width: 6,
		readoutVariance: 1.2,
		targets: problem.trainTargets.data,
		noiseVariance,
	};
	const task = {
		problem,
		equations,
		fluctuating: true,
		priorKernel: priorKernels(engine, problem).output.train,
	};
	return { task, unit: hiddenUnit(engine, problem) };
}

const ACCURACY = 1e-9;

it("many nodes are solved by few of them as by themselves", () => {
	const { task, unit } = setting(2, 1.5, 0.3);
	const on = (step: number) =>
		adaptiveEquations(engine, task.equations, featureSource(engine, unit, trapezoidRule(2, step, 10)));
	const [few, many] = [on(0.8), on(0.2)];
	const start = solveOn(engine, task, unit, few.source.rule, undefined, { accuracy: ACCURACY }).solution.point
		.field;
	const direct = solveAdaptive(engine, many, start, ACCURACY);
	const corrected = solveByFewer(engine, many, few, start, ACCURACY, ACCURACY);
	expect([direct.converged, corrected.converged]).toEqual([true, true]);
	// Both leave a residual of kappa Delta + f - y over |y|.
	const bound = (ACCURACY * Math.sqrt(6)) / task.equations.noiseVariance;
	corrected.point.field.dual.forEach((x, a) => {
		expect(Math.abs(x - direct.point.field.dual[a]!)).toBeLessThan(2 * bound);
	});
});
