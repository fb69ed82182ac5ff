/** The state in the part of the address after "#": "v=1&scaling=0.5&seed=1&data.source=teacher&...". */
import { type Field, flatten, type Json, unflatten } from "./flat-fields.ts";
import type { LabState } from "./lab-state.ts";

/** Grows when older addresses would be read differently. */
const VERSION = "1";

/** Without the "#". */
export function encodePermalink({ experiment, scalingExponent }: LabState): string {
	const scaling: Field[] = scalingExponent === undefined ? [] : [["scaling", `${scalingExponent}`]];
	const fields: Field[] = [["v", VERSION], ...scaling, ...flatten(experiment)];
	return fields.map(([path, value]) => `${path}=${value}`).join("&");
}

/**
 * The state of an address, not yet validated as an experiment; undefined for an empty one.
 * @throws SyntaxError with one sentence when the address does not hold a state of this version.
 */
export function decodePermalink(hash: string): LabState | undefined {
	const text = hash.replace(/^#/, "");
	if (text === "") return undefined;
	const fields = text.split("&").map((field): Field => {
		const at = field.indexOf("=");
		if (at <= 0) throw new SyntaxError(`The address holds ${field}, which is not of the form field=value.`);
		return [field.slice(0, at), field.slice(at + 1)];
	});
	const version = fields.find(([path]) => path === "v")?.[1];
	if (version !== VERSION) {
		throw new SyntaxError(
			`The address holds a state of version ${version ?? "unknown"}; this page reads version ${VERSION}.`,
		);
	}
	const scaling = fields.find(([path]) => path === "scaling")?.[1];
	const gamma = Number(scaling);
	if (scaling !== undefined && !(scaling !== "" && gamma >= 0 && gamma <= 1)) {
		throw new SyntaxError(`scaling: wanted a number from 0 (standard) to 1 (mean-field); got ${scaling}.`);
	}
	const rest = fields.filter(([path]) => path !== "v" && path !== "scaling");
	const experiment = unflatten(rest) as Readonly<Record<string, Json>>;
	return { experiment, ...(scaling === undefined ? {} : { scalingExponent: gamma }) };
}
