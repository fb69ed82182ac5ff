import { describe, expect, it } from "vitest";
import { compareFigure } from "../../../core/src/figures/index.ts";
import { curveData } from "../../../core/test/figures/example-data.ts";
import { createDocument } from "../../src/render/document.ts";
import { renderPng } from "../../src/render/png.ts";

function text(letters: string): string {
	return `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><text x="5" y="15" font-family="DejaVu Sans, Verdana, sans-serif" font-size="12">${letters}</text></svg>`;
}

describe("renderPng", () => {
	it("draws a figure at twice its size", () => {
		const png = renderPng(compareFigure(curveData(), createDocument()));
		const view = new DataView(png.buffer, png.byteOffset);
		expect(view.getUint32(0)).toBe(0x89504e47);
		expect([view.getUint32(16), view.getUint32(20)]).toEqual([2000, 1980]);
	});

	it("draws every letter that figures use, without the system's fonts", () => {
		const blank = renderPng(text(""));
		const missing = renderPng(text("\u{10FFFD}"));
		for (const letter of "aκσ²−±‖×′*") {
			const drawn = renderPng(text(letter));
			expect(drawn, letter).not.toEqual(blank);
			expect(drawn, letter).not.toEqual(missing);
		}
	});

	it("draws the same bytes again", () => {
		expect(renderPng(text("κ"))).toEqual(renderPng(text("κ")));
	});
});
