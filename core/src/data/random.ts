/** Random numbers as plain arrays, from an engine's streams. */
import { type Engine, type RandomState, scoped } from "@finitude/engine";

/** `count` standard normals. Advances `stream`. */
export function normals(engine: Engine, stream: RandomState, count: number): Float64Array {
	return scoped(engine, () => {
		const block = engine.allocate(count);
		engine.fillNormal(stream, block);
		return block.data.slice();
	});
}

/** `count` uniform numbers in [0, 1). Advances `stream`. */
export function uniforms(engine: Engine, stream: RandomState, count: number): Float64Array {
	return scoped(engine, () => {
		const block = engine.allocate(count);
		engine.fillUniform(stream, block);
		return block.data.slice();
	});
}

/** The indices 0..count-1 in uniformly random order (Fisher and Yates). Advances `stream`. */
export function permutation(engine: Engine, stream: RandomState, count: number): Uint32Array {
	const order = Uint32Array.from({ length: count }, (_, i) => i);
	const u = uniforms(engine, stream, count);
	for (let i = count - 1; i > 0; i--) {
		// floor(u (i + 1)) is uniform to within 2^-53 (i + 1): u has 53 random bits.
		const j = Math.floor(u[i]! * (i + 1));
		[order[i], order[j]] = [order[j]!, order[i]!];
	}
	return order;
}
