// Symmetric eigenproblem: tridiagonalization, then implicit QL for the eigenvalues alone, or divide and conquer and the
// back-transformation for the eigenvectors too.
import { backTransform } from "./back-transformation";
import { divideAndConquer } from "./divide-and-conquer";
import { leadingDimension, panelBuffers, workMatrix, workVector } from "./eigen-workspace";
import { at } from "./memory";
import { implicitQL } from "./ql";
import { sortIndices } from "./sort";
import { tridiagonalize } from "./tridiagonal";

/** Eigenvalues of the lower triangle of an n x n matrix, ascending, to `values`; eigenvectors to the columns of A.
 * `scratch`: eighScratch(n) numbers. Returns 1, or 0 (A and values untouched) when an entry is NaN or infinite or the
 * iteration does not converge. */
export function eigh(n: i32, a: usize, rs: i32, cs: i32, values: usize, scratch: usize): i32 {
  const scale = loadScaled(n, a, rs, cs, workMatrix(scratch, n, 0));
  if (scale == 0) return 0;
  tridiagonalize(n, scratch);
  if (!divideAndConquer(n, scratch)) return 0;
  const vectors = workMatrix(scratch, n, 1);
  backTransform(n, scratch, vectors);
  const order = workVector(scratch, n, 3);
  writeValues(n, workVector(scratch, n, 0), order, scale, values);
  const ld = leadingDimension(n);
  for (let i = 0; i < n; i++) writeRow(n, at(vectors, i, 0, ld, 1), order, at(a, i, 0, rs, cs), cs);
  return 1;
}

/** As eigh, without eigenvectors; A is only read. */
export function eigenvalues(n: i32, a: usize, rs: i32, cs: i32, values: usize, scratch: usize): i32 {
  const scale = loadScaled(n, a, rs, cs, workMatrix(scratch, n, 0));
  if (scale == 0) return 0;
  tridiagonalize(n, scratch);
  const d = workVector(scratch, n, 0);
  if (!implicitQL(n, d, workVector(scratch, n, 1), 0, 0, panelBuffers(scratch, n))) return 0;
  writeValues(n, d, workVector(scratch, n, 3), scale, values);
  return 1;
}

/** Copies the lower triangle times the power of two that brings its largest entry to about 1, and returns that power;
 * 0 when an entry is NaN or infinite. */
function loadScaled(n: i32, a: usize, rs: i32, cs: i32, to: usize): f64 {
  let largest: f64 = 0;
  for (let i = 0; i < n; i++) {
    const row = largestInRow(i + 1, at(a, i, 0, rs, cs), cs);
    if (!(row < Infinity)) return 0;
    largest = max(largest, row);
  }
  const exponent = <i32>(reinterpret<u64>(largest) >> 52) - 1023;
  const power = largest == 0 ? 0 : min(1021, max(-1021, -exponent));
  const scale = reinterpret<f64>(<u64>(1023 + power) << 52);
  const ld = leadingDimension(n);
  for (let i = 0; i < n; i++) copyScaled(i + 1, at(a, i, 0, rs, cs), cs, scale, at(to, i, 0, ld, 1));
  return scale;
}

function largestInRow(count: i32, x: usize, stride: i32): f64 {
  let largest: f64 = 0;
  for (let j = 0; j < count; j++) {
    // Unlike a comparison, max passes NaN on.
    largest = max(largest, Math.abs(load<f64>(at(x, j, 0, stride, 0))));
  }
  return largest;
}

function copyScaled(count: i32, x: usize, stride: i32, scale: f64, to: usize): void {
  for (let j = 0; j < count; j++) store<f64>(to + (<usize>j << 3), scale * load<f64>(at(x, j, 0, stride, 0)));
}

function writeValues(n: i32, d: usize, order: usize, scale: f64, values: usize): void {
  sortIndices(n, d, order);
  for (let i = 0; i < n; i++) {
    const from = <usize>load<i32>(order + (<usize>i << 2));
    store<f64>(values + (<usize>i << 3), load<f64>(d + (from << 3)) / scale);
  }
}

function writeRow(n: i32, row: usize, order: usize, to: usize, stride: i32): void {
  for (let j = 0; j < n; j++) {
    const from = <usize>load<i32>(order + (<usize>j << 2));
    store<f64>(at(to, j, 0, stride, 0), load<f64>(row + (from << 3)));
  }
}
