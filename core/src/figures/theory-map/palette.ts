/** How each family of theories looks on the map and in the lines beside it. */
import { INK, seriesStyle } from "../marks.ts";

export interface FamilyStyle {
	readonly color: string;
	/** Of text on the color. */
	readonly ink: string;
	/** SVG stroke-dasharray. */
	readonly dash: string;
	readonly symbol: ReturnType<typeof seriesStyle>["symbol"];
}

/**
 * The "muted" scheme of Paul Tol (2021, "Colour schemes", SRON/EPS/TN/09-002), safe for color-blind eyes, in an order in which neighbors differ in
 * lightness, so that the first ones, which cover most of a map, differ in grayscale too. Letters tell all apart.
 */
const COLORS = [
	"#44aa99",
	"#332288",
	"#ddcc77",
	"#cc6677",
	"#88ccee",
	"#117733",
	"#882255",
	"#aa4499",
	"#999933",
];

/** @param index of the family, the one with the most cells first */
export function familyStyle(index: number): FamilyStyle {
	const color = COLORS[index % COLORS.length]!;
	const { dash, symbol } = seriesStyle(index);
	return { color, ink: isDark(color) ? "white" : INK, dash, symbol };
}

/** White text reads better than black where the relative luminance (WCAG 2) is small; 0.18 would be equal contrast, bold white carries further. */
function isDark(color: string): boolean {
	const [red, green, blue] = [1, 3, 5].map((at) => {
		const value = Number.parseInt(color.slice(at, at + 2), 16) / 255;
		return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
	}) as [number, number, number];
	return 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.25;
}
