"""Unadjusted Langevin dynamics of a network, straightforwardly: the external yardstick of bench/sampler.

Reads a problem file (JSON) on standard input and runs

    w <- w - eta (dL/dw + kappa w / sigma^2) + sqrt(2 kappa eta) xi,   L = 1/2 sum (f - y)^2,

on all weights and biases from a draw of the prior. Prints one JSON object: f at the test points every `--every` steps
after the warm-up, and the seconds of computing that warm-up and sampling took. Dense layers and convolutions of sequences.

    python langevin.py --step-size 1e-4 --warmup 1000 --steps 10000 --every 50 < problem.json
"""

import argparse
import json
import sys
from time import process_time

import numpy as np
from scipy.special import erf


def activation(name, h):
    """phi(h) and phi'(h)."""
    if name == "linear":
        return h, np.ones_like(h)
    if name == "erf":
        return erf(h), 2 / np.sqrt(np.pi) * np.exp(-h * h)
    if name == "relu":
        return np.maximum(h, 0), (h > 0).astype(float)
    if name == "tanh":
        phi = np.tanh(h)
        return phi, 1 - phi * phi
    sys.exit(f"langevin.py: no activation {name}")


class Affine:
    """x -> x W^T + b, shared by all positions: x is points x positions x fan-in."""

    def __init__(self, fan_in, units, weight_variance, bias_variance, rng):
        self.variances = {"weights": weight_variance}
        self.weights = np.sqrt(weight_variance) * rng.standard_normal((units, fan_in))
        self.bias = None
        if bias_variance > 0:
            self.variances["bias"] = bias_variance
            self.bias = np.sqrt(bias_variance) * rng.standard_normal(units)

    def __call__(self, x):
        h = x @ self.weights.T
        return h if self.bias is None else h + self.bias

    def gradient(self, x, delta):
        """dL/dparameters and dL/dx from dL/dh."""
        flat = delta.reshape(-1, delta.shape[-1])
        gradients = {"weights": flat.T @ x.reshape(-1, x.shape[-1])}
        if self.bias is not None:
            gradients["bias"] = flat.sum(0)
        return gradients, delta @ self.weights


class NumpyNetwork:
    def __init__(self, problem, rng):
        network = problem["network"]
        length, channels = len(problem["trainInputs"][0]), 1
        self.layers = []
        for layer in network["layers"]:
            convolution = layer["type"] == "convolution"
            patch = layer["patch"] if convolution else length
            units = layer["channels"] if convolution else layer["width"]
            fan_in = patch * channels
            variance = layer["weightVariance"] / fan_in
            affine = Affine(fan_in, units, variance, layer.get("biasVariance", 0), rng)
            self.layers.append((layer["activation"], affine))
            length, channels = length // patch, units
        features = length * channels
        chi = channels if network["scaling"] == "mean-field" else 1
        outputs = np.reshape(problem["trainTargets"], (len(problem["trainTargets"]), -1)).shape[1]
        readout = network["readout"]
        variance = readout["weightVariance"] / (chi * features)
        self.readout = Affine(features, outputs, variance, readout.get("biasVariance", 0), rng)

    def predict(self, inputs):
        """f, and what each layer read and its derivative."""
        x, trace = inputs, []
        for name, affine in self.layers:
            x = x.reshape(len(inputs), -1, affine.weights.shape[1])
            phi, slope = activation(name, affine(x))
            trace.append((x, slope))
            x = phi
        x = x.reshape(len(inputs), 1, -1)
        trace.append((x, None))
        return self.readout(x)[:, 0, :], trace

    def loss_gradients(self, inputs, targets):
        """[(affine, dL/dparameters)] of all layers."""
        f, trace = self.predict(inputs)
        gradients, delta = self.readout.gradient(trace[-1][0], (f - targets)[:, None, :])
        result = [(self.readout, gradients)]
        for (_, affine), (x, slope) in zip(reversed(self.layers), reversed(trace[:-1])):
            gradients, delta = affine.gradient(x, delta.reshape(slope.shape) * slope)
            result.append((affine, gradients))
        return result

    def step(self, inputs, targets, eta, kappa, rng):
        deviation = np.sqrt(2 * kappa * eta)
        for affine, gradients in self.loss_gradients(inputs, targets):
            for name, gradient in gradients.items():
                w = getattr(affine, name)
                w -= eta * (gradient + kappa / affine.variances[name] * w)
                w += deviation * rng.standard_normal(w.shape)

    def __call__(self, inputs):
        return self.predict(inputs)[0]


class TorchNetwork:
    """The same network, started from the same draw, with automatic differentiation."""

    def __init__(self, problem, rng):
        import torch

        torch.set_num_threads(1)
        self.torch = torch
        start = NumpyNetwork(problem, rng)
        self.activations = [name for name, _ in start.layers]
        affines = [affine for _, affine in start.layers] + [start.readout]
        self.affines = [
            {name: torch.from_numpy(getattr(affine, name)).requires_grad_() for name in affine.variances}
            for affine in affines
        ]
        self.variances = [v for affine in affines for v in affine.variances.values()]
        self.parameters = [w for affine in self.affines for w in affine.values()]
        self.functions = {"linear": lambda h: h, "erf": torch.erf, "relu": torch.relu, "tanh": torch.tanh}

    def predict(self, inputs):
        x = inputs
        for index, affine in enumerate(self.affines):
            last = index == len(self.activations)
            x = x.reshape(len(inputs), -1, affine["weights"].shape[1])
            x = self.torch.nn.functional.linear(x, affine["weights"], affine.get("bias"))
            if not last:
                x = self.functions[self.activations[index]](x)
        return x[:, 0, :]

    def step(self, inputs, targets, eta, kappa, rng):
        torch = self.torch
        loss = ((self.predict(torch.as_tensor(inputs)) - torch.as_tensor(targets)) ** 2).sum() / 2
        gradients = torch.autograd.grad(loss, self.parameters)
        with torch.no_grad():
            for w, gradient, variance in zip(self.parameters, gradients, self.variances):
                w -= eta * (gradient + kappa / variance * w)
                w += (2 * kappa * eta) ** 0.5 * torch.randn_like(w)

    def __call__(self, inputs):
        with self.torch.no_grad():
            return self.predict(self.torch.as_tensor(inputs)).numpy()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--step-size", type=float, required=True)
    parser.add_argument("--warmup", type=int, default=0, help="steps before the first kept one")
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--every", type=int, default=1, help="steps from one kept f to the next")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--library", choices=["numpy", "torch"], default="numpy")
    options = parser.parse_args()
    problem = json.load(sys.stdin)
    rng = np.random.default_rng(options.seed)
    if options.library == "torch":
        import torch

        torch.manual_seed(options.seed)
    network = (TorchNetwork if options.library == "torch" else NumpyNetwork)(problem, rng)
    inputs = np.array(problem["trainInputs"])
    targets = np.reshape(problem["trainTargets"], (len(inputs), -1)).astype(float)
    test_inputs = np.array(problem["testInputs"])
    kappa = problem["noiseVariance"]

    start = process_time()
    for _ in range(options.warmup):
        network.step(inputs, targets, options.step_size, kappa, rng)
    warm = process_time()
    draws = []
    for step in range(1, options.steps + 1):
        network.step(inputs, targets, options.step_size, kappa, rng)
        if step % options.every == 0:
            draws.append(network(test_inputs).ravel().tolist())
    end = process_time()
    json.dump({"warmupSeconds": warm - start, "seconds": end - warm, "draws": draws}, sys.stdout)


if __name__ == "__main__":
    main()
