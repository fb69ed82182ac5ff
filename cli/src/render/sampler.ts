import type { SampledAnswer } from "@finitude/core";
import { formatNumber } from "./table.ts";

/** What the sampler did and whether it converged, in two lines. */
export function renderSamplerLines(answer: SampledAnswer): string[] {
	const d = answer.diagnostics;
	const count = (n: number, noun: string) => `${n} ${noun}${n === 1 ? "" : "s"}`;
	const known = (x: number | undefined, render: (x: number) => string) =>
		x === undefined ? "undefined" : render(x);
	const whole = (x: number) => String(Math.round(x));
	const lines = [
		`sampler ${answer.sampler}: ${count(d.chains, "chain")} of ${d.draws} draws after ${d.warmup} warm-up steps, ` +
			`acceptance ${d.acceptanceRate.toFixed(2)}, ${d.stepSize === undefined ? "" : `step size ${formatNumber(d.stepSize)}, `}seed ${d.seed}`,
		`largest R-hat ${known(d.maxRHat, (x) => x.toFixed(4))}, smallest bulk ESS ${known(d.minBulkEss, whole)}, ` +
			`smallest tail ESS ${known(d.minTailEss, whole)}, ` +
			(d.effectiveSampleSize === undefined
				? ""
				: `weights worth ${whole(d.effectiveSampleSize)} equal ones, Pareto k-hat ${known(d.paretoShape, (x) => x.toFixed(2))}, `) +
			`${count(d.divergences, "divergence")}: ` +
			(answer.convergence.converged ? "converged" : "NOT CONVERGED"),
	];
	if (!answer.convergence.converged && answer.convergence.advice !== undefined)
		lines.push(answer.convergence.advice);
	return lines;
}
