/** A table of text cells: the first column to the left, the others to the right. */
export function formatTable(lines) {
	const widths = lines[0].map((_, j) => Math.max(...lines.map((line) => line[j].length)));
	const format = (line) =>
		line.map((cell, j) => (j === 0 ? cell.padEnd(widths[j]) : cell.padStart(widths[j]))).join("  ");
	const rule = widths.map((width) => "-".repeat(width)).join("  ");
	return [format(lines[0]), rule, ...lines.slice(1).map(format)].join("\n");
}

/** Three significant digits, never in exponential notation. */
export function threeDigits(x) {
	return Math.abs(x) >= 100 ? x.toFixed(0) : x.toPrecision(3);
}
