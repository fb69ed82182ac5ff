/** The part of a DOM document that figures need: a browser's document, or one made by a library in Node. */
export interface FigureDocument {
	createElementNS(namespace: string, name: string): unknown;
}

/** The part of a DOM node that serialization reads. */
export interface SvgNode {
	readonly nodeType: number;
	/** Of an element: its name in the case of SVG, which `nodeName` does not keep in every document. */
	readonly localName?: string;
	readonly nodeValue: string | null;
	readonly childNodes: Iterable<SvgNode>;
	readonly attributes?: Iterable<{ readonly name: string; readonly value: string }>;
}

const ELEMENT = 1;
const TEXT = 3;

/** Attributes that hold lengths and positions: these are rounded. */
const GEOMETRY = new Set(
	"d transform x y x1 x2 y1 y2 cx cy r rx ry width height points stroke-width".split(" "),
);

/** Text that is safe inside an SVG element or a double-quoted attribute. */
export function escapeXml(text: string): string {
	return text.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]!);
}

/** A length in pixels with two decimals at most, "-0" written as "0". */
export function formatLength(value: number): string {
	return `${Math.round(value * 100) / 100 + 0}`;
}

function attributeValue(name: string, value: string): string {
	if (!GEOMETRY.has(name)) return value;
	return value.replace(/-?\d*\.?\d+(?:e[-+]?\d+)?/g, (number) => formatLength(Number(number)));
}

/**
 * An SVG tree as text: one element per line, attributes sorted by name, lengths rounded to 0.01 pixel, style sheets left out.
 * The same drawing gives the same bytes whichever document made it.
 */
export function serializeSvg(node: SvgNode): string {
	if (node.nodeType === TEXT) return escapeXml(node.nodeValue ?? "");
	const name = node.localName;
	if (node.nodeType !== ELEMENT || name === undefined || name === "style") return "";
	const attributes = Array.from(node.attributes ?? [])
		// Classes and ARIA-hidden marks serve style sheets and live pages, which a file does not have.
		.filter((attribute) => attribute.name !== "class")
		.sort((a, b) => (a.name < b.name ? -1 : 1))
		.map((attribute) => ` ${attribute.name}="${escapeXml(attributeValue(attribute.name, attribute.value))}"`)
		.join("");
	const children = Array.from(node.childNodes).map(serializeSvg).join("");
	const inline = name === "tspan";
	const end = inline ? "" : "\n";
	if (children === "") return `<${name}${attributes}/>${end}`;
	const begin = name === "text" || name === "title" || inline ? "" : "\n";
	return `<${name}${attributes}>${begin}${children}</${name}>${end}`;
}
