/** What `finitude probe` prints: a table for every layer, theories below the prior and above the sampled network. */
import {
	AGREEMENT,
	type Measured,
	NOT_PREDICTED,
	type Predicted,
	type ProbeResult,
	type Probing,
} from "@finitude/core";
import type { ProbingRun } from "../probing/run-probing.ts";
import { refusalLines } from "../results/comparison-table.ts";
import { outputColors } from "./color.ts";
import { renderSamplerLines } from "./sampler.ts";
import { formatNumber, formatToError, renderTable } from "./table.ts";

/** Tables are cut into parts of at most so many characters a line. */
const LINE = 118;

/** Of quantities that are lists: the first so many. */
const SHOWN = 2;

export function renderProbing(run: ProbingRun, name: string, folder: string): string {
	const { probed, outcomes, answer } = run;
	const lines = [outputColors.bold(name), "", ...layerTables(probed)];
	lines.push("", ...legend(probed));
	lines.push(...absences(probed));
	const refusals = refusalLines(outcomes);
	if (refusals.length > 0)
		lines.push("", "theories that do not apply:", ...refusals.map((line) => `  ${line}`));
	if (run.notSampled !== undefined) lines.push("", `the network was not sampled: ${run.notSampled}`);
	if (answer !== undefined) lines.push("", ...renderSamplerLines(answer));
	if (run.interrupted) lines.push("", "Interrupted: this is what was finished.");
	lines.push("", `results: ${folder}`);
	return lines.join("\n");
}

/** One column of a table: a number that every source may have. */
interface Column {
	readonly title: string;
	readonly layer: string;
	readonly prior: string;
	readonly theories: Readonly<Record<string, string>>;
	readonly sampled: string;
}

/** The tables of all layers, each under its name. */
export function layerTables(probing: Probing, quantities?: ReadonlySet<string>): string[] {
	const columns = probing.probes.flatMap((probe) => columnsOf(probe, quantities));
	const layers = [...new Set(columns.map(({ layer }) => layer))];
	return layers.flatMap((layer, i) => [
		...(i > 0 ? [""] : []),
		outputColors.bold(layer),
		...tablesOf(
			probing,
			columns.filter((column) => column.layer === layer),
		),
	]);
}

function columnsOf({ quantities, rows }: ProbeResult, only?: ReadonlySet<string>): Column[] {
	return rows
		.filter(({ quantity }) => only === undefined || only.has(quantity))
		.flatMap(({ quantity, layer, prior, theories, sampled }): Column[] => {
			const { title, index } = quantities.find(({ id }) => id === quantity)!;
			const everything = [prior, ...Object.values(theories), ...(sampled ? [sampled] : [])];
			const count = Math.max(...everything.map((one) => ("values" in one ? one.values.length : 0)));
			return Array.from({ length: Math.min(count, SHOWN) }, (_, k) => ({
				title: index === undefined ? title : `${title} ${k + 1}`,
				layer,
				prior: numberAt(prior, k),
				theories: Object.fromEntries(Object.entries(theories).map(([id, one]) => [id, predictedAt(one, k)])),
				sampled: sampled ? numberAt(sampled, k) : ABSENT,
			}));
		});
}

const ABSENT = "-";

function numberAt(measured: Measured, k: number): string {
	if (!("values" in measured) || measured.values[k] === undefined) return ABSENT;
	const error = measured.standardErrors?.[k];
	if (error === undefined) return formatNumber(measured.values[k], 4);
	return `${formatToError(measured.values[k], error)} +- ${formatNumber(error, 2)}`;
}

/** With a star where it is not within AGREEMENT standard errors of the sampled number. */
function predictedAt(predicted: Predicted, k: number): string {
	if (!("values" in predicted) || predicted.values[k] === undefined) return ABSENT;
	const star = predicted.z === undefined ? "" : Math.abs(predicted.z[k]!) <= AGREEMENT ? "  " : " *";
	return `${formatNumber(predicted.values[k], 4)}${star}`;
}

