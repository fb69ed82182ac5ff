import "./workers/without-eval.ts";
import { experimentToRun } from "@finitude/core/permalink";
import { effect } from "@preact/signals";
import { render } from "preact";
import { Page } from "./page.tsx";
import { followAddress, state } from "./state/store.ts";
import "./style.css";
import { compareAgain, discardSamples } from "./workers/sampling.ts";
import { solution, solveExperiment } from "./workers/solver.ts";

followAddress();

let asked = "";
effect(() => {
	const experiment = experimentToRun(state.value);
	const text = JSON.stringify(experiment);
	if (text === asked) return;
	asked = text;
	discardSamples();
	solveExperiment(experiment);
});

effect(() => {
	if (solution.value !== undefined) compareAgain();
});

render(<Page />, document.getElementById("lab")!);
