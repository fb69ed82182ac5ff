/** How multi-scale finds nodes, and solves its equations on many of them. */
import { createEngine, seedStream } from "@finitude/engine";
import { expect, it } from "vitest";
import type { Problem } from "../../../src/index.ts";
import { priorKernels } from "../../../src/kernels/prior-kernels.ts";
import { adaptiveEquations } from "../../../src/theories/multi-scale/nonlinear/adaptive-equations.ts";
import { solveByFewer } from "../../../src/theories/multi-scale/nonlinear/defect-correction.ts";
import { solveOn } from "../../../src/theories/multi-scale/nonlinear/integration.ts";
import { searchByMixtures } from "../../../src/theories/multi-scale/nonlinear/search-by-mixtures.ts";
import { solveAdaptive } from "../../../src/theories/multi-scale/nonlinear/solve-adaptive.ts";
import { trial } from "../../../src/theories/multi-scale/nonlinear/trial.ts";
import { featureSource, hiddenUnit, nodesOfProposal, trapezoidRule } from "../../../src/tilted-unit/index.ts";
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

it("a mixture of normal densities finds the solution of a grid where one of them hardly counts", () => {
	const { task, unit } = setting(3, 4, 0.02);
	const start = { dual: new Float64Array(6) };
	// The prior.
	const normal = nodesOfProposal(engine, { unit, scales: new Float64Array(0) }, start, seedStream(9));
	expect(trial(engine, task, normal, 11, start).fraction).toBeLessThan(0.1);
	const found = searchByMixtures(engine, task, normal, 11, seedStream(8), undefined);
	expect(found.trial.fraction).toBeGreaterThan(0.3);
	const field = found.trial.solution.point.field;
	const grid = solveOn(engine, task, unit, trapezoidRule(3, 0.15, 8, { even: true }), field).solution;
	expect(grid.converged).toBe(true);
	const sets = Array.from({ length: 8 }, (_, k) => {
		const { solution } = solveOn(engine, task, found.nodes.unit, found.nodes.draw(11, k), field);
		expect(solution.converged).toBe(true);
		return solution.point.field.dual;
	});
	for (let a = 0; a < 6; a++) {
		const values = sets.map((dual) => dual[a]!);
		const center = values.reduce((sum, x) => sum + x, 0) / 8;
		const error = Math.sqrt(values.reduce((sum, x) => sum + (x - center) ** 2, 0) / 56);
		// Student's t with 7 degrees of freedom exceeds 5.4 once in a thousand.
		expect(Math.abs(center - grid.point.field.dual[a]!)).toBeLessThan(5.4 * error);
	}
});

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
