/** What is to be learned: a synthetic task, its points, its seed and the noise. */

import type { Json } from "@finitude/core/permalink";
import { Choice } from "../controls/choice.tsx";
import { FieldSlider } from "../controls/field-slider.tsx";
import { Slider } from "../controls/slider.tsx";
import { defaultState } from "../state/default-state.ts";
import { valueAt, withValueAt } from "../state/paths.ts";
import { change, field, setField, state } from "../state/store.ts";
import { solution } from "../workers/solver.ts";
import type { LabPanel } from "./panel.ts";

interface TeacherKind {
	readonly words: string;
	/** All but the number of inputs and their variance. */
	readonly teacher: Readonly<Record<string, Json>>;
	readonly leastDimension?: number;
}

const TEACHERS: Readonly<Record<string, TeacherKind>> = {
	"hermite-3": {
		words: "one direction: linear and cubic",
		teacher: { type: "single-index", hermite: [0, 0.6, 0, 0.8] },
	},
	"hermite-2": {
		words: "one direction: linear and quadratic",
		teacher: { type: "single-index", hermite: [0, 0.8, 0.6] },
	},
	sin: { words: "one direction: sine", teacher: { type: "single-index", link: "sin" } },
	sign: { words: "one direction: sign", teacher: { type: "single-index", link: "sign" } },
	linear: { words: "linear", teacher: { type: "linear" } },
	waves: { words: "three waves", teacher: { type: "network", width: 3, activation: "sin" } },
	network: { words: "a network of 3 erf units", teacher: { type: "network", width: 3, activation: "erf" } },
	"gaussian-xor": {
		words: "four clusters (XOR)",
		teacher: { type: "gaussian-xor", separation: 3 },
		leastDimension: 2,
	},
	"random-labels": { words: "random labels", teacher: { type: "random-labels" } },
};

/** The kind whose fields are those of the experiment's teacher. */
function kindOf(teacher: Json | undefined): string {
	const matches = ({ teacher: fields }: TeacherKind) =>
		Object.entries(fields).every(
			([key, value]) => JSON.stringify(valueAt(teacher, [key])) === JSON.stringify(value),
		);
	return Object.keys(TEACHERS).find((id) => matches(TEACHERS[id]!)) ?? "custom";
}

function chooseTeacher(id: string): void {
	const kind = TEACHERS[id];
	if (kind === undefined) return;
	const dimension = Math.max(kind.leastDimension ?? 1, Number(field(["data", "teacher", "dimension"]) ?? 1));
	const inputVariance = field(["data", "teacher", "inputVariance"]) ?? 1;
	setField(["data", "teacher"], { ...kind.teacher, dimension, inputVariance });
}

/** Another task of the same network, in place of numbers from a file. */
function makeSynthetic(): void {
	const { problem, ...rest } = state.value.experiment;
	const { network, noiseVariance } = (problem ?? rest) as Readonly<Record<string, Json>>;
	const { data } = defaultState.experiment;
	change(
		{
			...state.value,
			experiment: { ...rest, data: data!, network: network!, noiseVariance: noiseVariance! },
		},
		"data",
	);
}

function GivenNumbers() {
	const shown = solution.value?.experiment;
	return (
		<>
			<p class="note">
				{shown
					? `The numbers of “${shown.name}”: P = ${shown.problem.trainInputs.rows} points, d = ${shown.problem.trainInputs.columns} inputs.`
					: "Numbers from a file."}
			</p>
			<button type="button" onClick={makeSynthetic}>
				Take a synthetic task instead
			</button>
		</>
	);
}

function Synthetic() {
	const teacher = field(["data", "teacher"]);
	const kind = kindOf(teacher);
	const custom = kind === "custom" ? ([["custom", "as in the link"]] as const) : [];
	return (
		<>
			<Choice
				label="Target"
				value={kind}
				options={[...custom, ...Object.entries(TEACHERS).map(([id, { words }]) => [id, words] as const)]}
				onChange={chooseTeacher}
			/>
			<FieldSlider
				label="Inputs"
				symbol="d"
				path={["data", "teacher", "dimension"]}
				min={TEACHERS[kind]?.leastDimension ?? 1}
				max={200}
				logarithmic
				whole
				fallback={1}
			/>
			<FieldSlider
				label="Input variance"
				symbol={
					<>
						σ<sub>x</sub>²
					</>
				}
				path={["data", "teacher", "inputVariance"]}
				min={0.1}
				max={20}
				logarithmic
				fallback={1}
			/>
			<FieldSlider
				label="Training points"
				symbol="P"
				path={["data", "trainCount"]}
				min={2}
				max={256}
				logarithmic
				whole
				fallback={100}
			/>
			<FieldSlider
				label="Noise in the targets"
				symbol="σ²"
				path={["data", "targetNoiseVariance"]}
				min={0}
				max={1}
				step={0.01}
				fallback={0}
			/>
			<FieldSlider label="Seed" symbol="" path={["seed"]} min={1} max={50} whole fallback={1} />
		</>
	);
}

/** kappa stands beside the data, or inside a problem that is given. */
function Noise() {
	const path =
		state.value.experiment.problem === undefined ? ["noiseVariance"] : ["problem", "noiseVariance"];
	const value = field(path);
	return (
		<Slider
			label="Noise variance"
			symbol="κ"
			min={0.0001}
			max={10}
			logarithmic
			value={typeof value === "number" ? value : 0.1}
			onChange={(next) =>
				change(
					{ ...state.value, experiment: withValueAt(state.value.experiment, path, next) },
					"noiseVariance",
				)
			}
		/>
	);
}

function Content() {
	const synthetic = field(["data", "source"]) === "teacher";
	return (
		<>
			{synthetic ? <Synthetic /> : <GivenNumbers />}
			<Noise />
		</>
	);
}

export const task: LabPanel = { id: "task", title: "Task", place: "controls", Content };
