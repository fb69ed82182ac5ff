"""The rows of bench/rows.js in NumPy and SciPy. Reads row ids, one a line; answers each with the seconds of one sample.

Without SciPy the rows that need it answer "nan"."""

import sys
from time import perf_counter

import numpy as np

try:
    from scipy import linalg, special
except ImportError:
    linalg = special = None

rng = np.random.default_rng(1)


def positive_definite(n):
    g = rng.standard_normal((n, n))
    return g @ g.T / n + np.eye(n)


def prepare(row):
    """(copy the input, run) for a row id."""
    name, _, size = row.partition(" ")
    n = int(size or 100_000)
    if name in ("gemm", "syrk"):
        a, c = rng.standard_normal((n, n)), np.empty((n, n))
        b = a if name == "syrk" else rng.standard_normal((n, n))
        return lambda: None, lambda _: np.matmul(a, b.T, out=c)
    if name == "cholesky":
        a = positive_definite(n)
        return lambda: None, lambda _: np.linalg.cholesky(a)
    if name == "inverse":
        factor = np.asfortranarray(np.linalg.cholesky(positive_definite(n)))
        return factor.copy, lambda l: linalg.lapack.dpotri(l, lower=1, overwrite_c=1)
    if name == "solve":
        factor = np.asfortranarray(np.linalg.cholesky(positive_definite(n)))
        return lambda: np.ones(n), lambda x: linalg.blas.dtrsv(factor, x, lower=1, overwrite_x=1)
    if name in ("eigh", "eigenvalues"):
        a = positive_definite(n)
        return lambda: None, lambda _: (np.linalg.eigh if name == "eigh" else np.linalg.eigvalsh)(a)
    if name == "overhead":
        a, c = np.ones((2, 2)), np.empty((2, 2))
        return lambda: None, lambda _: [np.matmul(a, a, out=c) for _ in range(2000)]
    x, y, z = rng.standard_normal(n), np.empty(n), np.empty(n)
    if name == "erf'":

        def erf_and_derivative(_):
            special.erf(x, out=y)
            np.multiply(x, x, out=z)
            np.negative(z, out=z)
            np.exp(z, out=z)
            np.multiply(z, 1.1283791670955126, out=z)

        return lambda: None, erf_and_derivative
    if name == "normals":
        return lambda: None, lambda _: rng.standard_normal(n, out=x)
    return lambda: None, lambda _: getattr(np, name)(x, out=y)


prepared = {}
print(np.__version__, flush=True)
for line in sys.stdin:
    row = line.rstrip("\n")
    try:
        if row not in prepared:
            prepared = {row: prepare(row)}
        reset, run = prepared[row]
        copy = reset()
        start = perf_counter()
        run(copy)
        print(perf_counter() - start, flush=True)
    except AttributeError:
        print("nan", flush=True)
