/** The results of the transition, scalars or lists over the sweep. */
import type { AnalysisAnswer, AnalysisTable } from "../analysis.ts";
import type { TransitionOptions } from "./options.ts";
import type { SampledOverlap, SampledOverlaps } from "./sampled-overlap.ts";
import type { Sweep } from "./sweep.ts";
import type { SolvedTransition, Transition } from "./transition.ts";

/** A number, or one for each value of the sweep. */
export type Swept<Value> = Value | readonly Value[];

/** The numbers of `Transition`; with `sampling` also those of the sampled networks. */
export interface TransitionResults extends Readonly<Record<keyof Transition, Swept<number>>> {
	/** The swept values that were sampled, where something is swept. */
	readonly sampledAt?: readonly number[];
	readonly sampledAlpha?: Swept<number>;
	readonly sampledAlphaStandardError?: Swept<number>;
	readonly sampledAlphaSpread?: Swept<number>;
	readonly sampledConverged?: Swept<boolean>;
}

/** The numbers of every value of the sweep, by name. */
export function transitionResults(
	solved: readonly SolvedTransition[],
	sweep: Sweep | undefined,
): Readonly<Record<keyof Transition, Swept<number>>> {
	return Object.fromEntries(
		NAMES.map((name) => {
			const values = solved.map(({ transition }) => transition[name]);
			return [name, sweep === undefined ? values[0]! : values];
		}),
	) as Record<keyof Transition, Swept<number>>;
}

/** @param several whether there are several data sets, so that their spread is known */
export function sampledResults(
	{ at, overlaps }: SampledOverlaps,
	sweep: Sweep | undefined,
	several: boolean,
): Partial<TransitionResults> {
	const of = <Value>(read: (overlap: SampledOverlap) => Value): Swept<Value> =>
		sweep === undefined ? read(overlaps[0]!) : overlaps.map(read);
	return {
		...(sweep && { sampledAt: at.slice(0, overlaps.length) as number[] }),
		sampledAlpha: of(({ alpha }) => alpha),
		sampledAlphaStandardError: of(({ standardError }) => standardError),
		...(several && { sampledAlphaSpread: of(({ spread }) => spread!) }),
		sampledConverged: of(({ converged }) => converged),
	};
}

/** One line for each value of the sweep. */
export function transitionTable({
	options,
	results,
}: AnalysisAnswer<TransitionOptions, TransitionResults>): AnalysisTable {
	const { sweep } = options;
	const swept = sweep === undefined ? [] : listOf(options[sweep] as Swept<number>);
	const theory = NAMES.map((name) => listOf(results[name]));
	const sampledNames = SAMPLED_NAMES.filter((name) => results[name] !== undefined);
	const sampled = sampledNames.map((name) => listOf(results[name]!));
	return {
		columns: [...(sweep === undefined ? [] : [sweep]), ...NAMES, ...sampledNames],
		rows: theory[0]!.map((_, i) => {
			const at = sweep === undefined ? 0 : (results.sampledAt ?? []).indexOf(swept[i]!);
			return [
				...(sweep === undefined ? [] : [swept[i]!]),
				...theory.map((values) => values[i]!),
				...sampled.map((values) => values[at] ?? ""),
			];
		}),
	};
}

const NAMES = [
	"lambda",
	"epsilon",
	"r",
	"criticalSamples",
	"alphaGp",
	"alpha",
	"alphaSoftThreshold",
	"alphaLogDet",
] as const;
const SAMPLED_NAMES = ["sampledAlpha", "sampledAlphaStandardError", "sampledAlphaSpread"] as const;

/** What stands for the whole sweep, as a list. */
export function listOf<Value extends number | boolean>(values: Swept<Value>): readonly Value[] {
	return typeof values === "object" ? values : [values];
}
