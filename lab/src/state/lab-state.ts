/** What the page shows is a function of this state, and this state is what the address holds. */
import type { Json } from "./flat-fields.ts";

export interface LabState {
	/** As in a file that `finitude compare` takes. Its readout variance is that of standard scaling when `scaling` is given. */
	readonly experiment: Readonly<Record<string, Json>>;
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
export function experimentToRun({
	experiment,
	scalingExponent: gamma,
}: LabState): Readonly<Record<string, Json>> {
	const network = experiment.network as NetworkJson | undefined;
	if (gamma === undefined || !isNetwork(network)) return experiment;
	if (gamma === 0 || gamma === 1) {
		return { ...experiment, network: { ...network, scaling: gamma === 0 ? "standard" : "mean-field" } };
	}
	const { weightVariance } = network.readout;
	const readout = { ...network.readout, weightVariance: weightVariance / lastWidth(network) ** gamma };
	return { ...experiment, network: { ...network, scaling: "standard", readout } };
}

/** gamma, as given or as the network's scaling says. */
export function scalingExponentOf({ experiment, scalingExponent }: LabState): number {
	const network = experiment.network as NetworkJson | undefined;
	return scalingExponent ?? (network?.scaling === "mean-field" ? 1 : 0);
}

interface NetworkJson {
	readonly layers: readonly { readonly [field: string]: Json }[];
	readonly readout: { readonly [field: string]: Json; readonly weightVariance: number };
	readonly [field: string]: Json;
}

/** Enough of one to rescale its readout: an address may hold anything. */
function isNetwork(json: unknown): json is NetworkJson {
	const { layers, readout } = (json ?? {}) as Partial<NetworkJson>;
	return Array.isArray(layers) && layers.length > 0 && typeof readout?.weightVariance === "number";
}

function lastWidth({ layers }: NetworkJson): number {
	const last = layers[layers.length - 1]!;
	return Number(last.width ?? last.channels);
}
