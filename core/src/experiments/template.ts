/** The text that `finitude init` writes: an experiment that runs as it stands, every part of it explained. */
export function commentedTemplate(): string {
	return TEMPLATE;
}

const TEMPLATE = `# An experiment: a data set, a network and a noise level; which theories to solve; how to sample the real network.
# Run it with: finitude compare FILE

name: my-experiment

# Seed of everything random that has no seed of its own.
seed: 1

data:
  # A synthetic task: y = erf(w.x / sqrt(d)), x ~ N(0, I), w a random direction.
  # Other teachers: linear, network, random-labels, gaussian-xor, templates.
  source: teacher
  teacher:
    type: single-index
    dimension: 20
    link: erf
  trainCount: 50
  testCount: 100
  targetNoiseVariance: 0.01

# Your own data instead, from a CSV file (also: npy, npz, json, idx, cifar10, mnist):
# data:
#   source: csv
#   train: my-data.csv
#   targets: [price]          # columns by name or number; all others are inputs
#   trainCount: 50            # drawn at random; the points left over are the test points
#   normalize: standardize    # none, unit-norm (|x|^2 = d) or standardize

network:
  layers:
    # Hidden layers, the one next to the inputs first. Every weight ~ N(0, weightVariance / fan-in), every bias ~ N(0, biasVariance).
    - type: dense
      width: 50
      activation: erf         # linear, erf, relu, quadratic, tanh, gelu, sigmoid, sin or softplus
      weightVariance: 1
      biasVariance: 0
  readout:
    weightVariance: 1
    biasVariance: 0
  # standard: readout weights ~ N(0, weightVariance / N); mean-field: N(0, weightVariance / N^2).
  scaling: standard

# kappa: targets are f(x) plus Gaussian noise of this variance.
noiseVariance: 0.05

# all, or a list such as [nngp, kernel-rescaling].
theories: all

# How to sample the posterior of the real network; false to leave it out.
sampling:
  sampler: hmc
  chains: 4
  draws: 1000
  warmup: 500
`;
