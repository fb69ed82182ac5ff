import { panels } from "./panels/index.ts";
import { addressFault } from "./state/store.ts";
import { fault, solution, stale } from "./workers/solver.ts";

/** One line on what the page is doing, told to screen readers when it changes. */
function Status() {
	const theories = solution.value?.theories ?? [];
	const pending = theories.filter((one) => "fraction" in one);
	const text =
		fault.value !== undefined
			? "The setting cannot be computed."
			: stale.value
				? "Computing."
				: pending.length > 0
					? `Computing ${pending.map(({ theory }) => theory).join(", ")}.`
					: `${theories.filter((one) => "answer" in one).length} theories have answered.`;
	return (
		<p class="status" role="status" aria-live="polite">
			{text}
		</p>
	);
}

/** The header, the panels of controls beside the panels of results, and faults above both. */
export function Page() {
	const sentences = [addressFault.value, fault.value].filter((sentence) => sentence !== undefined);
	return (
		<>
			<header class="masthead">
				<h1>finitude lab</h1>
				<p>What will a finite neural network learn? Theories and the real network, side by side.</p>
				<Status />
			</header>
			{sentences.map((sentence) => (
				<p class="fault" role="alert" key={sentence}>
					{sentence}
				</p>
			))}
			<div class="columns">
				{(["controls", "results"] as const).map((place) => (
					<div class={place} key={place}>
						{panels
							.filter((panel) => panel.place === place)
							.map(({ id, title, Content }) => (
								<section class="panel" id={id} key={id} aria-labelledby={`${id}-title`}>
									<h2 id={`${id}-title`}>{title}</h2>
									<Content />
								</section>
							))}
					</div>
				))}
			</div>
		</>
	);
}
