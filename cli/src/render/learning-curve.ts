/** What `finitude learning-curve` prints. */
import {
	type Average,
	type CurvePoint,
	type LearningCurveResults,
	publishedGapLine,
	type WidthCurve,
} from "@finitude/core";
import { outputColors } from "./color.ts";
import { formatNumber, formatToError, renderTable, type TableColumn } from "./table.ts";

const ABSENT = "-";
const right = (title: string): TableColumn => ({ title, align: "right" });

/** A table for each network, why points are missing, and where the files are. */
export function renderLearningCurve(name: string, results: LearningCurveResults, folder: string): string {
	const { curves, sampler, repetitions, targetNoise, complete } = results;
	const lines = [outputColors.bold(name), ""];
	lines.push(
		`generalization error (bias^2 + variance) at ${results.testPoints} test points${repetitions === 1 ? "" : `, mean of ${repetitions} training sets`}`,
	);
	for (const curve of curves) {
		if (curve.points.length === 0) continue;
		lines.push("", outputColors.bold(`N = ${curve.widths.join(", ")}`), curveTable(curve, results));
	}
	if (sampler !== undefined) lines.push("", explanation(targetNoise));
	lines.push(...section("no answer:", missing(results)));
	lines.push(...section("the sampler did not converge (no nearest theory):", stuck(results)));
	if (!complete) lines.push("", "Interrupted: this is what was finished.");
	lines.push("", `results: ${folder}`);
	return lines.join("\n");
}

function explanation(targetNoise: number): string {
	const noise = targetNoise === 0 ? "" : `, the targets' noise ${formatNumber(targetNoise)} added to e_g`;
	return (
		"+-: standard error. nearest: the theory whose error is nearest to the sampled one, and by how many standard errors it is above (+) or below (-). " +
		`gap: (e_g - e_t) / e_g with e_t the training error${noise}. 2 N/P: published for trained networks as an observation, not a bound.`
	);
}

/** Theories that answer somewhere have a column. */
function curveTable(curve: WidthCurve, { theories, sampler, curves }: LearningCurveResults): string {
	const shown = theories.filter((id) =>
		curves.some(({ points }) => points.some((point) => errorOf(point, id) !== undefined)),
	);
	const sampledColumns = [
		right(`sampled (${sampler})`),
		{ title: "nearest" },
		right("training error"),
		right("gap"),
		right("2 N/P"),
	];
	return renderTable(
		[right("P"), ...shown.map(right), ...(sampler === undefined ? [] : sampledColumns)],
		curve.points.map((point) => [
			String(point.samples),
			...shown.map((id) => averageCell(errorOf(point, id))),
			...(sampler === undefined ? [] : sampledCells(curve, point)),
		]),
	);
}

function errorOf(point: CurvePoint, id: string): Average | undefined {
	const theory = point.theories.find((one) => one.theory === id);
	return theory !== undefined && "errors" in theory ? theory.errors.generalizationError : undefined;
}

/** "0.0367 +- 0.0012": to the second digit of its standard error, or to three digits. */
function averageCell(average: Average | undefined): string {
	if (average === undefined) return ABSENT;
	const { value, standardError } = average;
	if (standardError === undefined) return formatNumber(value);
	return `${formatToError(value, standardError)} +- ${formatNumber(standardError, 2)}`;
}

function sampledCells(curve: WidthCurve, point: CurvePoint): string[] {
	const { sampled, nearest } = point;
	const line = formatNumber(publishedGapLine(curve, point));
	if (sampled === undefined || "reason" in sampled) return [ABSENT, ABSENT, ABSENT, ABSENT, line];
	const { errors, converged } = sampled;
	const z = nearest?.inStandardErrors;
	const by = z === undefined ? "" : ` (${z < 0 ? "-" : "+"}${formatNumber(Math.abs(z), 2)})`;
	return [
		`${averageCell(errors.generalizationError)}${converged ? "" : " (not converged)"}`,
		nearest === undefined ? ABSENT : `${nearest.theory}${by}`,
		averageCell(errors.trainError),
		averageCell(errors.relativeGap),
		line,
	];
}

function section(title: string, lines: readonly string[]): string[] {
	return lines.length === 0 ? [] : ["", title, ...lines.map((line) => `  ${line}`)];
}

/** "nngp: the reason (at P = 10, 20)": one line for each series and reason. */
function missing(results: LearningCurveResults): string[] {
	const reasons = new Map<string, string[]>();
	const cells = results.curves.reduce((count, { points }) => count + points.length, 0);
	for (const { place, point } of places(results)) {
		const { theories, sampled } = point;
		const gaps = theories.flatMap((one) =>
			"reason" in one ? [[`${one.theory}: ${one.reason}`, place] as const] : [],
		);
		if (sampled !== undefined && "reason" in sampled) {
			gaps.push([`the network was not sampled: ${sampled.reason}`, place]);
		}
		for (const [reason, at] of gaps) reasons.set(reason, [...(reasons.get(reason) ?? []), at]);
	}
	return [...reasons].map(([reason, at]) =>
		at.length === cells ? reason : `${reason} (at ${at.join("; ")})`,
	);
}

function stuck(results: LearningCurveResults): string[] {
	return places(results).flatMap(({ place, point: { sampled } }) =>
		sampled === undefined || "reason" in sampled || sampled.converged
			? []
			: [`${place}: ${sampled.advice ?? "raise draws and warmup"}`],
	);
}

/** "P = 10", with the width where there are several. */
function places({ curves }: LearningCurveResults) {
	return curves.flatMap(({ widths, points }) =>
		points.map((point) => ({
			place: `${curves.length === 1 ? "" : `N = ${widths.join(", ")}, `}P = ${point.samples}`,
			point,
		})),
	);
}
