import type { Measured, Predicted, ProbeRow } from "../../experiments/probing/measured.ts";
import type { ProbeQuantity } from "../../probes/probe.ts";
import { INK } from "../marks.ts";
import type { FeaturesFigureData } from "./figure-input.ts";
import { probeSymbol } from "./probe-symbol.ts";

/** One quantity in all its layers. */
export interface QuantityRows {
	readonly quantity: ProbeQuantity & {
		/** Of its axis. */
		readonly label: string;
	};
	/** The probe's id. */
	readonly probe: string;
	/** Beside a heading: probes of weights and networks by their id, as their quantities have the names of others; and what is descriptive. */
	readonly note: string;
	/** Of kernels, and not of weights or of drawn networks. */
	readonly ofKernels: boolean;
	readonly rows: readonly ProbeRow[];
	/** Ids, in the order of their styles. */
	readonly theories: readonly string[];
	/** Whether the sampler has converged. */
	readonly converged: boolean;
}

/** How the prior is drawn. */
export const PRIOR = {
	stroke: INK,
	strokeWidth: 1.3,
	strokeDasharray: "2 3",
	strokeLinecap: "butt",
} as const;

/** Of a heading. */
export function capital(text: string): string {
	return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** The quantities that a page shows, in the order of the probes. */
export function quantityRows({ probed }: FeaturesFigureData): QuantityRows[] {
	const theories = probed.theories.map(({ id }) => id);
	return probed.probes.flatMap(({ id: probe, needs, descriptive, quantities, rows }) =>
		quantities
			.map((quantity) => ({
				quantity: { ...quantity, label: probeSymbol(quantity.symbol) },
				probe,
				note: [...(needs === "kernel" ? [] : [probe]), ...(descriptive ? ["descriptive"] : [])].join(", "),
				ofKernels: needs === "kernel",
				rows: rows.filter((row) => row.quantity === quantity.id),
				theories,
				converged: probed.sampled?.converged ?? true,
			}))
			.filter((one) => one.rows.length > 0),
	);
}

/** Whether a layer has several numbers, and so a panel of its own. */
export function isList({ quantity, rows }: QuantityRows): boolean {
	if (quantity.index === undefined) return false;
	return rows.some((row) =>
		[row.prior, row.sampled].some((one) => one && "values" in one && one.values.length > 1),
	);
}

/** Every eigenvalue over that of the prior of the same rank. Undefined where the rows are not of such eigenvalues. */
export function relativeToPrior(all: QuantityRows): QuantityRows | undefined {
	if (all.quantity.id !== "eigenvalues") return undefined;
	return {
		...all,
		quantity: {
			id: "relativeEigenvalues",
			symbol: "",
			label: `${all.quantity.label} / prior`,
			title: "eigenvalues over the prior's",
			...(all.quantity.index !== undefined && { index: all.quantity.index }),
		},
		rows: all.rows.map((row) => {
			const of = <One extends Measured | Predicted>(one: One): One => divided(one, row.prior);
			return {
				...row,
				prior: of(row.prior),
				theories: Object.fromEntries(Object.entries(row.theories).map(([id, one]) => [id, of(one)])),
				...(row.sampled && { sampled: of(row.sampled) }),
			};
		}),
	};
}

/** Of the largest eigenvalue: smaller ones are 0 to rounding, and have no ratio. */
const SMALLEST = 1e-12;

function divided<One extends Measured | Predicted>(one: One, prior: Measured): One {
	if (!("values" in one) || !("values" in prior)) return one;
	const kept = prior.values.filter((value) => value > SMALLEST * prior.values[0]!).length;
	const by = (numbers: readonly number[]) => numbers.slice(0, kept).map((x, k) => x / prior.values[k]!);
	const errors = "standardErrors" in one ? one.standardErrors : undefined;
	return { ...one, values: by(one.values), ...(errors && { standardErrors: by(errors) }) };
}
