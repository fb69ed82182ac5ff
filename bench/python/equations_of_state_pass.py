"""The matrix products of one evaluation of the free energy of `equations-of-state` and its gradient, and of the step to the state
that it is evaluated at, for L dense layers: those of core/src/theories/equations-of-state, which leaves out triangles that are zero
or not wanted; here such products are computed in full, as NumPy has no others.

    python equations_of_state_pass.py P L r        (r inputs)

Prints the processor seconds of the quickest of several passes."""

import sys
from time import process_time

import numpy as np
from scipy.linalg import blas, lapack

P, L, r = (int(word) for word in sys.argv[1:])
rng = np.random.default_rng(1)
inputs = rng.standard_normal((P, r))
weights = np.eye(r) + 0.1 * rng.standard_normal((r, r))
square = rng.standard_normal((P, P)) / np.sqrt(P)
definite = square @ square.T + np.eye(P)
targets = rng.standard_normal((P, 1))


def factor(a):
    return np.asfortranarray(np.linalg.cholesky(a))


def triangular(c, b):
    return blas.dtrsm(1.0, c, b, lower=1, trans_a=1)


def one_pass():
    weights @ weights  # the nudge of the first layer's factor
    features = inputs @ weights
    features @ features.T
    factors = []
    for _ in range(1, L):
        square @ square  # the nudge
        c = factor(definite)
        factors.append(c)
        k = c @ square
        k @ k.T
    c = factor(definite)
    lapack.dpotri(c, lower=1)
    t = lapack.dpotrs(c, targets, lower=1)[0]
    t @ t.T
    for c in reversed(factors):
        square.T @ square
        pulled = c.T @ (definite @ square)
        square.T @ pulled
        y = pulled @ square.T
        half = triangular(c, np.asfortranarray(y))
        triangular(c, np.asfortranarray(half.T))
    weights.T @ weights
    pull = inputs.T @ (definite @ inputs)
    weights.T @ (pull @ weights)


best = float("inf")
end = process_time() + 5
while process_time() < end:
    start = process_time()
    one_pass()
    best = min(best, process_time() - start)
print(best)
