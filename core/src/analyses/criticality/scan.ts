import type { Engine } from "@finitude/engine";
import type { ValidityNote } from "../../answer/answer.ts";
import { InputError } from "../../errors.ts";
import { layerWidth, type Network } from "../../network/network.ts";
import type { Problem } from "../../problem/problem.ts";
import { trainingProblem } from "../../problem/training-problem.ts";
import { LARGE_EXPANSION } from "../../theories/map-kernels/validity.ts";
import { depthPoint } from "./depth-point.ts";
import { depthScan, type ScanResults } from "./results.ts";
import { criticalPoint, varianceFixedPoint } from "./wide-network.ts";

/** Activations whose kernels, responses and four-point moments are closed forms, and whose variance has a fixed point. */
const SCANNED = new Set(["erf", "relu", "linear"]);

/**
 * The measures of (3)-(6) of docs/analyses/criticality.md at every weight deviation and depth.
 *
 * @param depths numbers of hidden layers, ascending
 * @throws InputError for a network that cannot be scanned, depths it does not have, or a singular K + kappa I
 */
export function scan(
	engine: Engine,
	problem: Problem,
	weightDeviations: readonly number[],
	depths: readonly number[],
	onProgress: (fraction: number, message: string) => void,
): ScanResults {
	const { network, trainInputs, noiseVariance } = problem;
	requireScannable(problem);
	const deepest = network.layers.length;
	requireDepths(depths, deepest);
	const { activation, biasVariance } = network.layers[0]!;
	const training = trainingProblem(problem);
	const measured = [...new Set([...depths, deepest])];
	const points = weightDeviations.map((sigma, i) => {
		onProgress(i / weightDeviations.length, `weight deviation ${sigma}`);
		return measured.map((depth) =>
			depthPoint(engine, { ...training, network: scannedNetwork(network, depth, sigma) }),
		);
	});
	const scanOf = (depth: number) => depthScan(points.map((one) => one[measured.indexOf(depth)]!));
	return {
		weightDeviations,
		susceptibility: weightDeviations.map(
			(sigma) => varianceFixedPoint(engine, activation, sigma * sigma, biasVariance).susceptibility,
		),
		criticalWeightDeviation: criticalPoint(engine, activation, biasVariance).criticalWeightDeviation,
		...scanOf(deepest),
		depths: depths.map((depth) => ({ depth, ...scanOf(depth) })),
		problem: {
			trainPoints: trainInputs.rows,
			inputs: trainInputs.columns,
			activation,
			widths: network.layers.map(layerWidth),
			biasVariance,
			noiseVariance,
			scaling: network.scaling,
		},
	};
}

/** The first layers, every weight variance sigma^2; biases stay. */
function scannedNetwork(network: Network, depth: number, sigma: number): Network {
	const weightVariance = sigma * sigma;
	return {
		...network,
		layers: network.layers.slice(0, depth).map((layer) => ({ ...layer, weightVariance })),
		readout: { ...network.readout, weightVariance },
	};
}

/** Where along the scan the first order may be believed. */
export function scanNotes({ depths, weightDeviations }: ScanResults): ValidityNote[] {
	return depths.map(({ depth, expansion }) => {
		const outside = weightDeviations.filter((_, i) => expansion[i]! > LARGE_EXPANSION);
		const largest = Math.max(...expansion);
		return {
			name: "expansion",
			value: largest,
			message:
				outside.length === 0
					? `${layersOf(depth)}: P max |eigenvalue of Ct| g/N is at most ${largest.toPrecision(2)}, within the first order`
					: `${layersOf(depth)}: P max |eigenvalue of Ct| g/N is up to ${largest.toPrecision(2)}, above ${LARGE_EXPANSION} at sigma_w = ${outside.join(", ")}: the changes of the kernel there are directions, not sizes`,
		};
	});
}

function requireScannable({ network, trainInputs }: Problem): void {
	const refuse = (where: string, wanted: string, got: string) => {
		throw new InputError({ where, wanted, got });
	};
	network.layers.forEach(({ type, activation }, l) => {
		if (type !== "dense") refuse(`network.layers[${l}].type`, "dense layers, for criticality", type);
		if (!SCANNED.has(activation)) {
			refuse(
				`network.layers[${l}].activation`,
				"erf, relu or linear, whose responses are closed forms",
				activation,
			);
		}
	});
	if (network.readout.biasVariance > 0) {
		refuse("network.readout.biasVariance", "0, for criticality", `${network.readout.biasVariance}`);
	}
	if (trainInputs.rows < 2)
		refuse("trainInputs", "at least two points: responses live off the diagonal", "1");
}

function requireDepths(depths: readonly number[], deepest: number): void {
	const wrong = depths.find((depth) => depth > deepest);
	if (wrong === undefined) return;
	throw new InputError({
		where: "options.depths",
		wanted: `depths of at most ${deepest}, the hidden layers of the problem`,
		got: `${wrong}`,
		advice: "Give the problem as many layers as the largest depth.",
	});
}

function layersOf(depth: number): string {
	return depth === 1 ? "1 hidden layer" : `${depth} hidden layers`;
}
