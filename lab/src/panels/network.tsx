/** The network and its prior: depth, width, nonlinearity, variances and the scaling of the readout. */
import { activationNames } from "@finitude/core";
import type { Json } from "@finitude/core/permalink";
import { scalingExponentOf } from "@finitude/core/permalink";
import { Choice } from "../controls/choice.tsx";
import { Slider } from "../controls/slider.tsx";
import { type Path, withValueAt } from "../state/paths.ts";
import { change, field, setField, state } from "../state/store.ts";
import type { LabPanel } from "./panel.ts";

type LayerJson = Readonly<Record<string, Json>>;

/** The network stands beside the data, or inside a problem that is given. */
function networkPath(): Path {
	return state.value.experiment.problem === undefined ? ["network"] : ["problem", "network"];
}

function layersOf(): readonly LayerJson[] {
	const layers = field([...networkPath(), "layers"]);
	return Array.isArray(layers) ? (layers as readonly LayerJson[]) : [];
}

function setLayers(layers: readonly LayerJson[], control: string): void {
	const experiment = withValueAt(state.value.experiment, [...networkPath(), "layers"], layers);
	change({ ...state.value, experiment }, control);
}

/** One field of every layer. */
function setInAllLayers(name: string, value: Json): void {
	setLayers(
		layersOf().map((layer) => ({ ...layer, [name]: value })),
		name,
	);
}

/** Another depth: the last layer again and again, or the first ones only. */
function setDepth(depth: number): void {
	const layers = layersOf();
	setLayers(
		Array.from({ length: depth }, (_, i) => layers[Math.min(i, layers.length - 1)]!),
		"depth",
	);
}

function setScaling(scalingExponent: number): void {
	change({ ...state.value, scalingExponent }, "scaling");
}

/** What a whole network has in one number; the first layer's where layers differ. */
function Content() {
	const layers = layersOf();
	const first = layers[0];
	if (first === undefined) return <p class="note">The setting holds no network.</p>;
	const readout = [...networkPath(), "readout", "weightVariance"];
	const readoutVariance = field(readout);
	const widthField = first.type === "convolution" ? "channels" : "width";
	const width = Number(first[widthField]);
	const gamma = scalingExponentOf(state.value);
	const mixed = layers.some((layer) => JSON.stringify(layer) !== JSON.stringify(first));
	return (
		<>
			{mixed && <p class="note">The layers differ; a change here makes them equal in what it changes.</p>}
			<Slider
				label={widthField === "width" ? "Width" : "Channels"}
				symbol="N"
				value={width}
				min={1}
				max={1000}
				logarithmic
				whole
				onChange={(next) => setInAllLayers(widthField, next)}
			/>
			<Slider
				label="Hidden layers"
				symbol="L"
				value={layers.length}
				min={1}
				max={6}
				whole
				onChange={setDepth}
			/>
			<Choice
				label="Nonlinearity"
				symbol="φ"
				value={String(first.activation)}
				options={activationNames().map((name) => [name, name] as const)}
				onChange={(next) => setInAllLayers("activation", next)}
			/>
			<Slider
				label="Weight variance"
				symbol="s²"
				value={Number(first.weightVariance)}
				min={0.1}
				max={20}
				logarithmic
				onChange={(next) => setInAllLayers("weightVariance", next)}
			/>
			<Slider
				label="Bias variance"
				symbol={
					<>
						s<sub>b</sub>²
					</>
				}
				value={Number(first.biasVariance ?? 0)}
				min={0}
				max={4}
				step={0.05}
				onChange={(next) => setInAllLayers("biasVariance", next)}
			/>
			<Slider
				label="Readout variance"
				symbol={
					<>
						s<sub>a</sub>²
					</>
				}
				value={typeof readoutVariance === "number" ? readoutVariance : 1}
				min={0.1}
				max={20}
				logarithmic
				onChange={(next) => setField(readout, next)}
			/>
			<Slider label="Scaling" symbol="γ" value={gamma} min={0} max={1} step={0.05} onChange={setScaling} />
			<p class="note">
				Readout weights have variance s<sub>a</sub>² / (χN), χ = N<sup>γ</sup> ={" "}
				{Number((width ** gamma).toPrecision(3))}: standard at γ = 0, mean-field at γ = 1.
			</p>
		</>
	);
}

export const network: LabPanel = { id: "network", title: "Network", place: "controls", Content };
