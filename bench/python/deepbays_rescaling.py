"""Kernel rescaling by the Python package deepbays: the same data as a case of bench/theories/kernel-rescaling.js.

    python deepbays_rescaling.py FOLDER

FOLDER holds trainInputs, trainTargets and testInputs (float64, row-major) and case.json: points, tests, inputs, layers, width,
weightVariance, readoutVariance, noiseVariance. Prints JSON: wall seconds of preprocess, optimize and predict with the variances,
Q, testMean and testVariance; or what went wrong.

deepbays imports cupy on every machine and uses it in its CUDA class only, which is not called here: where cupy is missing an empty
module stands in for it."""

import contextlib
import importlib.util
import io
import json
import sys
import types
from pathlib import Path
from time import perf_counter

if importlib.util.find_spec("cupy") is None:
    sys.modules["cupy"] = types.ModuleType("cupy")

import numpy as np
import torch
from deepbays import rkgp

folder = Path(sys.argv[1])
case = json.loads((folder / "case.json").read_text())


def array(name, columns):
    return np.fromfile(folder / name, dtype=np.float64).reshape(-1, columns)


X = array("trainInputs", case["inputs"])
Xtest = array("testInputs", case["inputs"])
y = array("trainTargets", 1)
depth = case["layers"]
precisions = [1 / case["weightVariance"]] * depth + [1 / case["readoutVariance"]]
targets = y if depth == 1 else torch.tensor(y)


def solve():
    if depth == 1:
        theory = rkgp.FC_1HL(case["width"], case["noiseVariance"], precisions[0], precisions[1], "erf")
    else:
        theory = rkgp.FC_deep(depth, case["width"], case["noiseVariance"], precisions, "erf")
    theory.preprocess(X, targets)
    theory.optimize()
    mean = np.asarray(theory.predict(Xtest)).ravel()
    prior = theory.orderParam * theory.K0 if depth == 1 else theory.rK0L
    cross = theory.rK0X if depth == 1 else theory.rK0XL
    variance = np.asarray(prior - np.sum(theory.K0_invK * cross, axis=1)).ravel()
    return theory, mean, variance


start = perf_counter()
try:
    with contextlib.redirect_stdout(io.StringIO()):
        theory, mean, variance = solve()
    result = {
        "seconds": perf_counter() - start,
        "Q": np.ravel(theory.optQ).tolist(),
        "testMean": mean.tolist(),
        "testVariance": variance.tolist(),
    }
except Exception as error:
    result = {"error": f"{type(error).__name__}: {error}", "seconds": perf_counter() - start}
print(json.dumps(result))
