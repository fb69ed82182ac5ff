/** Notes on the saddles of a linear network. */
import type { ValidityNote } from "../../../../answer/answer.ts";
import type { Problem } from "../../../../problem/problem.ts";
import type { KernelMap } from "../../layers.ts";
import type { LinearSaddles, SolvedSaddle } from "./saddles.ts";

/** The largest eigenvalue of B of the last layer; without biases B is the same in all layers. */
export function largestOf({ layers, kernel }: SolvedSaddle): number {
	return kernel.rows === 0 ? 0 : layers[layers.length - 1]!.eigenvalues[kernel.rows - 1]!;
}

/**
 * `branch`: where the largest eigenvalue b of B stands on b(q) of equation (15). With q = b / prod_l (1 + 2 b/N_l), dq/db has the
 * sign of 1 - q f'(b) = 1 - sum_l 2 b/(N_l + 2 b): 0 at the fold, negative on the upper branch.
 */
export function branchNote(layers: readonly KernelMap[], saddle: SolvedSaddle): ValidityNote {
	const b = largestOf(saddle);
	const margin = 1 - layers.reduce((sum, { width }) => sum + (2 * b) / (width + 2 * b), 0);
	const branch = margin > 0 ? "lower" : "upper";
	return {
		name: "branch",
		value: branch,
		message: `the largest eigenvalue ${b.toPrecision(4)} of the conserved matrix is on the ${branch} branch: 1 - q f' = ${margin.toPrecision(4)}, 0 at the fold`,
	};
}

/** Saddles whose log evidences differ by less than this share the posterior. */
const CLOSE = 3;

/** `saddles`: how many there are, and by how much the log evidence of the others is smaller. */
export function saddleNotes({ solved, failures }: LinearSaddles): ValidityNote[] {
	const [chosen, ...others] = solved;
	const differences = others.map(({ logEvidence }) => chosen!.logEvidence - logEvidence);
	const listed = differences.map((x) => x.toPrecision(3)).join(", ");
	const close = differences.some((x) => x < CLOSE);
	const message =
		others.length === 0
			? "every start led to this saddle"
			: `this saddle has the largest log evidence; that of the others is smaller by ${listed}${close ? ": the posterior is a mixture of them, which no single saddle shows; compare with deep-linear" : ""}`;
	return [
		{ name: "saddles", value: solved.length, message },
		...(failures > 0
			? [
					{
						name: "startsNotSolved",
						value: failures,
						message: "starts from which no saddle was reached: there may be others",
					},
				]
			: []),
	];
}

/** `rank`: more points than the kernel has dimensions. */
export function rangeNotes({ rank }: LinearSaddles, { trainInputs }: Problem): ValidityNote[] {
	if (rank === trainInputs.rows) return [];
	return [
		{
			name: "rank",
			value: rank,
			message: `the kernel of ${trainInputs.rows} points has rank ${rank}: the saddle was solved in its range`,
		},
	];
}
