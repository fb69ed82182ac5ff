import { createEngine } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import {
	activationNames,
	defineActivation,
	findActivation,
	registerActivation,
	unregisterActivation,
} from "../../src/index.ts";
import { messageOf } from "../helpers/message-of.ts";

const engine = await createEngine({ engine: "reference" });
const points = Array.from({ length: 161 }, (_, i) => -8 + 0.1 * i + 0.003);

describe.each(activationNames())("activation %s", (name) => {
	const activation = findActivation(name);

	it("has the derivative that central differences give", () => {
		for (const h of points) {
			const step = 1e-4;
			const difference = (activation.value(h + step) - activation.value(h - step)) / (2 * step);
			// The truncation error is step^2/6 |phi'''| < 1e-8, the rounding error 1e-16 * 64 / step.
			expect(Math.abs(activation.derivative(h) - difference)).toBeLessThan(2e-8);
		}
	});

	it("has vectorized forms that agree with the scalar ones", () => {
		const [h, value, derivative, alone] = Array.from({ length: 4 }, () => engine.allocate(points.length));
		h!.data.set(points);
		activation.valueAndDerivative(engine, h!, value!, derivative!);
		activation.evaluate(engine, h!, alone!);
		points.forEach((x, i) => {
			// A few units in the last place of numbers up to 64 (quadratic at h = 8).
			const tolerance = 4e-16 * Math.max(1, Math.abs(activation.value(x)));
			expect(Math.abs(value!.data[i]! - activation.value(x))).toBeLessThanOrEqual(tolerance);
			expect(Math.abs(alone!.data[i]! - activation.value(x))).toBeLessThanOrEqual(tolerance);
			expect(Math.abs(derivative!.data[i]! - activation.derivative(x))).toBeLessThanOrEqual(4e-16 * 16);
			expect(h!.data[i]).toBe(x);
		});
	});

	it("is odd exactly when it says so", () => {
		const odd = points.every(
			(x) => Math.abs(activation.value(-x) + activation.value(x)) <= 1e-15 * (1 + Math.abs(x)),
		);
		expect(odd).toBe(activation.odd);
	});
});

describe("the registry", () => {
	it("refuses an unknown name with the list of known ones", () => {
		expect(messageOf(() => findActivation("swish", "network.layers[0].activation"))).toBe(
			'network.layers[0].activation: wanted one of linear, erf, relu, quadratic, tanh, gelu, sigmoid, sin, softplus; got "swish". In the library, registerActivation adds any function.',
		);
	});

	it("takes any function of a library user, once", () => {
		const definition = {
			name: "cubic",
			odd: true,
			value: (h: number) => h ** 3,
			derivative: (h: number) => 3 * h * h,
		};
		registerActivation(definition);
		const [h, value, derivative] = Array.from({ length: 3 }, () => engine.allocate(1));
		h!.data[0] = 2;
		findActivation("cubic").valueAndDerivative(engine, h!, value!, derivative!);
		expect([value!.data[0], derivative!.data[0]]).toEqual([8, 12]);
		expect(messageOf(() => registerActivation(definition))).toBe(
			'registerActivation: wanted a new name; got "cubic". Names in use: linear, erf, relu, quadratic, tanh, gelu, sigmoid, sin, softplus, cubic.',
		);
		unregisterActivation("cubic");
		expect(activationNames()).not.toContain("cubic");
		expect(messageOf(() => unregisterActivation("cubic"))).toMatch(
			/^unregisterActivation: wanted one of linear, .*; got "cubic"/,
		);
		expect(messageOf(() => unregisterActivation("relu"))).toBe(
			'unregisterActivation: wanted an activation that registerActivation has added; got "relu", which is built in.',
		);
		expect(activationNames()).toContain("relu");
	});

	it("completes a definition without registering it", () => {
		expect(
			defineActivation({ name: "half", odd: true, value: (h) => h / 2, derivative: () => 0.5 }).value(3),
		).toBe(1.5);
	});
});
