import { seedStream } from "@finitude/engine";
import { expect, test } from "vitest";
import { squaredNorm } from "../../src/samplers/block-operations.ts";
import { rotationBy } from "../../src/samplers/scalar-functions.ts";
import { type Force, integrate } from "../../src/samplers/trajectory.ts";
import { dense, engine, potentialOf, randomProblem } from "./problems.ts";

const problem = randomProblem({ points: 5, inputs: 3, layers: [dense(6, "erf", 2, 0.2), dense(4, "tanh")] });

function start() {
	const potential = potentialOf(problem);
	const momentum = engine.allocate(potential.position.length);
	engine.fillNormal(seedStream(11), momentum);
	const energy = potential.evaluate();
	return {
		potential,
		momentum,
		total: energy + (squaredNorm(potential.position) + squaredNorm(momentum)) / 2,
	};
}

test("rotationBy gives cosine and sine to rounding up to pi", () => {
	for (const angle of [0, 1e-9, 0.1, 1, Math.PI / 2, 2, Math.PI]) {
		const { cosine, sine } = rotationBy(angle);
		// Terms of the series reach 8 at pi: a few roundings of that.
		expect(Math.abs(cosine - Math.cos(angle))).toBeLessThan(4e-15);
		expect(Math.abs(sine - Math.sin(angle))).toBeLessThan(4e-15);
	}
});

test("a trajectory with the momentum reversed returns to its start", () => {
	const { potential, momentum } = start();
	const [position, velocity] = [potential.position.data.slice(), momentum.data.slice()];
	integrate(potential, momentum, 0.1, 12);
	expect(Math.abs(potential.position.data[0]! - position[0]!)).toBeGreaterThan(1e-3);
	momentum.data.forEach((p, i) => {
		momentum.data[i] = -p;
	});
	integrate(potential, momentum, 0.1, 12);
	// 24 steps amplify roundings of 1e-16 by the curvature, here below 1e3.
	for (let i = 0; i < position.length; i++) {
		expect(Math.abs(potential.position.data[i]! - position[i]!)).toBeLessThan(1e-12);
		expect(Math.abs(momentum.data[i]! + velocity[i]!)).toBeLessThan(1e-12);
	}
});

test("the energy error falls with the square of the step", () => {
	const errorAt = (steps: number) => {
		const { potential, momentum, total } = start();
		const end = integrate(potential, momentum, 1 / steps, steps);
		return Math.abs(end + (squaredNorm(potential.position) + squaredNorm(momentum)) / 2 - total);
	};
	const ratio = errorAt(40) / errorAt(80);
	// 4 plus terms of relative order step^2.
	expect(Math.abs(ratio - 4)).toBeLessThan(0.1);
});

test("without a likelihood the motion is an exact rotation, however long the step", () => {
	const position = engine.allocate(3);
	const momentum = engine.allocate(3);
	position.data.set([1, -2, 0.5]);
	momentum.data.set([0.3, 0.1, -1]);
	const flat: Force = { position, gradient: engine.allocate(3), evaluate: () => 0 };
	integrate(flat, momentum, Math.PI / 2, 1);
	[0.3, 0.1, -1].forEach((x, i) => {
		expect(position.data[i]).toBeCloseTo(x, 14);
	});
	[-1, 2, -0.5].forEach((p, i) => {
		expect(momentum.data[i]).toBeCloseTo(p, 14);
	});
});

test("no step is refused", () => {
	const { potential, momentum } = start();
	expect(() => integrate(potential, momentum, 0.1, 0)).toThrow(
		new RangeError("integrate: wanted at least one step; got 0."),
	);
});
