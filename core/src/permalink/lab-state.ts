/** What the page shows is a function of this state, and this state is what the address holds. */
import type { Json } from "./flat-fields.ts";

type JsonObject = { readonly [field: string]: Json };

/** An experiment, or what claims to be one: it is validated where it is run. */
export type ExperimentJson = JsonObject;

export interface LabState {
	/** As in a file that `finitude compare` takes. Its readout variance is that of standard scaling when `scaling` is given. */
	readonly experiment: ExperimentJson;
	/**
	 * gamma: readout weights have the variance s_a^2 / (N chi), chi = N^gamma, between standard (0) and mean-field (1) scaling.
	 * Absent: as `experiment.network.scaling` says.
	 */
	readonly scalingExponent?: number;
}

/**
 * The experiment to run: `network.scaling` by its name at both ends of the scaling, and in between the same prior as a standard
 * network of readout variance s_a^2 / chi. The noise stays as it is written.
 */
export function experimentToRun({ experiment, scalingExponent: gamma }: LabState): ExperimentJson {
	if (gamma === undefined) return experiment;
	const { problem } = experiment;
	if (!isObject(problem)) return atScaling(experiment, gamma);
	return { ...experiment, problem: atScaling(problem, gamma) };
}

/** gamma, as given or as the network's scaling says. */
export function scalingExponentOf({ experiment, scalingExponent }: LabState): number {
	const { problem } = experiment;
	const { network } = isObject(problem) ? problem : experiment;
	return scalingExponent ?? (isObject(network) && network.scaling === "mean-field" ? 1 : 0);
}

function atScaling(holder: ExperimentJson, gamma: number): ExperimentJson {
	const { network } = holder;
	if (!isNetwork(network)) return holder;
	if (gamma === 0 || gamma === 1) {
		return { ...holder, network: { ...network, scaling: gamma === 0 ? "standard" : "mean-field" } };
	}
	const { weightVariance } = network.readout;
	const readout = { ...network.readout, weightVariance: weightVariance / lastWidth(network) ** gamma };
	return { ...holder, network: { ...network, scaling: "standard", readout } };
}

interface NetworkJson extends JsonObject {
	readonly layers: readonly JsonObject[];
	readonly readout: JsonObject & { readonly weightVariance: number };
}

function isObject(json: Json | undefined): json is JsonObject {
	return typeof json === "object" && json !== null && !Array.isArray(json);
}

/** Enough of one to rescale its readout: an address may hold anything. */
function isNetwork(json: Json | undefined): json is NetworkJson {
	if (!isObject(json)) return false;
	const { layers, readout } = json as Partial<NetworkJson>;
	return Array.isArray(layers) && layers.length > 0 && typeof readout?.weightVariance === "number";
}

function lastWidth({ layers }: NetworkJson): number {
	const last = layers[layers.length - 1]!;
	return Number(last.width ?? last.channels);
}
