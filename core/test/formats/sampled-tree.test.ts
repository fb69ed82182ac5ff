/** A sampled problem as a tree: the ArviZ schema, and every number in its place. */
import { describe, expect, it } from "vitest";
import { sampledTree } from "../../src/formats/index.ts";
import type { ReportedAnswer } from "../../src/index.ts";
import { meansOnly, unsolved } from "../helpers/means-only.ts";
import { dense, randomProblem } from "../samplers/problems.ts";
import { schemaFaults } from "./arviz-schema.ts";
import { sampledProblem, stoppedAfter } from "./sampled-problems.ts";
import { asRead } from "./trees.ts";
import { formats } from "./writers.ts";

const problem = {
	...randomProblem({
		points: 5,
		inputs: 4,
		testPoints: 3,
		outputs: 2,
		layers: [dense(6, "erf"), dense(7, "tanh", 1, 0.1)],
	}),
	name: "two layers, two outputs",
};
const sampled = sampledProblem(problem);
const tree = sampledTree(sampled);
const read = asRead(tree);
const { posterior, sample_stats, observed_data, constant_data, sampled_network, theory_nngp } = read.groups;

describe.each(Object.keys(formats))("%s", (format) => {
	it("gives back the whole tree, and it follows the ArviZ schema", async () => {
		const back = await formats[format]!(tree);
		expect(schemaFaults(back)).toEqual([]);
		expect(back).toEqual(read);
	});
});

/** What a theory said of the problem. */
function answerOf(theory: string): ReportedAnswer {
	const outcome = sampled.theories.find((candidate) => candidate.theory === theory)!;
	if ("reason" in outcome) throw new Error(outcome.reason);
	return outcome.answer;
}

it("has one draw of every quantity for each chain and draw", () => {
	const shapes = Object.entries(posterior!.variables).map(([name, { dimensions, shape }]) => [
		name,
		dimensions.join(),
		shape.join(),
	]);
	expect(shapes).toEqual([
		["chain", "chain", "3"],
		["draw", "draw", "20"],
		["train_point", "train_point", "5"],
		["test_point", "test_point", "3"],
		["output", "output", "2"],
		["conditional_train_variance", "chain,draw,train_point", "3,20,5"],
		["conditional_test_variance", "chain,draw,test_point", "3,20,3"],
		["kernel_mean_diagonal", "chain,draw", "3,20"],
		["kernel_label_projection", "chain,draw", "3,20"],
		["train_mean", "chain,draw,train_point,output", "3,20,5,2"],
		["test_mean", "chain,draw,test_point,output", "3,20,3,2"],
	]);
	const { chains } = sampled;
	expect(posterior!.variables.test_mean!.values).toEqual(chains.flatMap(({ testMean }) => [...testMean]));
	expect(posterior!.variables.conditional_train_variance!.values).toEqual(
		chains.flatMap(({ trainVariance }) => [...trainVariance.filter((_, i) => i % 2 === 0)]),
	);
	expect(sample_stats!.variables.lp!.values).toEqual(
		chains.flatMap(({ scalars }) => [...scalars.logDensity]),
	);
	expect(sample_stats!.variables.diverging!.values).toEqual(new Array(60).fill(false));
	expect(sample_stats!.variables.step_size!.values.filter((_, i) => i % 20 === 0)).toEqual(
		chains.map(({ stepSize }) => stepSize),
	);
	expect(sample_stats!.attributes).toMatchObject({
		sampler: "hmc",
		seed: 1,
		tuning_steps: 10,
		sampling_time: 0.5,
		completed_draws: [20, 20, 20],
		gradient_evaluations: chains.map(({ gradientEvaluations }) => gradientEvaluations),
	});
});

it("has the weights of every network in a group of their own", () => {
	const { weights } = read.groups;
	const shapes = Object.entries(weights!.variables)
		.filter(([name, { dimensions }]) => dimensions[0] !== name)
		.map(([name, { dimensions, shape }]) => `${name}: ${dimensions.join()} ${shape.join()}`);
	expect(shapes).toEqual([
		"weights_1: chain,draw,unit_1,fan_in_1 3,20,6,4",
		"weights_2: chain,draw,unit_2,fan_in_2 3,20,7,6",
		"biases_2: chain,draw,unit_2 3,20,7",
		"readout_weights: chain,draw,feature,output 3,20,7,2",
	]);
	const count = 6 * 4 + 7 * 6 + 7 + 7 * 2;
	const row = sampled.chains[2]!.weights!.subarray(19 * count);
	const last = (name: string, size: number) => weights!.variables[name]!.values.slice(-size);
	expect(last("weights_1", 24)).toEqual([...row.subarray(0, 24)]);
	expect(last("biases_2", 7)).toEqual([...row.subarray(66, 73)]);
	expect(last("readout_weights", 14)).toEqual([...row.subarray(73)]);
});

it("has the networks of some draws with the numbers of these draws", () => {
	const chains = sampled.chains.map((chain) => {
		const count = chain.weights!.length / chain.completedDraws;
		const row = (t: number) => [...chain.weights!.subarray(t * count, (t + 1) * count)];
		return { ...chain, weightsEvery: 7, weights: Float64Array.from([0, 7, 14].flatMap(row)) };
	});
	const { variables } = asRead(sampledTree({ ...sampled, chains })).groups.weights!;
	expect(variables.draw).toMatchObject({ dimensions: ["draw"], values: [0, 7, 14] });
	expect(variables.weights_2!.shape).toEqual([3, 3, 7, 6]);
	const row = sampled.chains[2]!.weights!.subarray(14 * (6 * 4 + 7 * 6 + 7 + 7 * 2));
	expect(variables.weights_1!.values.slice(-24)).toEqual([...row.subarray(0, 24)]);
});

