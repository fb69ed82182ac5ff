const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** The bytes of a padded base64 string (atob belongs to the DOM, Buffer to Node). */
export function decodeBase64(text: string): Uint8Array {
	const sextets = new Uint8Array(128);
	for (let i = 0; i < ALPHABET.length; i++) sextets[ALPHABET.charCodeAt(i)] = i;
	const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
	const bytes = new Uint8Array((text.length / 4) * 3 - padding);
	for (let i = 0, out = 0; i < text.length; i += 4) {
		const bits =
			(sextets[text.charCodeAt(i)]! << 18) |
			(sextets[text.charCodeAt(i + 1)]! << 12) |
			(sextets[text.charCodeAt(i + 2)]! << 6) |
			sextets[text.charCodeAt(i + 3)]!;
		bytes[out++] = bits >> 16;
		bytes[out++] = bits >> 8;
		bytes[out++] = bits;
	}
	return bytes;
}
