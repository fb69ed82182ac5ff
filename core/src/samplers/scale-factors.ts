/** One output, dense linear layers: the network above the first layer, drawn through the scales of its layers. */
import { type Block, gram, type RandomState } from "@finitude/engine";
import { createNodeDraw } from "../scale-mixture/lattice-law.ts";
import { createScalePosterior } from "../scale-mixture/scale-posterior.ts";
import { diagonalizeModes } from "../theories/kernel-rescaling/modes.ts";
import type { SamplingSpace } from "./sampling-space.ts";
import { createScalarFunctions } from "./scalar-functions.ts";
import type { UpperLayers } from "./upper-layers.ts";
import type { WhitenedLayer } from "./whitened-network.ts";

/**
 * f depends on the weights above the first layer through q = q_1 ... q_L alone: with a the readout, q_L = |a|^2 / N_L, and
 * going down, a <- W_l^T a / |a| and q_{l-1} = |a|^2 / N_{l-1}. A priori these are independent of each other and of the
 * directions of the vectors, which are uniform; the data act on the product.
 */
export function createScaleFactors(space: SamplingSpace, readout: Block): UpperLayers {
	const { engine, network, problem, inputs, potential } = space;
	const { layers, readoutScale } = network;
	const scalar = createScalarFunctions(engine);
	const uniform = createUniform(space);
	const vectors = layers.map((layer) => engine.allocate(layer.width));
	// (s_a^2 / chi) prod_l s_l^2 over the layers above the first.
	const variance = layers.reduce(
		(product, { width }, l) => product * width * (layers[l + 1]?.scale ?? 1) ** 2,
		readoutScale,
	);
	const kernel = gram(engine, inputs.train, { alpha: variance });
	const modes = diagonalizeModes(engine, kernel, problem.noiseVariance, problem.network.readout.biasVariance);
	const posteriorOf = createScalePosterior(
		engine,
		modes,
		layers.map(({ width }) => width),
	);

	/** A vector of `width` numbers with a uniform direction and squared norm width q. */
	const drawVector = (l: number, q: number, stream: RandomState): Float64Array => {
		engine.fillNormal(stream, vectors[l]!);
		const x = vectors[l]!.data;
		const factor = Math.sqrt((x.length * q) / squares(x));
		for (let i = 0; i < x.length; i++) x[i]! *= factor;
		return x;
	};

	return {
		given(targets) {
			const law = posteriorOf(targets);
			const drawNode = createNodeDraw(law.probabilities);
			return {
				...law,
				nodes: law.probabilities.length,
				draw(stream) {
					const node = law.first + drawNode(uniform(stream));
					const scales = law.prior.split(node, () => uniform(stream)).map((n) => scalar.exp(n * law.step));
					const top = layers.length - 1;
					let vector = drawVector(top, scales[top]!, stream);
					readout.data.set(vector);
					for (let l = top; l > 0; l--) {
						const layer = layers[l]!;
						const weights = potential.position.slice(layer.offset, layer.width * layer.fanIn);
						engine.fillNormal(stream, weights);
						const below = drawVector(l - 1, scales[l - 1]!, stream);
						setImage(weights.data, layer, vector, below);
						vector = below;
					}
				},
			};
		},
	};
}

/** Changes W along the direction of a alone, so that W^T a / |a| becomes b; the rest of W is independent of it and stays. */
function setImage(
	weights: Float64Array,
	{ width, fanIn }: WhitenedLayer,
	a: Float64Array,
	b: Float64Array,
): void {
	const norm = Math.sqrt(squares(a));
	for (let k = 0; k < fanIn; k++) {
		let image = 0;
		for (let i = 0; i < width; i++) image += (weights[i * fanIn + k]! * a[i]!) / norm;
		for (let i = 0; i < width; i++) weights[i * fanIn + k]! += (a[i]! / norm) * (b[k]! - image);
	}
}

function squares(x: Float64Array): number {
	let sum = 0;
	for (const value of x) sum += value * value;
	return sum;
}

/** One uniform number at a time. */
export function createUniform({ engine }: SamplingSpace): (stream: RandomState) => number {
	const block = engine.allocate(1);
	return (stream) => {
		engine.fillUniform(stream, block);
		return block.data[0]!;
	};
}
