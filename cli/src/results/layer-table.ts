/** What the sampled layers say of the theories' assumptions, as tables for people and as CSV. */
import { type Estimate, formatEstimate, type LayerSeparation } from "@finitude/core";
import { formatNumber, renderCsv, renderTable, type TableColumn } from "../render/table.ts";

const right = (title: string): TableColumn => ({ title, align: "right" });

const COLUMNS: readonly TableColumn[] = [
	{ title: "layer" },
	{ title: "units" },
	right("excess kurtosis"),
	right("kernel fluctuates by"),
	right("(chance)"),
	right("kernel changed by"),
	right("of which captured"),
];

const ABSENT = "-";
const shown = (estimate: Estimate | undefined) =>
	estimate === undefined ? ABSENT : formatEstimate(estimate);

/** One row a layer. */
export function layerTable(layers: readonly LayerSeparation[]): string {
	const rows = layers.map((layer, l) => [
		`${l + 1}`,
		`${layer.width} ${layer.activation}`,
		shown(layer.discrepancyKurtosis),
		shown(layer.featureFluctuation?.relative),
		layer.featureFluctuation === undefined ? ABSENT : formatNumber(layer.featureFluctuation.independentUnits),
		shown(layer.change),
		shown(layer.captured),
	]);
	return renderTable(COLUMNS, rows);
}

const ESTIMATES: readonly (readonly [string, (layer: LayerSeparation) => Estimate | undefined])[] = [
	["discrepancyKurtosis", (layer) => layer.discrepancyKurtosis],
	["featureKurtosis", (layer) => layer.featureKurtosis],
	["pointKurtosis", (layer) => layer.pointKurtosis],
	["preactivationFluctuation", (layer) => layer.preactivationFluctuation?.relative],
	["featureFluctuation", (layer) => layer.featureFluctuation?.relative],
	["change", (layer) => layer.change],
	["shapeChange", (layer) => layer.shapeChange],
	["captured", (layer) => layer.captured],
];

/** The same facts and more with all digits; empty cells where a quantity is absent. */
export function layerCsv(layers: readonly LayerSeparation[]): string {
	const header = [
		"layer",
		"width",
		"activation",
		...ESTIMATES.flatMap(([name]) => [name, `${name}StandardError`]),
		"preactivationIndependentUnits",
		"featureIndependentUnits",
	];
	const rows = layers.map((layer, l) => [
		l + 1,
		layer.width,
		layer.activation,
		...ESTIMATES.flatMap(([, of]) => {
			const estimate = of(layer);
			return [estimate?.value ?? "", estimate?.standardError ?? ""];
		}),
		layer.preactivationFluctuation?.independentUnits ?? "",
		layer.featureFluctuation?.independentUnits ?? "",
	]);
	return renderCsv([header, ...rows]);
}
