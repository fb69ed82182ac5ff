import type { AdaptationOptions } from "../../analyses/kernel-adaptation/options.ts";
import type { AdaptationResults } from "../../analyses/kernel-adaptation/results.ts";

/**
 * "P = 128, d = 32; dense erf, dense erf; standard scaling; s_a²/χ = 0.0078, κ = 0.001".
 * @param width the one whose scale and noise are meant, where these change along the sweep
 */
export function adaptationSubtitle(
	{ noiseScaling, outputScale }: Pick<AdaptationOptions, "noiseScaling" | "outputScale">,
	{ problem, infiniteWidth }: AdaptationResults,
	width?: number,
): string {
	const { trainPoints, inputs, layers, scaling, noiseVariance } = problem;
	const point = infiniteWidth.find((one) => one.width === width) ?? infiniteWidth[0]!;
	const number = (x: number) => Number(x.toPrecision(4));
	const changes = width === undefined && scaling === "mean-field" && outputScale === "by-scaling";
	const scale = changes ? "" : `s_a²/χ = ${number(point.outputScale)}, `;
	const noise =
		width === undefined && noiseScaling === "inverse-width"
			? `${noiseVariance}/N`
			: number(width === undefined ? noiseVariance : point.noiseVariance);
	return [
		`P = ${trainPoints}, d = ${inputs}`,
		layers.join(", "),
		`${scaling} scaling`,
		`${scale}κ = ${noise}`,
	].join("; ");
}
