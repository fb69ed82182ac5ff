/** The answer of a Gaussian process with the most probable kernels. */
import type { Matrix } from "@finitude/engine";
import type {
	Answer,
	Convergence,
	IntegrationErrors,
	OrderParameter,
	ValidityNote,
} from "../../../answer/answer.ts";
import type { KernelBlocks } from "../../../kernels/kernel-blocks.ts";
import type { Problem } from "../../../problem/problem.ts";
import { gaussianProcessPosterior } from "../../gaussian-process.ts";
import { predictions } from "../../predictions.ts";
import type { SolveContext } from "../../theory.ts";
import type { KernelMap } from "../layers.ts";
import { saddleNotes } from "./validity.ts";

/** A solved saddle on the points of the problem. */
export interface SaddleState {
	/** K at infinite width on the training points. */
	readonly prior: Matrix;
	/** C^(0) ... C^(L-1) on the training points. */
	readonly preactivation: readonly Matrix[];
	/** K at all points. */
	readonly output: KernelBlocks;
	/** Ct^(1) ... Ct^(L). */
	readonly conjugate: readonly Matrix[];
	/** Equation (6). */
	readonly logEvidence: number;
	/** Where averages are over nodes. */
	readonly integrationErrors?: IntegrationErrors;
	readonly orderParameters?: Readonly<Record<string, OrderParameter>>;
	readonly validity: readonly ValidityNote[];
	readonly convergence: Convergence;
}

/** f* = K_*. R y, Var f* = K_** - K_*. R K_.*, and what the saddle says beside them. */
export function saddleAnswer(
	problem: Problem,
	layers: readonly KernelMap[],
	saddle: SaddleState,
	{ engine, covariance = false }: SolveContext,
): Answer {
	const { trainTargets, noiseVariance } = problem;
	const posterior = gaussianProcessPosterior(engine, saddle.output, trainTargets, noiseVariance, {
		covariance,
	});
	const { discrepancy } = posterior;
	const kernels = {
		prior: saddle.prior,
		output: saddle.output.train,
		conjugate: saddle.conjugate[saddle.conjugate.length - 1]!,
	};
	return {
		theory: "map-kernels",
		...predictions(posterior, trainTargets.columns),
		logEvidence: saddle.logEvidence,
		kernels: {
			preactivation: saddle.preactivation,
			output: saddle.output.train,
			conjugate: saddle.conjugate,
		},
		orderParameters: {
			dualField: discrepancy.columns === 1 ? Array.from(discrepancy.data) : discrepancy,
			...saddle.orderParameters,
		},
		...(saddle.integrationErrors && { integrationErrors: saddle.integrationErrors }),
		absent: {},
		validity: [...saddleNotes(engine, problem, layers, kernels), ...saddle.validity, ...posterior.validity],
		convergence: saddle.convergence,
	};
}
