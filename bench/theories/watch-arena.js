/**
 * Watches what the blocks of an engine hold from now on.
 *
 * @returns `peakBytes()`, the most they held at any time above what they hold now.
 */
export function watchArena(engine) {
	const base = engine.mark();
	let peak = base;
	for (const part of [engine, engine.float32]) {
		const { allocate } = part;
		part.allocate = (...args) => {
			const block = allocate.apply(part, args);
			peak = Math.max(peak, engine.mark());
			return block;
		};
	}
	return { peakBytes: () => peak - base };
}
