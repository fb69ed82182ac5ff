// Symmetric eigenproblem: tridiagonalization, implicit QL, and the eigenvectors as Q times the QL rotations.
import { leadingDimension, panelBuffers, workVector, workingMatrix } from "./eigen-workspace";
import { formQ } from "./form-q";
import { at } from "./memory";
import { pack, unpack } from "./pack";
import { implicitQL } from "./ql";
import { tridiagonalize } from "./tridiagonal";

/** Eigenvalues of the lower triangle of an n x n matrix, ascending, to `values`; eigenvectors to the columns of A.
 * `scratch`: eighScratch(n) numbers. Returns 1, or 0 when the iteration did not converge (A is then overwritten). */
export function eigh(n: i32, a: usize, rs: i32, cs: i32, values: usize, scratch: usize): i32 {
  const scale = loadScaled(n, a, rs, cs, workingMatrix(scratch));
  if (scale == 0) return 0;
  tridiagonalize(n, scratch);
  formQ(n, scratch, a, rs, cs);
  const vectors = workingMatrix(scratch);
  const panels = evenPanels(n);
  // An odd number of panels is made even by one of zeros.
  memory.fill(vectors + <usize>(panels - 1) * (<usize>n << 5), 0, <usize>n << 5);
  pack(n, n, a, rs, cs, vectors);
  const d = workVector(scratch, n, 0);
  const buffer = panelBuffers(scratch, n);
  if (!implicitQL(n, d, workVector(scratch, n, 1), panels, vectors, buffer)) return 0;
  const order = workVector(scratch, n, 2);
  sortAscending(n, d, order, scale, values);
  for (let i = 0; i < n; i += 4) {
    permuteColumns(n, order, vectors + <usize>i * (<usize>n << 3), buffer);
    unpack(min(4, n - i), n, at(a, i, 0, rs, cs), rs, cs, buffer);
  }
  return 1;
}

/** As eigh, without eigenvectors; A is only read. */
export function eigenvalues(n: i32, a: usize, rs: i32, cs: i32, values: usize, scratch: usize): i32 {
  const scale = loadScaled(n, a, rs, cs, workingMatrix(scratch));
  if (scale == 0) return 0;
  tridiagonalize(n, scratch);
  const d = workVector(scratch, n, 0);
  if (!implicitQL(n, d, workVector(scratch, n, 1), 0, 0, panelBuffers(scratch, n))) return 0;
  sortAscending(n, d, workVector(scratch, n, 2), scale, values);
  return 1;
}

function evenPanels(n: i32): i32 {
  return ((n + 7) >> 3) << 1;
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

/** Insertion sort of d (QL finds the eigenvalues nearly in order); `order` gets where each came from, as float64. */
function sortAscending(n: i32, d: usize, order: usize, scale: f64, values: usize): void {
  for (let i = 0; i < n; i++) {
    const value = load<f64>(d + (<usize>i << 3));
    let j = i;
    for (; j > 0; j--) {
      const before = load<f64>(d + (<usize>(j - 1) << 3));
      if (before <= value) break;
      store<f64>(d + (<usize>j << 3), before);
      store<f64>(order + (<usize>j << 3), load<f64>(order + (<usize>(j - 1) << 3)));
    }
    store<f64>(d + (<usize>j << 3), value);
    store<f64>(order + (<usize>j << 3), <f64>i);
  }
  for (let i = 0; i < n; i++) store<f64>(values + (<usize>i << 3), load<f64>(d + (<usize>i << 3)) / scale);
}

/** Copies the columns of one panel in their new order. */
function permuteColumns(n: i32, order: usize, panel: usize, to: usize): void {
  for (let k = 0; k < n; k++) {
    const from = panel + (<usize>load<f64>(order + (<usize>k << 3)) << 5);
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from, 16), 16);
    to += 32;
  }
}
