/**
 * The theories that have cases. Each module exports `cases`, a list of { title, series, size, options, problem(engine) }, `size`, the
 * symbol of their size, and where there is more to say of an answer `extra(answer)`, texts by column, and `targets(runs)`, printed last.
 */
export const modules = {
	"finite-width-correction": () => import("./finite-width-correction.js"),
};
