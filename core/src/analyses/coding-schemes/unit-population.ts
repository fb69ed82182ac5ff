/** Many units of one layer with weights: those of a chain of sampled networks, or weighted points of a unit's law. */
import { dot } from "@finitude/engine";
import { addToHistogram, emptyCounts } from "./histograms.ts";
import type { Looks } from "./looks.ts";

/** Units that count together: one chain, or one set of points. */
export interface UnitPopulation {
	/** Of each unit; they sum to 1. */
	readonly weights: Float64Array;
	/** m of every unit, for each pair of classes. */
	readonly signals: readonly Float64Array[];
	/** Delta . phi of every unit. */
	readonly fields?: Float64Array;
	/** v . w of every unit, v the top eigenvector of the covariance of the weights. */
	readonly topProjections?: Float64Array;
	/** Fractions of the pre-activations of each class in each bin, below and above included. */
	readonly preactivations: readonly Float64Array[];
	/** Of all activations. */
	readonly activations: Float64Array;
	/** <phi phi^T>, P x P row-major. */
	readonly kernel: Float64Array;
	/** <phi>, P numbers. */
	readonly means: Float64Array;
	readonly silentFraction: number;
}

/** |h| below this at every point: silent. */
const SILENT = 0.1;

/**
 * Collects units.
 *
 * @param count how many there will be
 */
export function populationBuilder(looks: Looks, count: number) {
	const { points: P, pairs, classes, dualField } = looks;
	const weights = new Float64Array(count);
	const signals = pairs.map(() => new Float64Array(count));
	const fields = dualField && new Float64Array(count);
	const preactivations = classes.map(() => emptyCounts(looks.preactivationBins));
	const activations = emptyCounts(looks.activationBins);
	const means = new Float64Array(P);
	const h = new Float64Array(P);
	const phi = new Float64Array(P);
	let [filled, silent, total] = [0, 0, 0];
	return {
		/** m of the units added so far. */
		signals,
		/** Entry a of a unit stands at offset + a stride of both arrays. @param weight of the unit, on any common scale */
		add(
			allH: ArrayLike<number>,
			allPhi: ArrayLike<number>,
			offset: number,
			stride: number,
			weight: number,
			scale = 1,
		): void {
			let quiet = true;
			for (let a = 0; a < P; a++) {
				h[a] = scale * allH[offset + a * stride]!;
				phi[a] = scale * allPhi[offset + a * stride]!;
				if (looks.rectified ? phi[a] !== 0 : Math.abs(h[a]!) >= SILENT) quiet = false;
			}
			weights[filled] = weight;
			total += weight;
			if (quiet) silent += weight;
			pairs.forEach(({ direction }, k) => {
				signals[k]![filled] = dot(direction, phi);
			});
			if (fields) fields[filled] = dot(dualField, phi);
			filled++;
			if (weight === 0) return;
			classes.forEach(({ points }, k) => {
				for (const a of points) {
					addToHistogram(
						looks.preactivationBins,
						preactivations[k]!,
						h[a]! / looks.deviations[a]!,
						weight / points.length,
					);
				}
			});
			for (let a = 0; a < P; a++) {
				addToHistogram(looks.activationBins, activations, phi[a]! / looks.activationUnit, weight / P);
				means[a]! += weight * phi[a]!;
			}
		},
		/**
		 * @param kernel <phi phi^T> of the units
		 * @param topProjections of all units, in their order
		 */
		population(kernel: Float64Array, topProjections?: Float64Array): UnitPopulation {
			const share = (x: Float64Array) => x.map((sum) => sum / total);
			return {
				weights: share(weights),
				signals,
				...(fields && { fields }),
				...(topProjections && { topProjections }),
				preactivations: preactivations.map(share),
				activations: share(activations),
				kernel,
				means: share(means),
				silentFraction: silent / total,
			};
		},
	};
}
