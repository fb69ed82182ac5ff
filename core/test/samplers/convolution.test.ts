/** Networks with convolutions: the order of positions, the gradient, and the prior that the coordinates stand for. */
import { load, seedStream, splitStream } from "@finitude/engine";
import { expect, test } from "vitest";
import { priorKernels } from "../../src/kernels/prior-kernels.ts";
import { createObserver } from "../../src/samplers/observer.ts";
import { positionOrder } from "../../src/samplers/position-order.ts";
import { createPotential } from "../../src/samplers/potential.ts";
import type { ReadoutForm } from "../../src/samplers/readout.ts";
import { createSamplingSpace } from "../../src/samplers/sampling-space.ts";
import { whitenInputs } from "../../src/samplers/whitened-inputs.ts";
import { whitenNetwork } from "../../src/samplers/whitened-network.ts";
import { convolution, dense, engine, randomProblem } from "./problems.ts";

const image = randomProblem({
	points: 3,
	inputs: 4 * 8 * 2,
	testPoints: 2,
	outputs: 2,
	inputShape: [4, 8, 2],
	layers: [convolution(3, 2, "erf", 1.5, 0.2), convolution(2, 2, "tanh", 2, 0.3), dense(4, "erf", 2, 0.1)],
	readout: { weightVariance: 2, biasVariance: 0.2 },
});
const sequence = randomProblem({
	points: 4,
	inputs: 12,
	testPoints: 2,
	layers: [convolution(3, 2, "linear"), convolution(5, 3, "linear", 2)],
});

test("members of a patch are so many positions apart that the layer above reads a reshape", () => {
	const { counts, orders, inputColumns } = positionOrder(image);
	expect(counts).toEqual([8, 2, 1]);
	// The 2 x 4 positions of the first layer: its second-layer patches are columns {0, 1} and {2, 3} of both rows.
	expect(orders).toEqual([[0, 2, 1, 3, 4, 6, 5, 7], [0, 1], [0]]);
	// Position 2 of the first layer covers pixels (0..1, 4..5), two channels each.
	expect(inputColumns[1]).toEqual([8, 9, 10, 11, 24, 25, 26, 27]);
});

test.each<ReadoutForm>(["point-space", "feature-space"])("the gradient is that of the energy: %s", (form) => {
	const { testInputs: _, ...training } = image;
	const inputs = whitenInputs(engine, training);
	const network = whitenNetwork(image, inputs.directions);
	const potential = createPotential(engine, image, network, load(engine, inputs.train), form);
	engine.fillNormal(seedStream(3), potential.position);
	potential.evaluate();
	const gradient = potential.gradient.data.slice();
	const w = potential.position.data;
	const step = 1e-5;
	const differences = Float64Array.from(w, (x, i) => {
		w[i] = x + step;
		const above = potential.energy();
		w[i] = x - step;
		const below = potential.energy();
		w[i] = x;
		return (above - below) / (2 * step);
	});
	expect(gradient.length).toBe(3 * 9 + 2 * 13 + 4 * 5);
	// Central differences err by the third derivative times 1e-10 and by rounding 1e-16 / 1e-5.
	gradient.forEach((g, i) => {
		expect(Math.abs(g - differences[i]!)).toBeLessThan(1e-8 * (1 + Math.abs(g)));
	});
});

test("averages over prior draws are the prior kernels, at every layer and position", () => {
	// Linear networks keep E h h^T exactly the kernel recursion at any width.
	const space = createSamplingSpace(engine, sequence);
	const observer = createObserver(space, { covariance: false });
	const streams = [splitStream(seedStream(5), 0), splitStream(seedStream(5), 1)] as const;
	const weights = engine.allocate(space.network.parameters);
	const prior = priorKernels(engine, sequence);
	const expected = new Map<string, Float64Array>([["output", prior.output.train.data]]);
	prior.preactivation.forEach((positions, layer) => {
		positions.forEach(({ train }, position) => {
			expected.set(`preactivation.${layer}.${position}`, train.data);
			expected.set(`feature.${layer}.${position}`, train.data);
		});
	});
	// An input's weights are N(0, s^2 / 2), 2 inputs to a patch.
	expected.set("weightCovariance", Float64Array.of(0.5, 0, 0, 0.5));
	const draws = 4000;
	const sums = new Map([...expected].map(([name, { length }]) => [name, new Float64Array(2 * length)]));
	for (let t = 0; t < draws; t++) {
		engine.fillNormal(streams[0], weights);
		const { averaged } = observer.observe({ hidden: weights.data.slice() }, streams[1]);
		for (const [name, sum] of sums) {
			averaged[name]!.forEach((x, i) => {
				sum[2 * i]! += x / draws;
				sum[2 * i + 1]! += (x * x) / draws;
			});
		}
	}
	const z: number[] = [];
	for (const [name, truth] of expected) {
		truth.forEach((x, i) => {
			const [mean, square] = sums.get(name)!.subarray(2 * i, 2 * i + 2);
			z.push((mean! - x) / Math.sqrt((square! - mean! ** 2) / draws));
		});
	}
	expect(z.length).toBe(16 * (1 + 2 * (6 + 2)) + 4);
	// 276 comparisons, many of them correlated: 4.5 standard errors are exceeded by chance once in 500 seeds.
	expect(z.filter((value) => !(Math.abs(value) < 4.5))).toEqual([]);
});
