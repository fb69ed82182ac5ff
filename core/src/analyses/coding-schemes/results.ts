/** What the units of sampled networks have in common, beside the prior and the one-unit posterior. */
import type { Histogram } from "../../answer/answer.ts";
import type { Estimate } from "../../diagnostics/estimate.ts";
import type { AnalysisAnswer, AnalysisTable } from "../analysis.ts";
import type { CodeGroups } from "./code-groups.ts";
import type { CodingOptions } from "./options.ts";
import type { SignalLaw } from "./signal-law.ts";

/** One number of the units. */
export interface Quantity {
	/** Of the prior of a unit; 0 as error where it is not sampled. */
	readonly prior?: Estimate;
	/** Of the one-unit posterior, where it is known. */
	readonly theory?: Estimate;
	/** Of the sampled networks; the error from the spread of chains. */
	readonly sampled: Estimate;
	/** Chain by chain. */
	readonly chains: readonly number[];
}

/** Density of the prior, of the one-unit posterior, and of the sampled networks with its error from the spread of chains. */
export interface Histograms {
	readonly prior: Histogram;
	readonly theory?: Histogram;
	readonly sampled: Histogram;
}

/** Two classes. */
export interface PairResults {
	readonly classes: readonly [string, string];
	/** Of m over its own root mean square. */
	readonly classSignal: {
		readonly prior: SignalLaw;
		readonly theory?: SignalLaw;
		readonly sampled: SignalLaw;
		/** Each chain in units of the root mean square over all of them. */
		readonly chains: readonly Histogram[];
		readonly chainKurtoses: readonly number[];
	};
	/** Of a m, network by network. */
	readonly participationRatio: Quantity;
}

export interface CodingResults {
	readonly trainPoints: number;
	readonly inputs: number;
	/** Of the last hidden layer. */
	readonly width: number;
	/** "dense erf", from the inputs up. */
	readonly layers: readonly string[];
	readonly scaling: "standard" | "mean-field";
	readonly noiseVariance: number;
	readonly classes: readonly { readonly label: string; readonly points: number }[];
	/** Looked at in every chain. */
	readonly networks: number;
	/** Units of all networks of all chains. */
	readonly pooledUnits: number;
	/** Where the dual field of the one-unit posterior comes from: the tree, the sampled networks, or there is none. */
	readonly oneUnitPosterior: "tree" | "sampled dual field" | "none";
	readonly pairs: readonly PairResults[];
	/** Over their prior standard deviations, at the points of each class. */
	readonly preactivations: readonly ({ readonly class: string } & Histograms)[];
	/** Over `activationUnit`. */
	readonly activations: Histograms;
	/** 1 for a bounded activation, else the root mean square under the prior. */
	readonly activationUnit: number;
	/** <x^4>/<x^2>^2 - 3 over units. */
	readonly excessKurtosis: {
		/** x = Delta . phi. */
		readonly alongDualField?: Quantity;
		/** x = v . w, v the top eigenvector of the covariance of the weights. */
		readonly alongTopDirection?: Quantity;
	};
	readonly silentFraction: Quantity;
	/** Averaged over the training points. */
	readonly responseSparsity: Quantity;
	/** Of the sampled networks at each training point. */
	readonly responseSparsityAtPoints: readonly number[];
	/** With y y^T, centered. */
	readonly kernelAlignment: Quantity;
	readonly codeGroups: {
		readonly groups: Estimate;
		readonly groupsHolding90: Estimate;
		/** The first and the last network of each chain. */
		readonly networks: readonly ({ readonly chain: number; readonly draw: number } & CodeGroups)[];
	};
	readonly drift: {
		/** Correlation of the activations of a chain's networks. */
		readonly correlation: Estimate;
		/** Draws between them. */
		readonly lag: number;
	};
}

/** One line for each quantity. */
export function codingTable({ results }: AnalysisAnswer<CodingOptions, CodingResults>): AnalysisTable {
	type Line = readonly [
		name: string,
		prior: Estimate | undefined,
		theory: Estimate | undefined,
		sampled: Estimate,
	];
	const line = (name: string, { prior, theory, sampled }: Omit<Quantity, "chains">): Line => [
		name,
		prior,
		theory,
		sampled,
	];
	const law = (name: string, { classSignal }: PairResults, read: (law: SignalLaw) => Estimate): Line => [
		name,
		read(classSignal.prior),
		classSignal.theory && read(classSignal.theory),
		read(classSignal.sampled),
	];
	const { alongDualField, alongTopDirection } = results.excessKurtosis;
	const lines: Line[] = [
		...results.pairs.flatMap((pair) => {
			const of = results.pairs.length > 1 ? ` ${pair.classes.join(" against ")}` : "";
			return [
				law(`signal root mean square${of}`, pair, (one) => one.rootMeanSquare),
				law(`signal kurtosis${of}`, pair, (one) => one.kurtosis),
				law(`signal center over peak${of}`, pair, (one) => one.centerOverPeak),
				line(`participation ratio${of}`, pair.participationRatio),
			];
		}),
		...(alongDualField ? [line("excess kurtosis along dual field", alongDualField)] : []),
		...(alongTopDirection ? [line("excess kurtosis along top direction", alongTopDirection)] : []),
		line("silent fraction", results.silentFraction),
		line("response sparsity", results.responseSparsity),
		line("kernel alignment", results.kernelAlignment),
		["code groups", undefined, undefined, results.codeGroups.groups],
		["code groups holding 90 %", undefined, undefined, results.codeGroups.groupsHolding90],
		["drift correlation", undefined, undefined, results.drift.correlation],
	];
	const cells = (estimate: Estimate | undefined) => [estimate?.value ?? "", estimate?.standardError ?? ""];
	return {
		columns: [
			"quantity",
			...["prior", "theory", "sampled"].flatMap((name) => [name, `${name}StandardError`]),
		],
		rows: lines.map(([name, ...estimates]) => [name, ...[0, 1, 2].flatMap((k) => cells(estimates[k]))]),
	};
}
