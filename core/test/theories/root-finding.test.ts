import { describe, expect, it } from "vitest";
import { brentRoot, scanRoots } from "../../src/theories/root-finding.ts";
import { messageOf } from "../helpers/message-of.ts";

describe("brentRoot", () => {
	it.each<[string, (x: number) => number, number, number, number]>([
		["a line", (x) => x - 0.3, 0, 1, 0.3],
		["cos x = x", (x) => Math.cos(x) - x, 0, 1, 0.7390851332151607],
		["a triple root", (x) => (x - 0.25) ** 3, -1, 1, 0.25],
		["a steep exponential", (x) => Math.exp(40 * x) - 5, -1, 1, Math.log(5) / 40],
		["a falling function", (x) => 1 - x ** 9, 0, 3, 1],
		["a root at the end", (x) => x * x - 4, 0, 2, 2],
	])("finds %s to the last bits", (_name, f, a, b, root) => {
		const { x, iterations } = brentRoot(f, a, b);
		// A triple root is known to the cube root of the smallest value that f can take, far below this too.
		expect(Math.abs(x - root)).toBeLessThanOrEqual(4 * Number.EPSILON * Math.max(1, Math.abs(root)));
		expect(iterations).toBeLessThan(200);
	});

	it("refuses an interval without a change of sign", () => {
		expect(messageOf(() => brentRoot((x) => x * x + 1, -1, 2))).toBe(
			"brentRoot: f has the same sign at -1 and 2.",
		);
		expect(messageOf(() => brentRoot(Math.log, -1, 2))).toBe(
			"brentRoot: wanted numbers at -1 and 2; got NaN and 0.6931471805599453.",
		);
	});
});

describe("scanRoots", () => {
	it("finds every root on the grid, also one that lies on a point of it", () => {
		const roots = scanRoots((x) => (x + 1) * (x - 0.5) * (x - 1.503), -2, 2, 0.1).map(({ x }) => x);
		[-1, 0.5, 1.503].forEach((root, i) => {
			expect(Math.abs(roots[i]! - root)).toBeLessThan(1e-14);
		});
		expect(roots.length).toBe(3);
	});
});
