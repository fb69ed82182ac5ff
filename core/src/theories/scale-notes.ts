/** What theories of a scaled prior kernel ask of a problem, in numbers. */
import type { ValidityNote } from "../answer/answer.ts";
import { layerWidth } from "../network/network.ts";
import type { Problem } from "../problem/problem.ts";
import { firstNonlinear } from "../samplers/linear-networks.ts";
import { positionOrder } from "../samplers/position-order.ts";

/** P/N of the narrowest layer. @param scales what the theory has: one number, or a matrix of them */
export function pointsPerWidthNote(
	{ trainInputs, network: { layers } }: Problem,
	scales: "scale" | "scales" = "scale",
): ValidityNote {
	const width = Math.min(...layers.map(layerWidth));
	const layer =
		layers.length > 1
			? `a narrowest hidden layer of width ${width}`
			: layers[0]!.type === "dense"
				? `a hidden layer of width ${width}`
				: `a convolution of ${width} channels`;
	const departs = scales === "scale" ? "the scale departs" : "the scales depart";
	return {
		name: "P/N",
		value: trainInputs.rows / width,
		message: `${trainInputs.rows} points for ${layer}: ${departs} from 1 as this grows`,
	};
}

/** Below it the gain over infinite width was small on sampled networks (docs/theories/kernel-rescaling.md). */
const FEW_INPUTS = 10;

/** The inputs that a unit of the first layer sees: the ansatz asks for many of them. */
export function inputDimensionNote(problem: Problem): ValidityNote {
	const { counts, inputColumns } = positionOrder(problem);
	const d = inputColumns[0]!.length;
	const inputs = counts[0] === 1 ? "inputs" : "inputs in a patch";
	const wishart = "the hidden kernel fluctuates like a Wishart matrix";
	return {
		name: "inputDimension",
		value: d,
		message:
			firstNonlinear(problem.network) === undefined
				? `for linear units no condition: ${wishart} at any number of inputs`
				: d <= FEW_INPUTS
					? `${d} ${inputs} are few: the assumption that ${wishart} wants many of them, and with at most ${FEW_INPUTS} the gain over infinite width may be small or negative`
					: `for nonlinear units the theory assumes that ${wishart}, which wants many input dimensions`,
	};
}
