import type { Layer, Network } from "../network/network.ts";
import type { Problem } from "../problem/problem.ts";

/** "P = 100, d = 784; N = 100 erf; standard scaling; noise variance κ = 0.1". */
export function problemSubtitle({ network, trainInputs, noiseVariance }: Problem): string {
	return [
		`P = ${trainInputs.rows}, d = ${trainInputs.columns}`,
		layerWords(network).join(", "),
		`${network.scaling} scaling`,
		`noise variance κ = ${noiseVariance}`,
	].join("; ");
}

/** "N = 100 erf", "20 channels erf"; equal residual blocks in a row once: "10 × residual block erf, ρ = 0.3". */
function layerWords({ layers }: Network): string[] {
	const runs: { words: string; count: number }[] = [];
	for (const layer of layers) {
		const words = wordsOf(layer);
		const last = runs[runs.length - 1];
		if (layer.type === "residual" && last?.words === words) last.count++;
		else runs.push({ words, count: 1 });
	}
	return runs.map(({ words, count }) => (count === 1 ? words : `${count} × ${words}`));
}

function wordsOf(layer: Layer): string {
	if (layer.type === "convolution") return `${layer.channels} channels ${layer.activation}`;
	if (layer.type === "dense") return `N = ${layer.width} ${layer.activation}`;
	return `residual block ${layer.activation}, ρ = ${layer.residualScale}`;
}
