/** Our engines as competitors. */
import { setFlagsFromString } from "node:v8";
import { createEngine, EngineError } from "@finitude/engine";

/** Node 20 and 21 have relaxed SIMD behind a flag. */
function allowRelaxedSimd() {
	if (Number(process.versions.node.split(".")[0]) < 22)
		setFlagsFromString("--experimental-wasm-relaxed-simd");
}

function competitor(title, engine) {
	return {
		title,
		runs: (row) => engine.id !== "reference" || row.small,
		prepare(row) {
			const mark = engine.mark();
			const { reset, run } = row.prepare(engine);
			return {
				async sample() {
					reset?.();
					const start = performance.now();
					run();
					return (performance.now() - start) / 1000;
				},
				finish: () => engine.release(mark),
			};
		},
		close() {},
	};
}

/** Every engine that loads here. Those that do not are named with the reason in one printed line. */
export async function createEngines() {
	allowRelaxedSimd();
	const choices = [
		{ engine: "reference" },
		{ engine: "wasm" },
		{ engine: "wasm", deterministic: false },
		{ engine: "native" },
	];
	const found = new Map();
	for (const choice of choices) {
		try {
			const engine = await createEngine(choice);
			found.set(engine.variant, engine);
		} catch (error) {
			if (!(error instanceof EngineError)) throw error;
			console.log(error.message);
		}
	}
	return [...found].map(([variant, engine]) =>
		competitor({ reference: "reference", native: variant.split(" (")[0] }[engine.id] ?? variant, engine),
	);
}
