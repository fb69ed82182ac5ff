/** The real network, sampled: start, pause, stop, and how far the chains agree. */
import { type ChainProgress, rHat } from "@finitude/core";
import { FieldSlider } from "../controls/field-slider.tsx";
import {
	pauseSampling,
	phase,
	progress,
	resumeSampling,
	samples,
	samplingFault,
	startSampling,
	stopSampling,
} from "../workers/sampling.ts";
import { solution, stale } from "../workers/solver.ts";
import type { LabPanel } from "./panel.ts";

const PHASE_WORDS = {
	idle: "not sampled",
	running: "sampling",
	paused: "paused",
	finishing: "ending with the draws there are",
	done: "done",
};

function start(): void {
	const shown = solution.value;
	if (shown === undefined) return;
	void startSampling(shown.experiment, () =>
		(solution.value?.theories ?? []).flatMap((one) => ("answer" in one ? [one.answer] : [])),
	);
}

/** R-hat of the log density while the chains run; undefined until two chains have eight draws each. */
function rHatSoFar(chains: readonly (ChainProgress | undefined)[]): number | undefined {
	const traces = chains.flatMap((chain) => (chain && chain.logDensity.length >= 8 ? [chain.logDensity] : []));
	if (traces.length < 2) return undefined;
	const length = Math.min(...traces.map((trace) => trace.length));
	const diagnostic = rHat(traces.map((trace) => trace.slice(0, length)));
	return diagnostic.defined ? diagnostic.value : undefined;
}

function Numbers() {
	const begun = progress.value.filter((chain) => chain !== undefined);
	const steps = begun.reduce((sum, chain) => sum + chain.step, 0);
	const total = (begun[0]?.total ?? 0) * progress.value.length;
	const acceptance = begun.reduce((sum, chain) => sum + chain.acceptance, 0) / begun.length;
	const diagnostics = samples.value?.answer.diagnostics;
	const maxRHat = diagnostics?.maxRHat ?? rHatSoFar(progress.value);
	return (
		<>
			<progress max={1} value={total === 0 ? 0 : steps / total} aria-label="Steps of all chains" />
			<dl class="numbers">
				<dt>steps</dt>
				<dd>{total === 0 ? "–" : `${steps} of ${total}`}</dd>
				<dt>acceptance</dt>
				<dd>{begun.length === 0 ? "–" : acceptance.toFixed(2)}</dd>
				<dt>largest R̂</dt>
				<dd>{maxRHat === undefined ? "–" : maxRHat.toFixed(3)}</dd>
				<dt>least ESS, bulk / tail</dt>
				<dd>
					{diagnostics?.minBulkEss === undefined
						? "–"
						: `${Math.round(diagnostics.minBulkEss)} / ${Math.round(diagnostics.minTailEss ?? 0)}`}
				</dd>
				<dt>divergences</dt>
				<dd>{diagnostics === undefined ? "–" : diagnostics.divergences}</dd>
			</dl>
		</>
	);
}

function Content() {
	const now = phase.value;
	const convergence = samples.value?.answer.convergence;
	const settled = now === "done" && convergence !== undefined;
	return (
		<>
			<FieldSlider
				label="Draws per chain"
				symbol="n"
				path={["sampling", "draws"]}
				min={100}
				max={20000}
				logarithmic
				whole
				fallback={1000}
			/>
			<div class="buttons">
				<button
					type="button"
					class="primary"
					disabled={stale.value || now === "finishing"}
					onClick={now === "running" ? pauseSampling : now === "paused" ? resumeSampling : start}
				>
					{now === "running"
						? "Pause"
						: now === "paused"
							? "Resume"
							: now === "done"
								? "Sample again"
								: "Sample"}
				</button>
				<button type="button" disabled={now !== "running" && now !== "paused"} onClick={stopSampling}>
					Stop
				</button>
			</div>
			<p role="status" class="note">
				{settled
					? convergence.converged
						? "Done: the chains agree."
						: "Done: not converged."
					: PHASE_WORDS[now]}
			</p>
			{samplingFault.value && (
				<p role="alert" class="fault">
					{samplingFault.value}
				</p>
			)}
			<Numbers />
		</>
	);
}

export const sampler: LabPanel = { id: "sampler", title: "Real network", place: "controls", Content };
