/**
 * Information gain and evidence gain: the information plane of a Gaussian readout.
 *
 * 1. Quantity: how much a noisy readout of a layer tells about its outputs, 1/2 log det(1 + g K/kappa), and how much more probable the targets are
 *    under it than as noise alone; both in nats for one output (docs/probes/information-gain.md).
 * 2. Range: the first at least 0; the second of either sign.
 * 3. Gauge: g gives the readout of a hidden layer the power that the network's own outputs have in the prior; for "output" g = 1.
 * 4. Kernels with a negative eigenvalue are no covariance and have no readings; noise must be positive.
 * 5. Cost: P^3 a layer, with eigenvectors.
 */
import { type Matrix, trace } from "@finitude/engine";
import { notCovariance, type TargetSpectrum, targetSpectrum } from "./kernel-spectrum.ts";
import { type MomentProbe, OUTPUT, type ProbedMoments, type ProbeReading } from "./probe.ts";

export const informationGain: MomentProbe = {
	id: "information-gain",
	title: "Information gain",
	aliases: ["information-plane", "evidence-gain", "mutual-information"],
	summary: "What a noisy readout of a layer says about its outputs, and what that is worth for the targets.",
	references: [
		{
			key: "srinivas2010gaussian",
			authors: ["Srinivas, Niranjan", "Krause, Andreas", "Kakade, Sham", "Seeger, Matthias"],
			title: "Gaussian process optimization in the bandit setting: no regret and experimental design",
			year: 2010,
			journal: "International Conference on Machine Learning",
			arxiv: "0912.3995",
		},
		{
			key: "shwartzziv2017opening",
			authors: ["Shwartz-Ziv, Ravid", "Tishby, Naftali"],
			title: "Opening the black box of deep neural networks via information",
			year: 2017,
			arxiv: "1703.00810",
		},
		{
			key: "goldfeld2019estimating",
			authors: [
				"Goldfeld, Ziv",
				"van den Berg, Ewout",
				"Greenewald, Kristjan",
				"Melnyk, Igor",
				"Nguyen, Nam",
				"Kingsbury, Brian",
				"Polyanskiy, Yury",
			],
			title: "Estimating information flow in deep neural networks",
			year: 2019,
			journal: "International Conference on Machine Learning",
			arxiv: "1810.05728",
		},
	],
	needs: "kernel",
	of: "moments",
	quantities: [
		{
			id: "informationGain",
			symbol: "I(f; y)",
			title: "information gain (nats per output)",
			range: [0, undefined],
		},
		{ id: "evidenceGain", symbol: "Delta log p(y)", title: "evidence gain (nats per output)" },
	],
	applies: ({ noiseVariance }) =>
		noiseVariance > 0 ||
		"information-gain compares outputs with their noise, and noiseVariance is 0: the information is infinite.",
	evaluate(engine, { kernels }, { problem: { trainTargets, noiseVariance }, prior }) {
		return kernels.flatMap(({ layer, kernel }): ProbeReading[] => {
			const gains = (): Gains | string => {
				const gauge = priorGauge(prior, layer);
				if (typeof gauge === "string") return gauge;
				const found = targetSpectrum(engine, kernel, trainTargets);
				return notCovariance(found) ?? gainsOf(found, noiseVariance / gauge, gauge, trainTargets);
			};
			const found = gains();
			if (typeof found === "string") {
				return ["informationGain", "evidenceGain"].map((quantity) => ({ quantity, layer, reason: found }));
			}
			return [
				{ quantity: "informationGain", layer, values: [found.information] },
				{ quantity: "evidenceGain", layer, values: [found.evidence] },
			];
		});
	},
};

interface Gains {
	readonly information: number;
	readonly evidence: number;
}

/** g = tr K_output / tr K of the prior, 1 for the output; or why there is none. */
function priorGauge(prior: ProbedMoments, layer: string): number | string {
	if (layer === OUTPUT) return 1;
	const powers = [OUTPUT, layer].map((label) => {
		const found = prior.kernels.find((one) => one.layer === label);
		return found && trace(found.kernel);
	});
	const [output, own] = powers;
	if (output === undefined || own === undefined)
		return "the prior's kernel of this layer, or of the output, is not known";
	return own > 0 && output > 0 ? output / own : "the prior's kernel of this layer, or of the output, is zero";
}

/**
 * With eigenvalues l_k, noise n = kappa/g in units of the kernel and projections p_k = |Y^T v_k|^2: information 1/2 sum log(1 + l_k/n),
 * evidence 1/(2 D) sum p_k l_k / (kappa (n + l_k)) less that; or why n is too small.
 */
function gainsOf(
	{ eigenvalues, resolution, squaredProjections }: TargetSpectrum,
	noise: number,
	gauge: number,
	{ columns: D }: Matrix,
): Gains | string {
	if (eigenvalues.at(-1)! + noise <= resolution) {
		return "the noise is below what rounding leaves of the kernel's smallest eigenvalue";
	}
	const sum = (term: (value: number, k: number) => number) =>
		eigenvalues.reduce((total, value, k) => total + term(value, k), 0);
	const information = sum((value) => Math.log1p(value / noise)) / 2;
	const fit = sum((value, k) => (squaredProjections[k]! * value) / (noise * (noise + value)));
	return { information, evidence: fit / (2 * D * gauge) - information };
}
