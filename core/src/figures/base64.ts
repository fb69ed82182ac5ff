const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Base64 with padding (RFC 4648, section 4); `btoa` and `Buffer` exist in browsers and Node only. */
export function base64(bytes: Uint8Array): string {
	let text = "";
	for (let i = 0; i < bytes.length; i += 3) {
		const left = bytes.length - i;
		const word = (bytes[i]! << 16) | ((left > 1 ? bytes[i + 1]! : 0) << 8) | (left > 2 ? bytes[i + 2]! : 0);
		text += ALPHABET[word >> 18]! + ALPHABET[(word >> 12) & 63]!;
		text += left > 1 ? ALPHABET[(word >> 6) & 63]! : "=";
		text += left > 2 ? ALPHABET[word & 63]! : "=";
	}
	return text;
}
