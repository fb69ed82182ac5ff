/**
 * The place and value of the first number of an answer that is NaN or infinite: what float64 cannot hold.
 * Undefined when all are finite.
 */
export function nonFinite(value: unknown, place = ""): { place: string; value: number } | undefined {
	if (typeof value === "number") return Number.isFinite(value) ? undefined : { place, value };
	if (value instanceof Float64Array) {
		const i = value.findIndex((x) => !Number.isFinite(x));
		return i < 0 ? undefined : { place, value: value[i]! };
	}
	if (typeof value !== "object" || value === null) return undefined;
	for (const [key, entry] of Object.entries(value)) {
		const found = nonFinite(entry, key === "data" ? place : place === "" ? key : `${place}.${key}`);
		if (found !== undefined) return found;
	}
	return undefined;
}
