/** Where the time of hmc goes: its parts run as they are, with a clock at every call of the engine. */

import { seedStream, splitStream } from "@finitude/engine";
import { createDrawStore } from "../../core/dist/samplers/draw-store.js";
import { hmc } from "../../core/dist/samplers/hmc.js";
import { createObserver } from "../../core/dist/samplers/observer.js";
import { createSamplingSpace } from "../../core/dist/samplers/sampling-space.js";

const METHODS = {
	syrk: "SYRK",
	cholesky: "Cholesky",
	invertFromCholesky: "inverse",
	solveTriangular: "triangular solves",
	fillNormal: "random numbers",
	fillUniform: "random numbers",
};

/** Seconds by part; what runs inside another part is taken from it. */
function createClock() {
	const seconds = new Map();
	const running = [];
	return {
		seconds,
		/** The innermost part that is running. */
		current: () => running.at(-1)?.part,
		time(part, run) {
			const own = { part, inside: 0 };
			running.push(own);
			const start = performance.now();
			try {
				return run();
			} finally {
				const taken = (performance.now() - start) / 1000;
				running.pop();
				seconds.set(part, (seconds.get(part) ?? 0) + taken - own.inside);
				if (running.length > 0) running.at(-1).inside += taken;
			}
		},
	};
}

function clockedEngine(engine, clock) {
	const clocked = new Map();
	const partOf = (name) => {
		const around = clock.current();
		if (around === "observation") return around;
		if (name.startsWith("gemm")) {
			return around === "activation"
				? "forward GEMM"
				: around === "times phi'"
					? "backward GEMM"
					: "readout GEMM";
		}
		return METHODS[name] ?? around ?? "rest";
	};
	return new Proxy(engine, {
		get(target, name) {
			const method = target[name];
			if (typeof method !== "function") return method;
			if (!clocked.has(name)) {
				clocked.set(name, (...args) => clock.time(partOf(name), () => method.apply(target, args)));
			}
			return clocked.get(name);
		},
	});
}

/** Lets the clock run while a method of an object runs: what no engine call in it accounts for belongs to `part`. */
function clockMethod(object, name, part, clock) {
	const method = object[name];
	object[name] = (...args) =>
		clock.time(clock.current() === "observation" ? "observation" : part, () => method.apply(object, args));
}

/** Shares of the time of `draws` draws after as many of warm-up, the largest first. */
export function breakdown(plainEngine, problem, draws) {
	const clock = createClock();
	const engine = clockedEngine(plainEngine, clock);
	const mark = engine.mark();
	const space = createSamplingSpace(engine, problem);
	const kernel = hmc.prepare(space, hmc.options.parse({}));
	const observer = createObserver(space, {});
	const store = createDrawStore(problem, draws);
	clockMethod(space.potential.forward, "run", "activation", clock);
	clockMethod(space.potential.backward, "run", "times phi'", clock);
	const streams = [0, 1].map((index) => splitStream(seedStream(1), index));
	let state = kernel.init(streams[0]);
	for (let step = 0; step < 2 * draws; step++) {
		if (step === draws) clock.seconds.clear();
		clock.time("rest", () => {
			const outcome = kernel.step(state, streams[0], step < draws);
			state = outcome.state;
			if (step < draws) return;
			clock.time("observation", () =>
				store.keep(observer.observe(kernel.draw(state), streams[1]), outcome.info),
			);
		});
	}
	engine.release(mark);
	const total = [...clock.seconds.values()].reduce((sum, s) => sum + s, 0);
	return [...clock.seconds].map(([part, s]) => [part, s / total]).sort((a, b) => b[1] - a[1]);
}
