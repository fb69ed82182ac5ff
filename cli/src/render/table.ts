/** Plain-text tables for terminals. */

export interface TableColumn {
	readonly title: string;
	readonly align?: "left" | "right";
}

/** Lays out rows under their titles, two spaces between columns, no trailing blanks. */
export function renderTable(columns: readonly TableColumn[], rows: readonly (readonly string[])[]): string {
	const lines = [columns.map((column) => column.title), ...rows];
	const widths = columns.map((_, j) => Math.max(...lines.map((line) => line[j]!.length)));
	const pad = (cell: string, j: number) =>
		columns[j]!.align === "right" ? cell.padStart(widths[j]!) : cell.padEnd(widths[j]!);
	const render = (line: readonly string[]) => line.map(pad).join("  ").trimEnd();
	const rule = widths.map((width) => "-".repeat(width)).join("  ");
	return [render(lines[0]!), rule, ...lines.slice(1).map(render)].join("\n");
}

/** Three significant digits, without exponents where a reader does not need them. */
export function formatNumber(value: number, digits = 3): string {
	if (value === 0) return "0";
	if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
	const magnitude = Math.abs(value);
	if (magnitude >= 1e5 || magnitude < 1e-4) return value.toExponential(digits - 1);
	return Number(value.toPrecision(digits)).toString();
}

/** A value with as many decimals as its standard error has at two digits: 0.03672, 0.00041 -> "0.03672". */
export function formatToError(value: number, standardError: number): string {
	if (!(standardError > 0) || Math.abs(value) >= 1e5 || standardError < 1e-9) return formatNumber(value, 6);
	const decimals = 1 - Math.floor(Math.log10(standardError));
	return value.toFixed(Math.max(0, Math.min(12, decimals)));
}

/** An RFC 4180 table. */
export function renderCsv(rows: readonly (readonly (string | number)[])[]): string {
	const cell = (value: string | number) => {
		const text = String(value);
		return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
	};
	return `${rows.map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}
