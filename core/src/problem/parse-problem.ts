import { type Matrix, matrixToRows } from "@finitude/engine";
import { activationNames } from "../activations/registry.ts";
import { InputError } from "../errors.ts";
import { networkFromJson } from "../network/parse-network.ts";
import { requireResidualShapes } from "../network/residual-shapes.ts";
import { counted, fieldName, parseWith } from "./faults.ts";
import { parseMatrix } from "./parse-matrix.ts";
import type { Problem } from "./problem.ts";
import { problemSchema } from "./schema.ts";
import { layerPositions } from "./tiling.ts";

/**
 * A problem from its JSON form (docs/experiment-file.md, "Problem"), every rule of it checked.
 *
 * @param where Where the problem stands in its file, as prefix of field names in messages: "" or "problem".
 * @param activations Names that `activation` may take.
 * @throws InputError for the first fault: "network.layers[0].width: wanted an integer of at least 1; got 0."
 */
export function parseProblem(
	json: unknown,
	where = "",
	activations: readonly string[] = activationNames(),
): Problem {
	const parsed = parseWith(problemSchema(activations), json, where);
	const at = (field: string) => fieldName([field], where);
	const trainInputs = parseMatrix(parsed.trainInputs, at("trainInputs"));
	const trainTargets = parseMatrix(parsed.trainTargets, at("trainTargets"), { flat: true });
	const testInputs =
		parsed.testInputs === undefined ? undefined : parseMatrix(parsed.testInputs, at("testInputs"));
	const testTargets =
		parsed.testTargets === undefined
			? undefined
			: parseMatrix(parsed.testTargets, at("testTargets"), { flat: true });
	const problem: Problem = {
		name: parsed.name,
		trainInputs,
		trainTargets,
		...(testInputs && { testInputs }),
		...(testTargets && { testTargets }),
		...(parsed.inputShape && { inputShape: parsed.inputShape }),
		network: networkFromJson(parsed.network, at("network")),
		noiseVariance: parsed.noiseVariance,
	};
	checkProblem(problem, where);
	return problem;
}

/**
 * The rules that join several fields: row counts, dimensions, the input shape, widths of residual blocks, patches that tile.
 * @throws InputError for the first that is broken.
 */
export function checkProblem(problem: Problem, where = ""): void {
	const at = (field: string) => fieldName([field], where);
	const { trainInputs, trainTargets, testInputs, testTargets, inputShape } = problem;
	for (const name of ["trainInputs", "trainTargets", "testInputs", "testTargets"] as const) {
		const values = problem[name];
		if (values) checkMagnitude(values, at(name));
	}
	checkRowCount(trainTargets, at("trainTargets"), trainInputs, "trainInputs");
	if (testInputs && testInputs.columns !== trainInputs.columns) {
		throw new InputError({
			where: at("testInputs"),
			wanted: `rows of ${counted(trainInputs.columns, "number")}, as in trainInputs`,
			got: `rows of ${testInputs.columns}`,
		});
	}
	if (testTargets) {
		if (!testInputs) {
			throw new InputError({
				where: at("testInputs"),
				wanted: "a row for each row of testTargets",
				got: "nothing",
				advice: "Give testInputs, or leave testTargets out.",
			});
		}
		checkRowCount(testTargets, at("testTargets"), testInputs, "testInputs");
		if (testTargets.columns !== trainTargets.columns) {
			throw new InputError({
				where: at("testTargets"),
				wanted: `rows of ${counted(trainTargets.columns, "number")}, as in trainTargets`,
				got: `rows of ${testTargets.columns}`,
			});
		}
	}
	if (inputShape && inputShape[0] * inputShape[1] * inputShape[2] !== trainInputs.columns) {
		throw new InputError({
			where: at("inputShape"),
			wanted: `height x width x channels = ${trainInputs.columns}, the length of the rows of trainInputs`,
			got: `${inputShape.join(" x ")} = ${inputShape[0] * inputShape[1] * inputShape[2]}`,
		});
	}
	const { layers } = problem.network;
	requireResidualShapes(layers, `${at("network")}.layers`);
	layerPositions(layers, trainInputs.columns, inputShape, `${at("network")}.layers`);
}

/** Kernels hold squares of inputs, and variances of sampled variances fourth powers of targets: these must not overflow. */
const LARGEST_MAGNITUDE = 1e70;

function checkMagnitude({ columns, data }: Matrix, where: string): void {
	const bad = data.findIndex((x) => !(Math.abs(x) <= LARGEST_MAGNITUDE));
	if (bad < 0) return;
	throw new InputError({
		where: `${where}[${Math.floor(bad / columns)}][${bad % columns}]`,
		wanted: "a number between -1e+70 and 1e+70",
		got: String(data[bad]),
		advice: "Rescale the data.",
	});
}

function checkRowCount(targets: Matrix, where: string, inputs: Matrix, inputsName: string): void {
	if (targets.rows === inputs.rows) return;
	throw new InputError({
		where,
		wanted: `${counted(inputs.rows, "row")}, one for each of ${inputsName}`,
		got: String(targets.rows),
	});
}

/** The JSON form of a problem; `parseProblem` gives the same problem back (JSON writes -0 as 0). */
export function problemToJson(problem: Problem): Record<string, unknown> {
	const { trainInputs, trainTargets, testInputs, testTargets, ...rest } = problem;
	return {
		...rest,
		trainInputs: matrixToRows(trainInputs),
		trainTargets: matrixToRows(trainTargets),
		...(testInputs && { testInputs: matrixToRows(testInputs) }),
		...(testTargets && { testTargets: matrixToRows(testTargets) }),
	};
}
