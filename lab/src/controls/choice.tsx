import { useId } from "preact/hooks";

export interface ChoiceProps {
	readonly label: string;
	readonly symbol?: string;
	readonly value: string;
	/** Values and the words for them. */
	readonly options: readonly (readonly [value: string, words: string])[];
	readonly onChange: (value: string) => void;
}

/** A label and a list to choose from. */
export function Choice({ label, symbol, value, options, onChange }: ChoiceProps) {
	const id = useId();
	return (
		<div class="field">
			<label for={id}>
				{label} {symbol && <var>{symbol}</var>}
			</label>
			<select id={id} value={value} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
				{options.map(([one, words]) => (
					<option value={one} key={one}>
						{words}
					</option>
				))}
			</select>
		</div>
	);
}
