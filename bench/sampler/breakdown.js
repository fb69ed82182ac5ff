/** Where the time of a run goes, by the sampling profiler of V8: nothing is wrapped and nothing runs differently. */
import { Session } from "node:inspector/promises";

const MICROSECONDS = 200;

/**
 * The part of the work that a stack of calls belongs to, innermost call first.
 *
 * @param frames [{ functionName, file }] with `file` the name of the module without its folder.
 */
function partOf(frames) {
	const called = (...names) => frames.some(({ functionName }) => names.includes(functionName));
	const inFile = (...files) => frames.some(({ file }) => files.includes(file));
	if (inFile("observer.js", "draw-store.js")) return "observation";
	if (called("fillNormal", "fillUniform")) return "random numbers";
	if (called("gemm")) {
		if (inFile("forward.js")) return "forward GEMM";
		return inFile("backward.js") ? "backward GEMM" : "other GEMM";
	}
	if (inFile("forward.js")) return "activation";
	if (called("syrk")) return "SYRK";
	if (called("invertFromCholesky")) return "inverse";
	if (called("cholesky")) return "Cholesky";
	if (called("(garbage collector)")) return "garbage collection";
	return "rest";
}

/** Shares of the time that `run` takes, by part, the largest first. */
export async function breakdown(run) {
	const session = new Session();
	session.connect();
	await session.post("Profiler.enable");
	await session.post("Profiler.setSamplingInterval", { interval: MICROSECONDS });
	await session.post("Profiler.start");
	run();
	const { profile } = await session.post("Profiler.stop");
	session.disconnect();
	const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
	const parents = new Map(
		profile.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])),
	);
	const framesOf = (id) => {
		const frames = [];
		for (let at = id; at !== undefined; at = parents.get(at)) {
			const { functionName, url } = nodes.get(at).callFrame;
			frames.push({ functionName, file: url.split("/").at(-1) });
		}
		return frames;
	};
	const parts = new Map();
	let total = 0;
	profile.samples.forEach((id, i) => {
		const frames = framesOf(id);
		// Samples of the profiler's own start and end, outside the run.
		if (!frames.some(({ functionName }) => functionName === run.name)) return;
		const part = partOf(frames);
		parts.set(part, (parts.get(part) ?? 0) + profile.timeDeltas[i]);
		total += profile.timeDeltas[i];
	});
	return [...parts].map(([part, time]) => [part, time / total]).sort((a, b) => b[1] - a[1]);
}
