import { InputError } from "../../errors.ts";
import { SWEEPABLE, type Sweepable, type TransitionOptions } from "./options.ts";

/** One network, one teacher and one number of points. */
export interface TransitionParameters extends Readonly<Record<Sweepable, number>> {
	readonly scaling: "standard" | "mean-field";
}

/** The option that is a list, with its values. */
export interface Sweep {
	readonly name: Sweepable;
	readonly values: readonly number[];
}

/** Undefined where every option is a number. @throws InputError when several options are lists, or another than `sweep`. */
export function sweepOf(options: TransitionOptions): Sweep | undefined {
	const lists = SWEEPABLE.filter((name) => typeof options[name] !== "number");
	const [name, second] = lists;
	if (second !== undefined) {
		throw new InputError({
			where: `options.${second}`,
			wanted: "one option at most to be a list",
			got: `lists for ${lists.join(", ")}`,
		});
	}
	const { sweep = name } = options;
	if (sweep !== name) {
		throw new InputError({
			where: `options.${sweep}`,
			wanted: "a list, since sweep names it",
			got: `${options[sweep!]}`,
			...(name !== undefined && { advice: `Or sweep ${name}, which is a list.` }),
		});
	}
	return name === undefined ? undefined : { name, values: options[name] as readonly number[] };
}

/** The options at one value of the sweep. */
export function parametersAt(
	options: TransitionOptions,
	sweep?: Sweep,
	value?: number,
): TransitionParameters {
	const numbers = Object.fromEntries(
		SWEEPABLE.map((name) => [name, name === sweep?.name ? value : options[name]]),
	) as Record<Sweepable, number>;
	return { ...numbers, scaling: options.scaling };
}
