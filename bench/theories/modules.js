/**
 * The theories that have cases. Each module exports `cases`, a list of { title, series, size, options, problem(engine) }, `size`, the
 * symbol of their size, and where there is more to say of an answer `extra(answer, { best }, { engine, problem, options })`,
 * texts by column, and `targets(runs)`, which prints what was wanted of them.
 */
export const modules = {
	"equations-of-state": () => import("./equations-of-state.js"),
	"finite-width-correction": () => import("./finite-width-correction.js"),
	"kernel-rescaling": () => import("./kernel-rescaling.js"),
};
