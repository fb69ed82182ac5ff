/** The laws that scales and angles are made of, against closed forms. */
import { describe, expect, it } from "vitest";
import { createAngleIntegral } from "../../src/scale-mixture/angle-integral.ts";
import { logScaleDensity, logStirlingQuotient } from "../../src/scale-mixture/log-scale-density.ts";

describe("logScaleDensity", () => {
	it.each([
		[1, 1],
		[5, 5],
		[4, 5],
		[59, 60],
		[300, 300],
		[2 ** 30, 2 ** 30],
	])("is the density of log(chi2_%d / %d)", (degrees, width) => {
		const density = logScaleDensity(Math, degrees, width);
		const center = Math.log(degrees / width);
		const deviation = Math.sqrt(2 / degrees);
		const step = Math.min(deviation, 1) / 8;
		let [total, mean] = [0, 0];
		for (let x = -90 * Math.max(1, deviation); x < 40; x += 0.125) {
			const theta = center + x * 8 * step;
			const weight = Math.exp(density(theta)) * step;
			total += weight;
			mean += weight * Math.exp(theta);
		}
		// The sum over x with this step is the trapezoidal rule, right to rounding.
		expect(total).toBeCloseTo(1, 12);
		expect(mean).toBeCloseTo(degrees / width, 12);
	});

	it("goes from products to Stirling's series without a step", () => {
		// log of z^z e^-z / Gamma(z) grows as log(z)/2: second differences are -1/(2 z^2) times 1/4 and higher orders.
		for (const n of [58, 59, 60, 61]) {
			const [before, here, after] = [n - 2, n, n + 2].map((k) => logStirlingQuotient(Math, k));
			const z = n / 2;
			expect(Math.abs(before! - 2 * here! + after! + 1 / (2 * z * z))).toBeLessThan(1 / z ** 3);
			// Gamma(z + 1) = z Gamma(z): exact for every z.
			const step = (z + 1) * Math.log(z + 1) - z * Math.log(z) - 1 - Math.log(z);
			expect(Math.abs(after! - here! - step)).toBeLessThan(1e-13);
		}
	});
});

describe("createAngleIntegral", () => {
	it("averages e^(s t) over a uniform direction: sinh(s)/s in three dimensions, I_0(s) in two, cosh(s) in one", () => {
		for (const s of [0.3, 4, 60]) {
			expect(createAngleIntegral(3)(s, 0, 0).logTotal).toBeCloseTo(Math.log(Math.sinh(s) / s), 12);
			expect(createAngleIntegral(1)(s, 0, 0).logTotal).toBeCloseTo(Math.log(Math.cosh(s)), 12);
			// The mean is the derivative of the log: coth s - 1/s.
			expect(createAngleIntegral(3)(s, 0, 0).mean).toBeCloseTo(1 / Math.tanh(s) - 1 / s, 12);
		}
		let [bessel, term] = [1, 1];
		for (let k = 1; k < 40; k++) {
			term *= 4 / k ** 2;
			bessel += term;
		}
		expect(createAngleIntegral(2)(4, 0, 0).logTotal).toBeCloseTo(Math.log(bessel), 12);
	});

	it("is a Gaussian of variance 1/N in many dimensions, and of the bend where that is large", () => {
		const N = 2 ** 30;
		const wide = createAngleIntegral(N)(0, 0, 0);
		expect(wide.mean).toBe(0);
		expect(wide.variance * N).toBeCloseTo(1, 8);
		const bent = createAngleIntegral(5)(0, 1e10, 0.4);
		expect(bent.mean).toBeCloseTo(0.4, 9);
		expect(bent.variance * 1e10).toBeCloseTo(1, 8);
		// The density of t at 0.4 times the Gaussian integral.
		const density = (3 / 4) * (1 - 0.4 ** 2);
		expect(bent.logTotal).toBeCloseTo(Math.log(density * Math.sqrt((2 * Math.PI) / 1e10)), 8);
	});
});