function tablesOf({ theories, sampled }: Probing, columns: readonly Column[]): string[] {
	const rows: { readonly name: string; readonly cell: (column: Column) => string }[] = [
		{ name: "prior", cell: (column: Column) => column.prior },
		...theories.map(({ id, converged }) => ({
			name: converged ? id : `${id} (not converged)`,
			cell: (column: Column) => column.theories[id]!,
		})),
		...(sampled
			? [
					{
						name: `sampled (${sampled.sampler}${sampled.converged ? "" : ", not converged"})`,
						cell: (column: Column) => column.sampled,
					},
				]
			: []),
	].filter(({ cell }) => columns.some((column) => cell(column) !== ABSENT));
	const nameWidth = Math.max(...rows.map(({ name }) => name.length));
	const parts: { readonly columns: Column[]; width: number }[] = [];
	for (const column of columns) {
		const width =
			2 +
			Math.max(
				...titleLines(column).map((line) => line.length),
				...rows.map(({ cell }) => cell(column).length),
			);
		const last = parts.at(-1);
		if (last && last.width + width <= LINE) {
			last.columns.push(column);
			last.width += width;
		} else parts.push({ columns: [column], width: nameWidth + width });
	}
	return parts.flatMap((part, i) => [
		...(i > 0 ? [""] : []),
		tableOf(
			part.columns,
			rows
				.map(({ name, cell }) => [name, ...part.columns.map(cell)])
				.filter(([, ...cells]) => cells.some((cell) => cell !== ABSENT)),
		),
	]);
}

/** Titles of several lines, the last of them above the rule. */
function tableOf(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
	const titles = columns.map(titleLines);
	const height = Math.max(...titles.map((lines) => lines.length));
	const header = Array.from({ length: height - 1 }, (_, i) => [
		"",
		...titles.map((lines) => lines[i - height + lines.length] ?? ""),
	]);
	const bottom = [
		{ title: "" },
		...titles.map((lines) => ({ title: lines.at(-1)!, align: "right" as const })),
	];
	const [first, rule, ...rest] = renderTable(bottom, [...header, ...rows]).split("\n");
	return [...rest.slice(0, height - 1), first, rule, ...rest.slice(height - 1)].join("\n");
}

const TITLE_WIDTH = 18;

function titleLines({ title }: Column): string[] {
	const lines: string[] = [];
	for (const word of title.split(" ")) {
		const longer = `${lines.at(-1)} ${word}`;
		if (lines.length > 0 && longer.length <= TITLE_WIDTH) lines[lines.length - 1] = longer;
		else lines.push(word);
	}
	return lines;
}

function legend({ sampled, probes }: Probing): string[] {
	const read = probes.filter(({ rows }) => rows.length > 0);
	const descriptive = read.filter((probe) => probe.descriptive);
	const hasLists = read.some(({ quantities }) => quantities.some(({ index }) => index !== undefined));
	const judgment =
		sampled === undefined
			? " -: not given."
			: sampled.converged
				? ` *: off by more than ${AGREEMENT} of them. -: not given.`
				: " -: not given. No judgment: the sampler has not converged, and these numbers describe its draws, not the posterior.";
	return [
		`+-: Monte-Carlo standard error.${judgment}`,
		...(hasLists ? ["Of lists of numbers the first two are shown; result.json and table.csv have all."] : []),
		...descriptive.map(({ id }) => `${id}: a description of the networks, not a measure of learning.`),
	];
}

/** Every reason once, with where it holds. */
function absences({ probes, theories }: Probing): string[] {
	/** Reason -> layer -> sources. */
	const where = new Map<string, Map<string, Set<string>>>();
	const add = (reason: string, layer: string, source?: string) => {
		const layers = where.get(reason) ?? new Map<string, Set<string>>();
		where.set(reason, layers.set(layer, layers.get(layer) ?? new Set()));
		if (source !== undefined) layers.get(layer)!.add(source);
	};
	for (const { id, rows, reason } of probes) {
		if (reason !== undefined) add(reason, id);
		const predictedAtAll = rows.some((row) => Object.values(row.theories).some((one) => "values" in one));
		for (const { quantity, layer, prior, theories: predicted, sampled } of rows) {
			const all: [string, Measured | Predicted][] = [["prior", prior], ...Object.entries(predicted)];
			if (sampled) all.push(["sampled", sampled]);
			for (const [source, one] of all) {
				if ("noZ" in one && one.noZ !== undefined) add(one.noZ, `${layer}, ${quantity}`, source);
				if (!("reason" in one)) continue;
				// A probe that no theory predicts is named once, of another the quantities.
				if (one.reason === NOT_PREDICTED) add(one.reason, predictedAtAll ? `${id} ${quantity}` : id);
				else add(one.reason, layer, source);
			}
		}
	}
	if (where.size === 0) return [];
	const named = (sources: ReadonlySet<string>) => {
		const everything = theories.length > 1 && theories.every(({ id }) => sources.has(id));
		const others = [...sources].filter((source) => !theories.some(({ id }) => id === source));
		return (everything ? ["all theories", ...others] : [...sources]).join(", ");
	};
	const lines = [...where].map(([reason, layers]) => {
		const places = [...layers].map(([layer, sources]) =>
			sources.size === 0 ? layer : `${layer} (${named(sources)})`,
		);
		return `  ${places.join("; ")}: ${reason}`;
	});
	return ["", "not given:", ...lines];
}
