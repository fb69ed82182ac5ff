import { createEngine, type Matrix } from "@finitude/engine";
import { describe, expect, test } from "vitest";
import { rowsOf } from "../../src/experiments/probing/readings.ts";
import {
	findProbe,
	findTheory,
	type ProbedExperiment,
	type ProbeRow,
	probeComparison,
	probeExperiment,
	runChain,
	solveTheory,
} from "../../src/index.ts";
import { averageOf, predictedMoments, priorMoments } from "../../src/probes/probed-moments.ts";
import { convolutionLayer, denseLayer, networkOf, smallProblem } from "../helpers/problems.ts";

const engine = await createEngine();
const solved = (problem: ReturnType<typeof smallProblem>, ...ids: string[]) =>
	ids.map((id) => solveTheory(findTheory(id), problem, {}, { engine, clock: () => 0 }));

function row({ probes }: Pick<ProbedExperiment, "probes">, quantity: string, layer: string): ProbeRow {
	return probes.flatMap(({ rows }) => rows).find((one) => one.quantity === quantity && one.layer === layer)!;
}

describe("moments that theories predict", () => {
	const problem = smallProblem(networkOf([denseLayer("erf"), denseLayer("erf", { biasVariance: 0.2 })]));

	test("those of infinite width are the prior's, layer by layer", () => {
		const { moments } = priorMoments(engine, problem);
		const [limit] = solved(problem, "nngp");
		const predicted = predictedMoments(problem, limit!);
		expect(predicted.moments.kernels).toEqual(moments.kernels);
		expect(moments.kernels.map(({ layer }) => layer)).toEqual(["layer 1", "layer 2", "output"]);
		expect(predicted.missing).toEqual({ weights: "the theory does not say" });
	});

	test("kernels given the layer below are not those of the posterior", () => {
		const [most] = solved(problem, "map-kernels");
		const { moments, missing } = predictedMoments(problem, most!);
		expect(moments.kernels.map(({ layer }) => layer)).toEqual(["output"]);
		expect(missing["layer 1"]).toBe(
			"the theory's kernels of pre-activations are covariances given the layer below, not those of the posterior",
		);
	});

	test("an expansion's output kernel has its shift", () => {
		const [corrected] = solved(problem, "finite-width-correction");
		const { output, outputShift } = corrected!.kernels as Record<string, Matrix>;
		const { kernel } = predictedMoments(problem, corrected!).moments.kernels.find(
			({ layer }) => layer === "output",
		)!;
		expect(kernel.data[1]).toBeCloseTo(output!.data[1]! + outputShift!.data[1]!, 14);
	});

	test("a convolution's kernel is the average over positions, its weight covariance that of a patch", () => {
		const patches = smallProblem(networkOf([convolutionLayer("erf")]));
		const { moments } = priorMoments(engine, patches);
		const [limit] = solved(patches, "equations-of-state");
		const predicted = predictedMoments(patches, limit!).moments;
		const positions = limit!.kernels.preactivation![0 as never] as unknown as Matrix[];
		expect(predicted.kernels[0]!.kernel).toEqual(averageOf(positions));
		expect(moments.weightCovariance).toMatchObject({ rows: 3 });
		expect(Array.from(moments.weightCovariance!.data)).toEqual(
			[1, 0, 0, 0, 1, 0, 0, 0, 1].map((one) => one / 3),
		);
		expect(predicted.weightCovariance).toBe(limit!.orderParameters.Sigma);
	});
});

describe("probes of an experiment", () => {
	const problem = smallProblem(networkOf([denseLayer("erf", { width: 6 })]));
	const answers = solved(problem, "nngp", "kernel-rescaling");
	const settings = { sampler: "hmc", chains: 2, draws: 64, warmup: 50, seed: 3 };
	const chains = [0, 1].map((c) => runChain(problem, engine, settings, c));
	const probe = (converged: boolean, ...ids: string[]) =>
		probeExperiment(engine, {
			problem,
			answers,
			probes: ids.map((id) => findProbe(id)),
			sampled: { sampler: "hmc", converged, chains },
			seed: 1,
		});

	test("the prior is what nngp predicts; z is the distance in standard errors", () => {
		const { prior, theories, sampled } = row(probe(true, "alignment"), "centeredAlignment", "output");
		const { values, z, agreeing } = theories.nngp as Extract<(typeof theories)[string], { values: unknown }>;
		expect("values" in prior && prior.values).toEqual(values);
		const seen = sampled as { readonly values: number[]; readonly standardErrors: number[] };
		expect(z![0]).toBeCloseTo((values[0]! - seen.values[0]!) / seen.standardErrors[0]!, 12);
		expect(agreeing).toBe(Math.abs(z![0]!) <= 3 ? 1 : 0);
	});

	test("a theory without a layer says why", () => {
		expect(row(probe(true, "alignment"), "alignment", "layer 1").theories["kernel-rescaling"]).toEqual({
			reason: "this theory has no statement about the kernel of a hidden layer before the nonlinearity",
		});
	});

	test("chains that have not converged are no measure", () => {
		const { theories, sampled } = row(probe(false, "alignment"), "alignment", "output");
		expect(theories.nngp).not.toHaveProperty("z");
		expect(sampled).toHaveProperty("standardErrors");
	});

	test("probes of draws say that the weights were not kept", () => {
		const { sampled, prior, theories } = row(
			probe(true, "neural-persistence"),
			"neuralPersistence",
			"layer 1",
		);
		expect(sampled).toEqual({
			reason:
				"chains: wanted chains that kept the weights of the same draws; got others. Sample with saveWeights.",
		});
		expect(prior).toHaveProperty("standardErrors");
		expect(theories.nngp).toEqual({ reason: "no theory predicts it from kernels alone" });
	});

	test("a comparison looks at alignment, CKA, rank and spectrum", () => {
		const probed = probeComparison(engine, { problem, answers }) as ProbedExperiment;
		expect(probed.probes.map(({ id }) => id)).toEqual(["alignment", "cka", "effective-rank", "spectrum"]);
		expect(probed).not.toHaveProperty("sampled");
	});
});

test("sampled numbers without an error of their own leave no z where a theory differs, and the reason", () => {
	const read = (values: number[], standardErrors?: number[]) => ({
		readings: [
			{ quantity: "histogram", layer: "layer 1", values, ...(standardErrors && { standardErrors }) },
		],
		missing: {},
	});
	const [one] = rowsOf(
		{
			prior: read([0, 1, 2]),
			theories: [
				{ id: "elsewhere", ...read([0.1, 1, 2]) },
				{ id: "there", ...read([0, 1.2, 2]) },
				{ id: "shorter", ...read([0, 1]) },
			],
			sampled: read([0, 1, 2], [0, 0.1, 1]),
		},
		true,
	);
	expect(one!.theories).toEqual({
		elsewhere: {
			values: [0.1, 1, 2],
			noZ: "no z, since the error of 1 of 3 sampled numbers is 0, and the theory differs there",
		},
		there: { values: [0, 1.2, 2], z: [0, expect.closeTo(2, 12), 0], agreeing: 3 },
		shorter: {
			values: [0, 1],
			noZ: "no z, since the theory has 2 numbers and the sampled network 3",
		},
	});
});
