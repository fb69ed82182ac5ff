import type { Matrix } from "@finitude/engine";
import type { Network } from "../network/network.ts";

/** One question: a data set, a network and a noise level (the JSON form is docs/experiment-file.md, "Problem"). */
export interface Problem {
	readonly name: string;
	/** P x d. */
	readonly trainInputs: Matrix;
	/** P x D. */
	readonly trainTargets: Matrix;
	/** P* x d. */
	readonly testInputs?: Matrix;
	/** P* x D. */
	readonly testTargets?: Matrix;
	/** [height, width, channels] of an image, the channel fastest; absent for a sequence with one channel. */
	readonly inputShape?: readonly [number, number, number];
	readonly network: Network;
	/** kappa >= 0: p(y | f) = N(y; f, kappa). */
	readonly noiseVariance: number;
}
