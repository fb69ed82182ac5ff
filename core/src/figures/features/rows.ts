import type { ProbeRow } from "../../experiments/probing/measured.ts";
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

/** The quantities that a page shows, in the order of the probes. */
export function quantityRows({ probed, quantities: chosen }: FeaturesFigureData): QuantityRows[] {
	const theories = probed.theories.map(({ id }) => id);
	return probed.probes.flatMap(({ quantities, rows }) =>
		quantities
			.filter(({ id }) => chosen === undefined || chosen.includes(id))
			.map((quantity) => ({
				quantity: { ...quantity, label: probeSymbol(quantity.symbol) },
				rows: rows.filter((row) => row.quantity === quantity.id),
				theories,
				converged: probed.sampled?.converged ?? true,
			}))
			.filter((one) => one.rows.length > 0),
	);
}
