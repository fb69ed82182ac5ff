import { unzlibSync } from "fflate";
import { describe, expect, it } from "vitest";
import { createDocument } from "../../../cli/src/render/document.ts";
import { base64 } from "../../src/figures/base64.ts";
import { kernelsFigure } from "../../src/figures/index.ts";
import { kernelsData } from "./example-data.ts";

const document = createDocument();

/** Palette indices of the images in a figure, with their width. */
function images(figure: string): { width: number; indices: Uint8Array }[] {
	return Array.from(figure.matchAll(/data:image\/png;base64,([^"]+)"/g), ([, text]) => {
		const bytes = Uint8Array.from(Buffer.from(text!, "base64"));
		const view = new DataView(bytes.buffer);
		const width = view.getUint32(16);
		const height = view.getUint32(20);
		let data = new Uint8Array();
		for (let at = 8; at < bytes.length; at += 12 + view.getUint32(at)) {
			if (String.fromCharCode(...bytes.subarray(at + 4, at + 8)) === "IDAT") {
				data = unzlibSync(bytes.subarray(at + 8, at + 8 + view.getUint32(at)));
			}
		}
		const indices = new Uint8Array(width * height);
		for (let row = 0; row < height; row++) {
			indices.set(data.subarray(row * (width + 1) + 1, (row + 1) * (width + 1)), row * width);
		}
		return { width, indices };
	});
}

describe("kernelsFigure", () => {
	const data = kernelsData();
	const figure = kernelsFigure(data, document);

	it("keeps its picture", async () => {
		await expect(figure).toMatchFileSnapshot("snapshots/kernels.svg");
	});

	it("shows every entry, in the order asked for, on the scale of all panels", () => {
		const all = data.panels.flatMap((panel) => Array.from(panel.kernel));
		const low = Math.min(...all);
		const high = Math.max(...all);
		const maps = images(figure).slice(0, 3);
		expect(maps).toHaveLength(3);
		maps.forEach(({ width, indices }, panel) => {
			const repeat = width / data.size;
			for (let row = 0; row < data.size; row++) {
				for (let column = 0; column < data.size; column++) {
					const entry = data.panels[panel]!.kernel[data.order![row]! * data.size + data.order![column]!]!;
					const drawn = indices[(row * width + column) * repeat];
					expect(drawn).toBe(Math.round((255 * (entry - low)) / (high - low)));
				}
			}
		});
	});

	it("has a heading for each kernel and one color scale", () => {
		for (const heading of ["a. prior", "b. kernel-rescaling", "c. sampled"]) {
			expect(figure).toContain(`>${heading}</text>`);
		}
		expect(images(figure)[3]!.indices).toEqual(Uint8Array.from({ length: 256 }, (_, i) => i));
		expect(figure.match(/one color scale for all panels/g)).toHaveLength(1);
	});

	it("gives the same bytes for the same data", () => {
		expect(kernelsFigure(kernelsData(), createDocument())).toBe(figure);
	});

	it("draws a single constant kernel of one point", () => {
		const one = {
			title: "",
			subtitle: "",
			size: 1,
			axisLabel: "point",
			panels: [{ label: "prior", kernel: [2] }],
		};
		expect(kernelsFigure(one, document)).not.toMatch(/NaN|Infinity/);
	});

	it("refuses a kernel of the wrong size and an order that is none", () => {
		const panels = [{ label: "prior", kernel: [1, 2, 3] }];
		expect(() => kernelsFigure({ ...data, panels }, document)).toThrow(
			"panels[0].kernel: wanted 2500 numbers, one per point; got 3.",
		);
		const order = Array.from({ length: 50 }, (_, i) => (i === 7 ? 6 : i));
		expect(() => kernelsFigure({ ...data, order }, document)).toThrow(
			"order: wanted each of the points 0 to 49 once; got 6 where 7 was expected.",
		);
		expect(() => kernelsFigure({ ...data, panels: [] }, document)).toThrow(
			"panels: wanted at least one kernel; got none.",
		);
	});
});

describe("base64", () => {
	it("agrees with Node for all lengths modulo 3", () => {
		for (let length = 0; length < 10; length++) {
			const bytes = Uint8Array.from({ length }, (_, i) => (i * 83 + 200) % 256);
			expect(base64(bytes)).toBe(Buffer.from(bytes).toString("base64"));
		}
	});
});
