import { zlibSync } from "fflate";
import { crc32 } from "../data/crc32.ts";
import { base64 } from "./base64.ts";

function chunk(type: string, data: Uint8Array): Uint8Array {
	const bytes = new Uint8Array(12 + data.length);
	const view = new DataView(bytes.buffer);
	view.setUint32(0, data.length);
	for (let i = 0; i < 4; i++) bytes[4 + i] = type.charCodeAt(i);
	bytes.set(data, 8);
	view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
	return bytes;
}

/**
 * A PNG with a palette as a data URI: a kernel of any size is one SVG element.
 *
 * @param palette 3 bytes per color, at most 256 colors
 * @param indices width x height indices into the palette, row by row
 */
export function pixelImage(width: number, height: number, palette: Uint8Array, indices: Uint8Array): string {
	const header = new Uint8Array(13);
	const view = new DataView(header.buffer);
	view.setUint32(0, width);
	view.setUint32(4, height);
	header.set([8, 3, 0, 0, 0], 8); // 8 bits, palette, deflate, adaptive filters, not interlaced
	const rows = new Uint8Array((width + 1) * height); // each row begins with filter type 0
	for (let row = 0; row < height; row++) {
		rows.set(indices.subarray(row * width, (row + 1) * width), row * (width + 1) + 1);
	}
	const parts = [
		Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10),
		chunk("IHDR", header),
		chunk("PLTE", palette),
		chunk("IDAT", zlibSync(rows, { level: 9 })),
		chunk("IEND", new Uint8Array(0)),
	];
	const file = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
	let offset = 0;
	for (const part of parts) {
		file.set(part, offset);
		offset += part.length;
	}
	return `data:image/png;base64,${base64(file)}`;
}
