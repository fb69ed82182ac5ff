import type { Engine, RandomState, View } from "@finitude/engine";
import { allocateView } from "./block-operations.ts";

/** Fills a P x D view with the targets minus a draw of the noise minus D constants. */
export function createResidual(
	engine: Engine,
	targets: View,
	noiseVariance: number,
): (stream: RandomState, offset?: Float64Array) => View {
	const result = allocateView(engine, targets.rows, targets.columns);
	const deviation = Math.sqrt(noiseVariance);
	return (stream, offset) => {
		engine.fillNormal(stream, result.block);
		const [to, y] = [result.block.data, targets.block.data];
		for (let i = 0; i < to.length; i++) {
			to[i] = y[targets.offset + i]! - deviation * to[i]! - (offset?.[i % targets.columns] ?? 0);
		}
		return result;
	};
}
