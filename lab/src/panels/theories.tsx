/** What became of every theory: its time and evidence, how far it is, or why it does not answer. */
import { solution, stale, type TheoryState } from "../workers/solver.ts";
import type { LabPanel } from "./panel.ts";

function secondsText(seconds: number): string {
	return seconds < 1 ? `${(1000 * seconds).toFixed(0)} ms` : `${seconds.toFixed(1)} s`;
}

function Row({ state }: { readonly state: TheoryState }) {
	const name = (
		<th scope="row" title={solution.value?.experiment.titles[state.theory]}>
			{state.theory}
		</th>
	);
	if ("answer" in state) {
		const { seconds, logEvidence, convergence, validity } = state.answer;
		return (
			<tr>
				{name}
				<td class="digits">{secondsText(seconds)}</td>
				<td class="digits">{logEvidence === undefined ? "–" : logEvidence.toFixed(2)}</td>
				<td>
					{convergence.converged ? "" : "Not converged. "}
					{validity.length > 0 && (
						<details>
							<summary>{validity.length === 1 ? "1 note" : `${validity.length} notes`}</summary>
							<ul>
								{validity.map(({ name: what, message }) => (
									<li key={what}>{message}</li>
								))}
							</ul>
						</details>
					)}
				</td>
			</tr>
		);
	}
	const text =
		"reason" in state
			? state.reason
			: `${state.message} ${state.fraction > 0 ? percent(state.fraction) : ""}`;
	return (
		<tr class={"reason" in state ? "refused" : "pending"}>
			{name}
			<td class="digits">{"reason" in state ? "–" : "…"}</td>
			<td class="digits">–</td>
			<td>{text}</td>
		</tr>
	);
}

function percent(fraction: number): string {
	return `${Math.round(100 * fraction)} %`;
}

function Content() {
	return (
		<div class={stale.value ? "table stale" : "table"}>
			<table>
				<thead>
					<tr>
						<th scope="col">theory</th>
						<th scope="col" class="digits">
							time
						</th>
						<th scope="col" class="digits">
							log evidence
						</th>
						<th scope="col">remarks</th>
					</tr>
				</thead>
				<tbody>
					{(solution.value?.theories ?? []).map((state) => (
						<Row state={state} key={state.theory} />
					))}
				</tbody>
			</table>
		</div>
	);
}

export const theories: LabPanel = { id: "theories", title: "Theories", place: "results", Content };
