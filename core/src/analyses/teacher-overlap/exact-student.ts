/** The exact overlaps of students with one linear hidden layer, by quadrature over the scale of the network. */
import {
	choleskyFactor,
	dot,
	type Engine,
	gram,
	type Matrix,
	matrixFromColumn,
	matrixRow,
	multiply,
	solveLower,
	transposed,
} from "@finitude/engine";
import { chi, layerWidth } from "../../network/network.ts";
import { createScalePosterior } from "../../scale-mixture/scale-posterior.ts";
import { stacked } from "../../theories/finite-width-correction/stacked-points.ts";
import { diagonalizeModes } from "../../theories/kernel-rescaling/modes.ts";
import type { NetworkSetting } from "../analysis.ts";
import { functionMeasures } from "./function-measures.ts";
import type { TaughtProblem } from "./setting.ts";

/** What sampling estimates, without Monte-Carlo error. */
export interface ExactMeasures {
	readonly weightOverlap: number;
	readonly functionOverlap: number;
	readonly memorizationIndex: number;
}

/** Whether `exactMeasures` gives them: one linear layer and no biases. */
export function hasExactMeasures({ network: { layers, readout } }: NetworkSetting): boolean {
	const [layer, second] = layers;
	return (
		second === undefined &&
		layer!.activation === "linear" &&
		layer!.biasVariance === 0 &&
		readout.biasVariance === 0
	);
}

/**
 * Given the scale q, f is a Gaussian process with kernel q K (docs/samplers/exact.md, equation (3)); with m_q and Sigma_q its posterior
 * mean and covariance at the inputs e_1..e_d,
 *
 *     M = (1 - 1/N) (s_1^2/d) I + (1/N) E[(m_q m_q^T + Sigma_q) / (q s_a^2/chi)],
 *
 * since given f and q the component of the weights along the readout is f/sqrt(q), and the others keep their prior. Undefined
 * for other students.
 */
export function exactMeasures(
	engine: Engine,
	{ problem, direction, fresh, judges }: TaughtProblem,
): ExactMeasures | undefined {
	if (!hasExactMeasures(problem)) return undefined;
	const { network, noiseVariance, trainInputs } = problem;
	const inputs = direction.length;
	const layer = network.layers[0]!;
	const width = layerWidth(layer);
	const readoutScale = network.readout.weightVariance / chi(network);
	const prior = layer.weightVariance / inputs;
	const { rows, targets } = sufficientData(engine, trainInputs, problem.trainTargets);
	const scale = readoutScale * prior;
	const modes = diagonalizeModes(
		engine,
		multiply(engine, rows, rows, { transposeB: true, alpha: scale }),
		noiseVariance,
		0,
	);
	const law = createScalePosterior(engine, modes, [width])(targets);
	const y = modes.project(targets);
	// Covariance of f at e_i with the modes: d x P.
	const cross = multiply(engine, rows, modes.eigenvectors!, { transposeA: true, alpha: scale });
	const along = multiply(engine, matrixFromColumn(direction), cross, { transposeA: true }).data;
	const squares = columnSquares(cross);
	const averageGain = new Float64Array(y.length);
	let [overlap, trace] = [0, 0];
	law.probabilities.forEach((probability, i) => {
		const q = Math.exp((law.first + i) * law.step);
		let [meanAlong, meanSquare, knownAlong, known] = [0, 0, 0, 0];
		modes.signal.forEach((signal, k) => {
			const gain = 1 / (q * signal + noiseVariance);
			averageGain[k]! += probability * q * gain;
			meanAlong += along[k]! * y[k]! * gain;
			meanSquare += squares[k]! * (y[k]! * gain) ** 2;
			knownAlong += along[k]! ** 2 * gain;
			known += squares[k]! * gain;
		});
		overlap += probability * (prior + (q / readoutScale) * (meanAlong ** 2 - knownAlong));
		trace += probability * (inputs * prior + (q / readoutScale) * (meanSquare - known));
	});
	const kept = 1 - 1 / width;
	const slope = multiply(engine, cross, matrixFromColumn(y.map((value, k) => value * averageGain[k]!)));
	const mean = multiply(engine, stacked(trainInputs, fresh), slope).data;
	const { functionOverlap, memorizationIndex } = functionMeasures(judges, mean);
	return {
		weightOverlap: (kept * prior + overlap / width) / (kept * inputs * prior + trace / width),
		functionOverlap,
		memorizationIndex,
	};
}

/**
 * A linear network sees its data through X^T X and X^T y alone: where P exceeds d, the rows of R with R^T R = X^T X and the targets
 * R^-T X^T y stand for all points.
 */
function sufficientData(
	engine: Engine,
	x: Matrix,
	y: Matrix,
): { readonly rows: Matrix; readonly targets: Float64Array } {
	if (x.rows > x.columns) {
		const result = choleskyFactor(engine, gram(engine, x, { transposeA: true }));
		if (result.positiveDefinite) {
			const projected = multiply(engine, x, y, { transposeA: true });
			const targets = solveLower(engine, result.factor, projected).data;
			return { rows: transposed(result.factor), targets };
		}
	}
	return { rows: x, targets: y.data };
}

/** |column|^2 of every column. */
function columnSquares(m: Matrix): Float64Array {
	const columns = transposed(m);
	return Float64Array.from({ length: columns.rows }, (_, k) => {
		const column = matrixRow(columns, k);
		return dot(column, column);
	});
}
