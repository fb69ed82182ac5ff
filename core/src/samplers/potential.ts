import { type Block, type Engine, load, type View } from "@finitude/engine";
import type { Problem } from "../problem/problem.ts";
import { type BackwardPass, createBackwardPass } from "./backward.ts";
import { createForwardPass, type ForwardPass } from "./forward.ts";
import { createReadout, type IntegratedReadout, type ReadoutForm, smallerForm } from "./readout.ts";
import { featureRows, type WhitenedNetwork } from "./whitened-network.ts";

/**
 * V(w) = -log p(Y | w) + constant, the readout integrated out, at the whitened hidden weights w. The prior is standard
 * normal: the whole potential energy is V + |w|^2 / 2.
 */
export interface Potential {
	/** All hidden weights; the caller sets them. */
	readonly position: Block;
	/** dV/dw, filled by `evaluate`. */
	readonly gradient: Block;
	/** V at `position`, Infinity where the kernel cannot be factorized. Leaves `readout` ready for `predict`. */
	energy(): number;
	/** V at `position`, and its gradient unless V is infinite. */
	evaluate(): number;
	/** P x D. */
	readonly targets: View;
	/** Last features at the training points, the readout's constant one included: M x P, current after `energy` or `evaluate`. */
	readonly features: View;
	/** All layers at the training points, current after `energy` or `evaluate`. */
	readonly forward: ForwardPass;
	/** Shares the forward pass; its work space is free between calls. */
	readonly backward: BackwardPass;
	readonly readout: IntegratedReadout;
}

/**
 * Binds the data to an engine and allocates all work space.
 *
 * @param coordinates J P x r view: the rotated training inputs, J positions of the first layer.
 * @param form the matrix to factorize; the smaller one unless given.
 */
export function createPotential(
	engine: Engine,
	problem: Problem,
	network: WhitenedNetwork,
	coordinates: View,
	form?: ReadoutForm,
): Potential {
	const forward = createForwardPass(engine, network, coordinates, true);
	const backward = createBackwardPass(engine, forward, coordinates);
	const targets = load(engine, problem.trainTargets);
	const last = network.layers[network.layers.length - 1]!;
	const readout = createReadout(engine, form ?? smallerForm(featureRows(last), problem.trainInputs.rows), {
		features: forward.features,
		targets,
		scale: network.readoutScale,
		noiseVariance: problem.noiseVariance,
	});
	const position = engine.allocate(network.parameters);
	const gradient = engine.allocate(network.parameters);
	const energy = () => {
		forward.run(position);
		return readout.energy();
	};
	return {
		position,
		gradient,
		energy,
		evaluate() {
			const value = energy();
			if (Number.isFinite(value)) {
				readout.gradient(backward.featureGradient);
				backward.run(position, gradient);
			}
			return value;
		},
		targets,
		features: forward.features,
		forward,
		backward,
		readout,
	};
}
