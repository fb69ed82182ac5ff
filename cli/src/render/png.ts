import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Resvg } from "@resvg/resvg-js";

/** Regular, bold and italic of the one family that figures name; machines without fonts then draw the same pixels as all others. */
function fontFiles(): string[] {
	const fonts = join(dirname(createRequire(import.meta.url).resolve("dejavu-fonts-ttf/package.json")), "ttf");
	return ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSans-Oblique.ttf"].map((file) => join(fonts, file));
}

/**
 * Draws an SVG document as a PNG.
 *
 * @param svg a standalone SVG document
 * @param scale pixels of the PNG per pixel of the SVG
 * @returns the bytes of the PNG file
 */
export function renderPng(svg: string, scale = 2): Uint8Array {
	const drawing = new Resvg(svg, {
		fitTo: { mode: "zoom", value: scale },
		font: { fontFiles: fontFiles(), loadSystemFonts: false, defaultFontFamily: "DejaVu Sans" },
	});
	return drawing.render().asPng();
}
