import type { ProbePlace, ProbeReading } from "./probe.ts";

/** What a probe said of one place in every network: a series for each entry, chain by chain, or why there are none. */
export type ReadingSeries = ProbePlace &
	({ readonly entries: readonly (readonly Float64Array[])[] } | { readonly reason: string });

/** Room for what one probe says of networks, one after the other. */
export interface ReadingStore {
	/** @throws Error where the places, or the number of values at one, are not those of the first network: a fault of the probe. */
	add(chain: number, t: number, readings: readonly ProbeReading[]): void;
	/** A place without values in some of the networks has none: a mean over the others would be one over other networks. */
	series(): readonly ReadingSeries[];
}

interface Place extends ProbePlace {
	/** Values of each chain, network by network; undefined until the first network that has some. */
	values?: Float64Array[];
	length: number;
	missing: number;
	reason: string;
}

/** @param networks of each chain */
export function createReadingStore(probe: string, chains: number, networks: number): ReadingStore {
	let places: Place[] | undefined;
	return {
		add(chain, t, readings) {
			places ??= readings.map(({ quantity, layer }) => ({
				quantity,
				layer,
				length: 0,
				missing: 0,
				reason: "",
			}));
			if (readings.length !== places.length) throw changed(probe);
			readings.forEach((reading, k) => {
				const place = places![k]!;
				if (reading.quantity !== place.quantity || reading.layer !== place.layer) throw changed(probe);
				if ("reason" in reading) {
					if (place.missing === 0) place.reason = reading.reason;
					place.missing++;
					return;
				}
				const { length } = reading.values;
				place.values ??= Array.from({ length: chains }, () => new Float64Array(networks * length));
				place.length ||= length;
				if (length !== place.length) throw changed(probe);
				place.values[chain]!.set(reading.values, t * length);
			});
		},
		series: () =>
			(places ?? []).map(({ quantity, layer, values, length, missing, reason }): ReadingSeries => {
				const total = chains * networks;
				if (missing === total) return { quantity, layer, reason };
				if (missing > 0) {
					return {
						quantity,
						layer,
						reason: `in ${missing} of ${total} networks there is no value: ${reason}`,
					};
				}
				const entry = (k: number) =>
					values!.map((all) => Float64Array.from({ length: networks }, (_, t) => all[t * length + k]!));
				return { quantity, layer, entries: Array.from({ length }, (_, k) => entry(k)) };
			}),
	};
}

function changed(probe: string): Error {
	return new Error(`${probe}: its readings differ in place or length between networks.`);
}