it("has no weights where they were not kept", () => {
	const chains = sampled.chains.map(({ weights: _, weightArrays: __, ...chain }) => chain);
	expect(sampledTree({ ...sampled, chains }).groups).not.toHaveProperty("weights");
});

it("has what was given", () => {
	expect(observed_data!.variables.train_targets).toMatchObject({
		dimensions: ["train_point", "output"],
		values: [...problem.trainTargets.data],
	});
	expect(constant_data!.variables.test_inputs).toMatchObject({
		dimensions: ["test_point", "input"],
		shape: [3, 4],
		values: [...problem.testInputs!.data],
	});
	expect(constant_data!.variables.noise_variance).toMatchObject({ dimensions: [], values: [0.1] });
	expect(JSON.parse((constant_data!.attributes as { network: string }).network)).toEqual(problem.network);
	expect(read.attributes).toMatchObject({ title: "two layers, two outputs" });
});

it("has the averages and each theory under the same names", () => {
	const { answer } = sampled;
	const nngp = answerOf("nngp");
	for (const [group, said] of [
		[sampled_network!, answer],
		[theory_nngp!, nngp],
	] as const) {
		expect(group.variables.test_variance).toMatchObject({
			dimensions: ["test_point", "output"],
			values: [...said.testVariance!.data],
		});
		expect(group.variables.kernel_preactivation).toMatchObject({
			dimensions: ["layer", "train_point", "train_point2"],
			shape: [2, 5, 5],
		});
	}
	expect(theory_nngp!.variables.log_evidence!.values).toEqual([nngp.logEvidence]);
	expect(sampled_network!.variables).toHaveProperty("kernel_output_standard_error");
	expect(sampled_network!.variables.preactivation_skewness!.dimensions).toEqual([
		"layer",
		"train_point",
		"position",
	]);
	expect(theory_nngp!.attributes).toMatchObject({
		theory: "nngp",
		convergence: JSON.stringify(nngp.convergence),
		version: nngp.version,
	});
});

it("says why a theory has no group", () => {
	const { refused_theories } = read.attributes as { refused_theories: string };
	expect(JSON.parse(refused_theories)["kernel-rescaling"]).toBe(
		"kernel-rescaling handles one hidden layer when there are several outputs; this network has L = 2.",
	);
	expect(read.groups).not.toHaveProperty("theory_kernel_rescaling");
});

it("cuts chains to the shortest and keeps their numbers", () => {
	const { groups } = asRead(
		sampledTree(sampledProblem(problem, ([first, , third]) => [first!, stoppedAfter(third!, 8)])),
	);
	expect(groups.posterior!.variables.chain!.values).toEqual([0, 2]);
	expect(groups.posterior!.variables.train_mean!.shape).toEqual([2, 8, 5, 2]);
	expect(groups.posterior!.variables.train_mean!.values.slice(80)).toEqual([
		...sampled.chains[2]!.trainMean.slice(0, 80),
	]);
	expect(groups.sample_stats!.attributes).toMatchObject({ completed_draws: [20, 8] });
	expect(groups.sample_stats!.variables.diverging!.shape).toEqual([2, 8]);
});

it("has no test points where the problem has none, and variances for each output where they differ", () => {
	const { testInputs: _, ...seen } = problem;
	const { groups } = asRead(
		sampledTree(
			sampledProblem(seen, (chains) =>
				chains.map((chain) => ({
					...chain,
					trainVariance: chain.trainVariance.map((value, i) => value * (1 + (i % 2))),
				})),
			),
		),
	);
	const names = Object.values(groups).flatMap(({ variables }) => Object.keys(variables));
	expect(names.filter((name) => name.includes("test"))).toEqual([]);
	expect(groups.posterior!.variables.conditional_train_variance!.dimensions).toEqual([
		"chain",
		"draw",
		"train_point",
		"output",
	]);
});

describe.each(Object.keys(formats))("%s, of theories that leave something out", (format) => {
	const theories = [
		{ theory: "nngp", answer: meansOnly(answerOf("nngp")) },
		{ theory: "kernel-rescaling", answer: unsolved({ ...answerOf("nngp"), theory: "kernel-rescaling" }) },
	];

	it("has a group for each, with the reasons", async () => {
		const written = sampledTree({ ...sampled, theories });
		const back = await formats[format]!(written);
		expect(back).toEqual(asRead(written));
		const { theory_nngp: means, theory_kernel_rescaling: nothing } = back.groups;
		const names = (group: typeof means) =>
			["train_mean", "train_variance", "test_mean", "test_variance", "log_evidence"].filter(
				(name) => name in group!.variables,
			);
		expect(names(means)).toEqual(["train_mean", "test_mean", "log_evidence"]);
		expect(names(nothing)).toEqual(["log_evidence"]);
		expect(written.groups.theory_nngp!.attributes.absent).toBe(
			'{"trainVariance":"this theory gives the posterior mean only","testVariance":"this theory gives the posterior mean only"}',
		);
	});
});
