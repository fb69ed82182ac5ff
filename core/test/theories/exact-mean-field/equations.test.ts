/** The saddle equations, their Jacobian and the free energy, against finite differences. */
import { dot, type Matrix, matrix } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import type { Problem } from "../../../src/index.ts";
import { priorKernels } from "../../../src/kernels/prior-kernels.ts";
import { anchorOf } from "../../../src/theories/exact-mean-field/anchor.ts";
import { gmres } from "../../../src/theories/exact-mean-field/gmres.ts";
import { type NeuronLaw, neuronLaw } from "../../../src/theories/exact-mean-field/neurons.ts";
import { applyJacobian, saddlePoint } from "../../../src/theories/exact-mean-field/newton.ts";
import { proposalOf } from "../../../src/theories/exact-mean-field/proposal.ts";
import { freeEnergy, saddleProblem } from "../../../src/theories/exact-mean-field/saddle-equations.ts";
import { findSaddle } from "../../../src/theories/exact-mean-field/starts.ts";
import { featureSource, hiddenUnit, nodesOf, trainingUnit } from "../../../src/tilted-unit/index.ts";
import { distance } from "../../helpers/answers.ts";
import { convolutionLayer, normalMatrix } from "../../helpers/problems.ts";
import { engine, plane, plus } from "./problems.ts";

const biases = { readout: { weightVariance: 1.2, biasVariance: 0.3 } };

const problems: Record<string, { problem: Problem; random?: boolean }> = {
	"grid, erf": { problem: plane("erf") },
	"arcs, relu with biases": {
		problem: plane("relu", { inputs: 1, layer: { biasVariance: 0.4 }, network: biases }),
	},
	"importance nodes with the prior's share, tanh": { problem: plane("tanh", { inputs: 4 }), random: true },
	"sphere with the prior's share, relu": { problem: plane("relu", { inputs: 4 }), random: true },
	"convolution, sphere, linear": {
		problem: plane("linear", {
			inputs: 9,
			network: { layers: [convolutionLayer("linear")], ...biases },
		}),
		random: true,
	},
	"convolution, grid, erf": {
		problem: plane("erf", {
			inputs: 6,
			network: { layers: [convolutionLayer("erf", { patch: 2, stride: 2 })] },
		}),
	},
};

function lawOf({ problem, random = false }: { problem: Problem; random?: boolean }): {
	law: NeuronLaw;
	guess: Matrix;
} {
	const unit = hiddenUnit(engine, problem);
	const prior = priorKernels(engine, problem).outputWeights.train;
	const { covariance, kernel: guess } = proposalOf(engine, problem, unit, prior);
	const nodes = nodesOf(engine, unit, covariance, { integration: "auto", samples: 1024, seed: 1 });
	const rule = nodes.kind === "sampled" ? nodes.rule : nodes.rule(-4);
	const law = neuronLaw(engine, featureSource(engine, trainingUnit(unit), rule));
	if (!random) return { law, guess };
	const { readoutVariance } = saddleProblem(problem);
	const exact = matrix(
		prior.rows,
		prior.rows,
		prior.data.map((x) => x / readoutVariance),
	);
	return { law: law.anchored(anchorOf(engine, law, exact, law.prior)), guess };
}

function symmetric(seed: number, P: number): Matrix {
	const x = normalMatrix(P, P, seed);
	return matrix(
		P,
		P,
		x.data.map((value, k) => 0.5 * (value + x.data[(k % P) * P + Math.floor(k / P)]!)),
	);
}

describe.each(Object.entries(problems))("%s", (_name, setting) => {
	const problem = saddleProblem(setting.problem);
	const { law, guess } = lawOf(setting);
	const { point, converged } = findSaddle(engine, law, problem, guess)!;
	const P = point.kernel.rows;
	const size = point.kernel.data.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
	const change = symmetric(5, P);
	for (let k = 0; k < change.data.length; k++) change.data[k]! *= size;
	const energy = (kernel: Matrix) => {
		const { force, neurons } = saddlePoint(engine, law, problem, kernel)!;
		return freeEnergy(problem, kernel, force, neurons.logNormalizer);
	};

	it("is solved to rounding", () => {
		expect(converged).toBe(true);
		expect(point.residual).toBeLessThan(1e-12);
	});

	it("has J as the derivative of F, also away from the solution", () => {
		const away = plus(point.kernel, 0.01, point.kernel);
		const here = saddlePoint(engine, law, problem, away)!;
		const step = 1e-5;
		const up = saddlePoint(engine, law, problem, plus(away, step, change))!.defect;
		const down = saddlePoint(engine, law, problem, plus(away, -step, change))!.defect;
		const difference = matrix(
			P,
			P,
			up.data.map((x, k) => (x - down.data[k]!) / (2 * step)),
		);
		// Central differences: step^2 times third derivatives of order 1e3 here, since noise and kernel differ by 30.
		expect(distance(difference, applyJacobian(engine, law, problem, here, change))).toBeLessThan(1e-5);
	});

	it("makes S stationary", () => {
		const step = 1e-4;
		const slope =
			(energy(plus(point.kernel, step, change)) - energy(plus(point.kernel, -step, change))) / (2 * step);
		const away = plus(point.kernel, 0.1, point.kernel);
		const elsewhere = (energy(plus(away, step, change)) - energy(plus(away, -step, change))) / (2 * step);
		// Central differences: 1e-8 times third derivatives.
		expect(Math.abs(slope)).toBeLessThan(1e-4 * Math.abs(elsewhere));
	});
});

it("gmres solves a nonsymmetric system", () => {
	const A = normalMatrix(12, 12, 3);
	for (let i = 0; i < 12; i++) A.data[i * 12 + i]! += 4;
	const apply = (x: Float64Array) =>
		Float64Array.from({ length: 12 }, (_, i) => dot(A.data.subarray(12 * i, 12 * i + 12), x));
	const b = normalMatrix(12, 1, 4).data;
	const rest = (x: Float64Array) => {
		const image = apply(x).map((value, i) => value - b[i]!);
		return Math.sqrt(dot(image, image) / dot(b, b));
	};
	expect(rest(gmres(apply, b, 1e-3))).toBeLessThan(1e-3);
	// As many directions as unknowns leave rounding.
	expect(rest(gmres(apply, b, 0))).toBeLessThan(1e-13);
	expect(Array.from(gmres(apply, new Float64Array(12), 1e-3))).toEqual(new Array(12).fill(0));
});
