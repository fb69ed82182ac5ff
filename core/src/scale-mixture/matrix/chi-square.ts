import type { Engine, RandomState } from "@finitude/engine";

/** Numbers drawn at once. */
const BUFFER = 1024;

/** A stream's normal and chi-square numbers, one at a time. */
export interface VariateSource {
	normal(): number;
	/** @param degrees an integer n >= 1 */
	chiSquare(degrees: number): number;
}

/**
 * Allocates its buffers in the engine.
 *
 * chi2_1 = z^2 and chi2_2 = -2 log u; otherwise 2 Gamma(n/2) by rejection from the cube of a normal (Marsaglia and Tsang 2000,
 * ACM TOMS 26:363), whose cost does not depend on n.
 */
export function createVariateSource(engine: Engine, stream: RandomState): VariateSource {
	const refilled = (fill: (state: RandomState, block: ReturnType<Engine["allocate"]>) => void) => {
		const block = engine.allocate(BUFFER);
		let next = BUFFER;
		return () => {
			if (next === BUFFER) {
				fill(stream, block);
				next = 0;
			}
			return block.data[next++]!;
		};
	};
	const normal = refilled((state, block) => engine.fillNormal(state, block));
	const uniform = refilled((state, block) => engine.fillUniform(state, block));
	return {
		normal,
		chiSquare(degrees) {
			if (degrees === 1) return normal() ** 2;
			if (degrees === 2) return -2 * Math.log(1 - uniform());
			const d = degrees / 2 - 1 / 3;
			const c = 1 / Math.sqrt(9 * d);
			for (;;) {
				const z = normal();
				const v = (1 + c * z) ** 3;
				if (!(v > 0)) continue;
				if (Math.log(1 - uniform()) < z ** 2 / 2 + d * (1 - v + Math.log(v))) return 2 * d * v;
			}
		},
	};
}
