import { matrix } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { answerGroup } from "../../src/formats/answer-group.ts";
import { checkDataTree } from "../../src/formats/index.ts";
import { snakeCase, theoryGroupName } from "../../src/formats/names.ts";
import { messageOf } from "../helpers/message-of.ts";

/** name -> its dimensions with their lengths, of all that are no coordinates. */
function shapesOf(answer: object, layers: number): Record<string, string> {
	const group = answerGroup(answer, layers);
	checkDataTree({ attributes: {}, groups: { group } });
	return Object.fromEntries(
		Object.entries(group.variables)
			.filter(([name, { dimensions }]) => dimensions[0] !== name)
			.map(([name, { dimensions, shape }]) => [
				name,
				dimensions.map((d, i) => `${d} ${shape[i]}`).join(", "),
			]),
	);
}

const kernel = () => matrix(3, 3);

describe("answerGroup", () => {
	it("stacks what every layer has, and numbers what has another shape in each", () => {
		expect(
			shapesOf(
				{
					kernels: {
						output: kernel(),
						preactivation: [[kernel(), kernel()], kernel()],
						feature: [kernel(), kernel()],
					},
					kernelStandardErrors: { output: kernel() },
					preactivations: [
						{ skewness: matrix(3, 2), meanSkewness: 0.1 },
						{ skewness: matrix(3, 1), meanSkewness: 0 },
					],
				},
				2,
			),
		).toEqual({
			kernel_output: "train_point 3, train_point2 3",
			kernel_preactivation_0: "position_0 2, train_point 3, train_point2 3",
			kernel_preactivation_1: "train_point 3, train_point2 3",
			kernel_feature: "layer 2, train_point 3, train_point2 3",
			kernel_output_standard_error: "train_point 3, train_point2 3",
			preactivation_skewness_0: "train_point 3, position_0 2",
			preactivation_skewness_1: "train_point 3, position_1 1",
			preactivation_mean_skewness: "layer 2",
		});
	});

	it("keeps what only some layers have, and nested records", () => {
		const histogram = { edges: [0, 1, 2], density: [0.5, 0.5], below: 0 };
		expect(shapesOf({ preactivations: [{ histogram, meanSkewness: 1 }, { histogram }, {}] }, 3)).toEqual({
			preactivation_histogram_edges_0: "bin_edge 3",
			preactivation_histogram_edges_1: "bin_edge 3",
			preactivation_histogram_density_0: "bin 2",
			preactivation_histogram_density_1: "bin 2",
			preactivation_histogram_below_0: "",
			preactivation_histogram_below_1: "",
			preactivation_mean_skewness_0: "",
		});
	});

	it("gives order parameters their own names and default dimensions", () => {
		expect(
			shapesOf(
				{
					orderParameters: { Q: [0.5], stationaryPoints: [1, 2], freeEnergy: -1, Sigma: matrix(4, 4) },
					orderParameterStandardErrors: { Sigma: matrix(4, 4) },
					generalizationError: { total: 1, biasSquared: 0.5 },
					logEvidence: -2,
				},
				2,
			),
		).toEqual({
			Q: "Q_dim_0 1",
			stationary_points: "stationary_points_dim_0 2",
			free_energy: "",
			Sigma: "Sigma_dim_0 4, Sigma_dim_1 4",
			Sigma_standard_error: "Sigma_dim_0 4, Sigma_dim_1 4",
			generalization_error_total: "",
			generalization_error_bias_squared: "",
			log_evidence: "",
		});
	});

	it("gives a dimension one length in a group", () => {
		expect(
			shapesOf(
				{
					kernels: {
						output: kernel(),
						patches: [[matrix(5, 5), matrix(5, 5)]],
						layered: [kernel(), kernel()],
					},
				},
				2,
			),
		).toEqual({
			kernel_output: "train_point 3, train_point2 3",
			kernel_patches: "kernel_patches_dim_0 1, position 2, kernel_patches_dim_2 5, kernel_patches_dim_3 5",
			kernel_layered: "layer 2, train_point 3, train_point2 3",
		});
	});

	it("tells everything else in attributes", () => {
		const { attributes } = answerGroup(
			{
				theory: "nngp",
				seconds: 2,
				absent: { logEvidence: "why" },
				validity: [],
				convergence: { converged: true },
			},
			1,
		);
		expect(attributes).toMatchObject({
			theory: "nngp",
			seconds: 2,
			absent: '{"logEvidence":"why"}',
			validity: "[]",
			convergence: '{"converged":true}',
		});
	});

	it("refuses two quantities of one name", () => {
		expect(messageOf(() => answerGroup({ logEvidence: 1, orderParameters: { logEvidence: 2 } }, 1))).toBe(
			"answer group: log_evidence is there twice.",
		);
	});
});

it("names are those of Python, and symbols stay", () => {
	expect(["trainMeanStandardError", "Q", "Sigma", "meanTermScale", "logEvidence"].map(snakeCase)).toEqual([
		"train_mean_standard_error",
		"Q",
		"Sigma",
		"mean_term_scale",
		"log_evidence",
	]);
	expect(theoryGroupName("finite-width-correction")).toBe("theory_finite_width_correction");
});
