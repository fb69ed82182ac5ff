import { InputError } from "../errors.ts";
import type { Layer } from "../network/network.ts";
import { counted } from "./faults.ts";

/** Positions that a layer's units are laid out on: a sequence, or the pixels of an image. */
export type Positions =
	| { readonly kind: "sequence"; readonly length: number; readonly channels: number }
	| { readonly kind: "image"; readonly height: number; readonly width: number; readonly channels: number };

/** How many positions there are; the units number this times `channels`. */
export function positionCount(positions: Positions): number {
	return positions.kind === "sequence" ? positions.length : positions.height * positions.width;
}

/**
 * The positions before every layer and after the last one (layers.length + 1 entries), following the patches through
 * the convolutions. A dense or residual layer leaves one position whose channels are its units.
 *
 * @param inputs d, the number of inputs. @param inputShape [height, width, channels] when they are an image.
 * @param where Name of the layer list in messages, "network.layers".
 * @throws InputError when a patch does not tile what the layer before it gives.
 */
export function layerPositions(
	layers: readonly Layer[],
	inputs: number,
	inputShape?: readonly [number, number, number],
	where = "network.layers",
): Positions[] {
	const first: Positions = inputShape
		? { kind: "image", height: inputShape[0], width: inputShape[1], channels: inputShape[2] }
		: { kind: "sequence", length: inputs, channels: 1 };
	const all = [first];
	layers.forEach((layer, i) => {
		const before = all[i]!;
		all.push(
			layer.type === "convolution"
				? convolved(before, layer.patch, layer.channels, `${where}[${i}].patch`, i)
				: { kind: "sequence", length: 1, channels: layer.width },
		);
	});
	return all;
}

function convolved(before: Positions, patch: number, channels: number, where: string, i: number): Positions {
	const source = i === 0 ? "the input" : `layer ${i - 1}`;
	if (before.kind === "sequence") {
		if (before.length % patch !== 0) {
			throw new InputError({
				where,
				wanted: `a patch that tiles the ${counted(before.length, "position")} of ${source}`,
				got: String(patch),
				advice: `${divisorAdvice(before.length)}${i === 0 ? " If the inputs are an image, give inputShape." : ""}`,
			});
		}
		return { kind: "sequence", length: before.length / patch, channels };
	}
	if (before.height % patch !== 0 || before.width % patch !== 0) {
		throw new InputError({
			where,
			wanted: `a patch that tiles the ${before.height} x ${before.width} positions of ${source}`,
			got: String(patch),
			advice: divisorAdvice(greatestCommonDivisor(before.height, before.width)),
		});
	}
	return { kind: "image", height: before.height / patch, width: before.width / patch, channels };
}

function greatestCommonDivisor(a: number, b: number): number {
	return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** "Patches that fit: 1, 2, 4." */
function divisorAdvice(n: number): string {
	const divisors: number[] = [];
	for (let k = 1; k <= n && divisors.length < 8; k++) if (n % k === 0) divisors.push(k);
	return `Patches that fit: ${divisors.join(", ")}${divisors.at(-1) === n ? "" : ", ..."}.`;
}
