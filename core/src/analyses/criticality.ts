/**
 * `criticality`: how far changes of a kernel travel through the layers, and what the data change in it, along the weight variance.
 *
 * 1. Computes: forward and backward response, first-order change of the output kernel, alignment with the targets; the critical line.
 * 2. Inputs: a problem with dense erf, relu or linear layers and weight deviations; or an activation and variances alone.
 * 3. Exact: the point quantities for wide networks of any depth; the changes of kernels to first order in 1/N.
 * 4. Symbols: sigma_w, sigma_b, q*, chi_perp, Ct^(l), dK; docs/analyses/criticality.md.
 * 5. Solves: (1), one scalar equation; the responses and (3)-(6) are closed forms.
 * 6. Gives: every measure along the scan for each depth, the susceptibility, the critical weight deviation.
 * 7. References: Fischer et al. 2024, arXiv 2405.10761; Poole et al. 2016, arXiv 1606.05340; Schoenholz et al. 2017, arXiv 1611.01232.
 * 8. Cost: P^4/24 four-point moments for each layer, depth and weight deviation: 20 points take a tenth of a second.
 * 9. Fails: where the expansion is above 0.3, usually below the critical point, sizes of changes mean nothing.
 * 10. Checked: fixtures/golden/criticality-*.json, the critical points of the page, finite differences of the alignment.
 */
import { InputError } from "../errors.ts";
import { sortedOnce } from "../experiments/sorted-once.ts";
import { closedForm } from "../theories/predictions.ts";
import type { Analysis, AnalysisAnswer } from "./analysis.ts";
import { type CriticalityOptions, options } from "./criticality/options.ts";
import { references } from "./criticality/references.ts";
import { type CriticalityResults, criticalityTable } from "./criticality/results.ts";
import { scan, scanNotes } from "./criticality/scan.ts";
import { criticalPoint, varianceFixedPoint } from "./criticality/wide-network.ts";

type CriticalityAnswer = AnalysisAnswer<CriticalityOptions, CriticalityResults>;

export const criticality: Analysis<CriticalityOptions, CriticalityResults> = {
	id: "criticality",
	title: "Criticality and feature learning",
	aliases: ["edge-of-chaos", "critical-line"],
	summary:
		"Response of kernels through the layers and their change by the data along the weight variance, with the critical line.",
	references,
	options,
	subjects: ["problem", "options"],
	async solve({ problem }, given, { engine, onProgress = () => {} }) {
		const { quantity } = given;
		const answer = (
			complete: CriticalityOptions,
			results: CriticalityResults,
			rest: Partial<CriticalityAnswer> = {},
		): CriticalityAnswer => ({
			analysis: "criticality",
			options: complete,
			results,
			convergence: closedForm,
			validity: [],
			absent: {},
			...rest,
		});
		if (quantity === "scan") {
			if (!problem) throw missing("problem", "a problem, or data, network and noiseVariance, for a scan");
			refuseOthers(given, ["activation", "biasVariance", "weightVariance"]);
			const { weightDeviations } = given;
			if (!weightDeviations) throw missing("options.weightDeviations", "a list of numbers, for a scan");
			const depths = sortedOnce(given.depths ?? problem.network.layers.map((_, l) => l + 1));
			const results = scan(engine, problem, weightDeviations, depths, onProgress);
			return answer({ ...given, depths }, results, {
				validity: scanNotes(results),
				absent: results.alignmentPrior
					? {}
					: { alignmentPrior: CONSTANT_TARGETS, alignmentSlope: CONSTANT_TARGETS },
			});
		}
		if (problem) {
			throw new InputError({
				where: "problem",
				wanted: `options only, since ${quantity} concerns wide networks without data`,
				got: "a problem",
				advice: "Leave it out.",
			});
		}
		refuseOthers(given, ["weightDeviations", "depths"]);
		const { activation = "erf", biasVariance = 0, weightVariance = 1 } = given;
		if (quantity === "criticalPoint") {
			refuseOthers(given, ["weightVariance"]);
			const results = criticalPoint(engine, activation, biasVariance);
			return answer({ ...given, activation, biasVariance }, results, absentVariance(results));
		}
		const results = varianceFixedPoint(engine, activation, weightVariance, biasVariance);
		return answer({ ...given, activation, biasVariance, weightVariance }, results, absentVariance(results));
	},
	table: criticalityTable,
};

const CONSTANT_TARGETS = "the targets, or the kernel, are constant over the points: nothing to align with";

function absentVariance({ fixedPointVariance }: { readonly fixedPointVariance?: number }) {
	return fixedPointVariance === undefined
		? { absent: { fixedPointVariance: "the variance of this activation grows without end, or not at all" } }
		: {};
}

function missing(where: string, wanted: string): InputError {
	return new InputError({ where, wanted, got: "nothing" });
}

/** @throws InputError for options of another quantity */
function refuseOthers(given: CriticalityOptions, names: readonly (keyof CriticalityOptions)[]): void {
	const name = names.find((one) => given[one] !== undefined);
	if (name === undefined) return;
	throw new InputError({
		where: `options.${name}`,
		wanted: `nothing, with quantity ${given.quantity}`,
		got: `${given[name]}`,
	});
}
