/** Fields of a JSON value by their path. */
import type { Json } from "@finitude/core/permalink";

export type Path = readonly (string | number)[];

/** Undefined where there is nothing. */
export function valueAt(json: Json | undefined, path: Path): Json | undefined {
	let at: unknown = json;
	for (const key of path) {
		if (typeof at !== "object" || at === null) return undefined;
		at = (at as Record<string | number, unknown>)[key];
	}
	return at as Json | undefined;
}

/** A copy with another value there; objects on the way are made where they are missing. */
export function withValueAt<T extends Json>(json: T, path: Path, value: Json): T {
	const [key, ...rest] = path;
	if (key === undefined) return value as T;
	if (Array.isArray(json))
		return json.map((item, i) => (i === key ? withValueAt(item, rest, value) : item)) as unknown as T;
	const object = (typeof json === "object" && json !== null ? json : {}) as { readonly [key: string]: Json };
	return { ...object, [key]: withValueAt(object[key] ?? {}, rest, value) } as unknown as T;
}
