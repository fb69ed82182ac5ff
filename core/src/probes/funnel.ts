/**
 * Train-to-test distance of the features, layer by layer.
 *
 * 1. Quantity: the sliced 1-Wasserstein distance between the clouds of features of the training and of the test points, the mean over directions
 *    of the distance of the projected clouds, in units of the root mean square projection of the features (docs/probes/funnel.md).
 * 2. Range: 0 for equal clouds; two clouds of one law lie about sqrt(1/P + 1/P*) apart.
 * 3. Directions: some 256 in orthonormal frames from a fixed stream, the same for every network; what their number leaves open is given beside
 *    the distance.
 * 4. Cost: 256 (P + P*) (N_l + log(P + P*)) a layer and network.
 */
import { type Engine, load, type Matrix, seedStream, splitStream, view } from "@finitude/engine";
import { layerWidth } from "../network/network.ts";
import { denseOnly } from "./dense-only.ts";
import { randomFrames } from "./funnel/projections.ts";
import { wassersteinDistance } from "./funnel/wasserstein.ts";
import { type DrawProbe, layerLabel, type ProbeReading } from "./probe.ts";

/** Any seed does; it is fixed so that the probe is a function of the network. */
const SEED = 240403176;

export const funnel: DrawProbe = {
	id: "funnel",
	title: "Train-to-test distance of features",
	aliases: ["sliced-wasserstein", "generalization-funnel"],
	summary:
		"How far a layer's features of the test points lie from those of the training points, as distributions.",
	references: [
		{
			key: "he2024information",
			authors: ["He, Haiyun", "Goldfeld, Ziv"],
			title: "Information-theoretic generalization bounds for deep neural networks",
			year: 2024,
			arxiv: "2404.03176",
		},
		{
			key: "bonneel2015sliced",
			authors: ["Bonneel, Nicolas", "Rabin, Julien", "Peyré, Gabriel", "Pfister, Hanspeter"],
			title: "Sliced and Radon Wasserstein barycenters of measures",
			year: 2015,
			journal: "Journal of Mathematical Imaging and Vision",
		},
	],
	needs: "preactivations",
	of: "draws",
	descriptive: true,
	quantities: [
		{ id: "distance", symbol: "SW_1", title: "train-to-test distance", range: [0, undefined] },
		{ id: "projectionError", symbol: "eps", title: "standard error by directions", range: [0, undefined] },
	],
	applies(problem) {
		if (!problem.testInputs)
			return "This probe compares training with test points; the problem has no testInputs.";
		return denseOnly(problem);
	},
	prepare(engine, { problem: { network, trainInputs, testInputs } }) {
		const stream = seedStream(SEED);
		const layers = network.layers.map((layer, l) => {
			const directions = randomFrames(engine, splitStream(stream, l), layerWidth(layer));
			return {
				train: projection(engine, directions, trainInputs.rows),
				test: projection(engine, directions, testInputs!.rows),
				count: directions.rows,
			};
		});
		return ({ train, test }) =>
			layers.flatMap((project, l): ProbeReading[] => {
				const [near, far] = [train[l]!.features, test[l]!.features];
				const [x, y] = [project.train(near), project.test(far)];
				const distances = Float64Array.from({ length: project.count }, (_, k) =>
					wassersteinDistance(sortedRow(x, k, near.columns), sortedRow(y, k, far.columns)),
				);
				const scale = Math.sqrt((meanSquare(near) + meanSquare(far)) / 2);
				const { mean, error } = meanWithError(distances);
				const layer = layerLabel(l);
				// Features that all vanish coincide.
				const inUnits = (distance: number) => [scale === 0 ? 0 : distance / scale];
				return [
					{ quantity: "distance", layer, values: inUnits(mean) },
					{ quantity: "projectionError", layer, values: inUnits(error) },
				];
			});
	},
};

/** Directions x points: the projections of features N x points, in work space that the next call overwrites. */
function projection(engine: Engine, directions: Matrix, points: number): (features: Matrix) => Float64Array {
	const theta = load(engine, directions);
	const features = engine.allocate(directions.columns * points);
	const projected = engine.allocate(directions.rows * points);
	return ({ data }) => {
		features.data.set(data);
		engine.gemm(
			1,
			theta,
			view(features, directions.columns, points),
			0,
			view(projected, directions.rows, points),
		);
		return projected.data;
	};
}

function sortedRow(data: Float64Array, k: number, length: number): Float64Array {
	return data.subarray(k * length, (k + 1) * length).sort();
}

function meanSquare({ data }: Matrix): number {
	let sum = 0;
	for (const x of data) sum += x * x;
	return sum / data.length;
}

/** The mean and its standard error, as if directions were independent; one direction, of one dimension, leaves none. */
function meanWithError(values: Float64Array): { mean: number; error: number } {
	const n = values.length;
	const mean = values.reduce((sum, x) => sum + x, 0) / n;
	if (n === 1) return { mean, error: 0 };
	const squares = values.reduce((sum, x) => sum + (x - mean) ** 2, 0);
	return { mean, error: Math.sqrt(squares / (n * (n - 1))) };
}
