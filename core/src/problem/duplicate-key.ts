export interface Duplicate {
	readonly key: string;
	/** Where its second appearance begins. */
	readonly offset: number;
}

/**
 * The first key that an object of a JSON text holds twice; JSON.parse keeps the last one without a word.
 * @param text Well-formed JSON.
 */
export function duplicateKey(text: string): Duplicate | undefined {
	// One entry per open bracket: the keys so far of an object, null for a list.
	const open: (Set<string> | null)[] = [];
	let expectsKey = false;
	for (let i = 0; i < text.length; i++) {
		switch (text.charCodeAt(i)) {
			case 0x22: {
				const end = endOfString(text, i);
				const keys = open.at(-1);
				if (expectsKey && keys) {
					const key = JSON.parse(text.slice(i, end)) as string;
					if (keys.has(key)) return { key, offset: i };
					keys.add(key);
					expectsKey = false;
				}
				i = end - 1;
				break;
			}
			case 0x7b: // {
				open.push(new Set());
				expectsKey = true;
				break;
			case 0x5b: // [
				open.push(null);
				break;
			case 0x7d: // }
			case 0x5d: // ]
				open.pop();
				expectsKey = false;
				break;
			case 0x2c: // ,
				expectsKey = open.at(-1) != null;
				break;
		}
	}
	return undefined;
}

/** The index after the closing quote of the string that opens at `start`. */
function endOfString(text: string, start: number): number {
	let i = start + 1;
	while (text.charCodeAt(i) !== 0x22) i += text.charCodeAt(i) === 0x5c ? 2 : 1;
	return i + 1;
}
