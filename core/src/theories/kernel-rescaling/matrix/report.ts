/** What answers with a matrix of scales have in common. */

import { identity, type Matrix } from "@finitude/engine";
import type { Answer } from "../../../answer/answer.ts";
import { NO_PREACTIVATION_KERNEL } from "../../absent.ts";
import { type Frame, frameOf, type MatrixProblem } from "./action.ts";
import type { MatrixSaddle } from "./minima.ts";

/** q I. */
export function multipleOfIdentity(n: number, q: number): Frame {
	return frameOf(identity(n), new Float64Array(n).fill(q));
}

/** Equation (17); the orders parameters with Q as it is reported. */
export function evidence(
	{ model, width }: MatrixProblem,
	{ chosen }: MatrixSaddle,
	Q: Matrix | readonly number[],
): Pick<Answer, "logEvidence" | "orderParameters"> {
	const { action } = chosen.point;
	const logEvidenceSaddle =
		-0.5 * model.targetCount * Math.log(2 * Math.PI) - 0.5 * width * (action - model.size);
	return {
		...(chosen.logCurvature !== undefined && { logEvidence: logEvidenceSaddle - 0.5 * chosen.logCurvature }),
		orderParameters: { Q, action, logEvidenceSaddle },
	};
}

/** Why quantities are missing, whatever Q acts on. */
export function absentReasons({ chosen }: MatrixSaddle): Record<string, string> {
	return {
		"kernels.preactivation": NO_PREACTIVATION_KERNEL,
		"kernels.output": "the posterior of the hidden kernel is known for one scale only, not for a matrix",
		...(chosen.logCurvature === undefined && {
			logEvidence: "Laplace's method does not hold at the stationary point that was found",
		}),
	};
}
