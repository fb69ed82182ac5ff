// Eigenvectors of a symmetric tridiagonal matrix by divide and conquer (Cuppen 1981, Numer. Math. 36, 177, made stable by
// Gu and Eisenstat 1995): two halves are solved as if the subdiagonal entry between them were a rank-one term, and the
// term is put back by a secular equation and a matrix product.
import { BOTH, LOWER, UPPER, deflate } from "./deflation";
import { leadingDimension, panelBuffers, workMatrix, workVector } from "./eigen-workspace";
import { gemm } from "./gemm";
import { at, get, set } from "./memory";
import { unpack } from "./pack";
import { implicitQL } from "./ql";
import { consistentVector, secularRoot, secularVector } from "./secular";
import { sortIndices } from "./sort";

/** Order below which QL takes less time. */
const LEAF: i32 = 32;
/** A coupling below this times the largest entry of the matrix (about 1) cannot move an eigenvalue by a rounding error. */
const NEGLIGIBLE: f64 = 1e-40;

/** Diagonal in work vector 0 <- eigenvalues (unordered), subdiagonal in work vector 1 destroyed; work matrix 1 <- the
 * eigenvectors in columns of the same order. Returns whether the QL iterations of the leaves converged. */
export function divideAndConquer(n: i32, scratch: usize): bool {
  memory.fill(workMatrix(scratch, n, 1), 0, <usize>(n * leadingDimension(n)) << 3);
  return divide(n, 0, n, scratch);
}

/** The block of `size` rows from `start` on. */
function divide(n: i32, start: i32, size: i32, scratch: usize): bool {
  if (size <= LEAF) return solveLeaf(n, start, size, scratch);
  const half = size >> 1;
  const middle = start + half;
  const above = workVector(scratch, n, 0) + (<usize>(middle - 1) << 3);
  const coupling = load<f64>(workVector(scratch, n, 1) + (<usize>(middle - 1) << 3));
  const strength = Math.abs(coupling);
  store<f64>(above, load<f64>(above) - strength);
  store<f64>(above, load<f64>(above, 8) - strength, 8);
  if (!divide(n, start, half, scratch)) return false;
  if (!divide(n, middle, size - half, scratch)) return false;
  merge(n, start, size, half, coupling, scratch);
  return true;
}

function solveLeaf(n: i32, start: i32, size: i32, scratch: usize): bool {
  const panels = ((size + 7) >> 3) << 1;
  const vectors = workMatrix(scratch, n, 2);
  const buffer = panelBuffers(scratch, n);
  setIdentityPanels(size, panels, vectors);
  const d = workVector(scratch, n, 0) + (<usize>start << 3);
  const e = workVector(scratch, n, 1) + (<usize>start << 3);
  if (!implicitQL(size, d, e, panels, vectors, buffer)) return false;
  const ld = leadingDimension(n);
  unpack(size, size, at(workMatrix(scratch, n, 1), start, start, ld, 1), ld, 1, vectors);
  return true;
}

/** The identity in panels of four rows. */
function setIdentityPanels(size: i32, panels: i32, vectors: usize): void {
  memory.fill(vectors, 0, <usize>(panels * size) << 5);
  for (let i = 0; i < size; i++) {
    store<f64>(vectors + (<usize>((i >> 2) * size * 4 + 4 * i + (i & 3)) << 3), 1);
  }
}

/** diag(T1, T2) + |coupling| u u^T, u = (0, ..., 0, 1, sign(coupling), 0, ..., 0), in the eigenvectors Q of the halves:
 * D + |coupling| z z^T with z = Q^T u. */
function merge(n: i32, start: i32, size: i32, half: i32, coupling: f64, scratch: usize): void {
  const ld = leadingDimension(n);
  const q = at(workMatrix(scratch, n, 1), start, start, ld, 1);
  const d = workVector(scratch, n, 0) + (<usize>start << 3);
  const z = workVector(scratch, n, 3);
  const indices = workVector(scratch, n, 4);
  const kind = indices + (<usize>n << 2);
  const kept = workVector(scratch, n, 5);
  const deflated = kept + (<usize>n << 2);
  const strength = Math.abs(coupling);
  // z has length sqrt(2); as a unit vector it goes with twice the strength.
  const rho = strength < NEGLIGIBLE ? 0 : 2 * strength;
  takeCouplingVector(size, half, q, ld, coupling, z, kind);
  sortIndices(size, d, indices);
  const count = deflate(size, d, z, rho, indices, kind, q, ld, kept, deflated);

  const poles = workVector(scratch, n, 6);
  const squares = workVector(scratch, n, 7);
  const entries = workVector(scratch, n, 8);
  const roots = workVector(scratch, n, 9);
  const vectors = workMatrix(scratch, n, 2);
  gatherEntries(count, kept, d, z, poles, entries, squares);
  for (let j = 0; j < count; j++) {
    set(roots, j, secularRoot(count, j, poles, squares, rho, at(vectors, j, 0, ld, 1)));
  }
  const values = squares;
  consistentVector(count, poles, vectors, ld, values, entries);
  // Columns by kind, so that the zero blocks of Q stay out of the products.
  const upper = groupByKind(count, kept, kind, UPPER, indices, 0);
  const both = groupByKind(count, kept, kind, BOTH, indices, upper);
  groupByKind(count, kept, kind, LOWER, indices, both);
  for (let j = 0; j < count; j++) secularVector(count, entries, at(vectors, j, 0, ld, 1), indices, values);

  const old = workMatrix(scratch, n, 3);
  for (let i = 0; i < size; i++) {
    gatherRow(size, count, at(q, i, 0, ld, 1), kept, indices, deflated, at(old, i, 0, ld, 1));
  }
  gemm(half, count, both, 1, old, ld, 1, vectors, 1, ld, 0, q, ld, 1);
  gemm(
    size - half, count, count - upper, 1, at(old, half, upper, ld, 1), ld, 1,
    at(vectors, 0, upper, ld, 1), 1, ld, 0, at(q, half, 0, ld, 1), ld, 1,
  );
  for (let i = 0; i < size; i++) {
    memory.copy(at(q, i, count, ld, 1), at(old, i, count, ld, 1), <usize>(size - count) << 3);
  }
  finishValues(size, count, d, roots, deflated, entries);
}

/** z = Q^T u / sqrt(2): the last row of the upper eigenvectors and the first of the lower ones. */
function takeCouplingVector(size: i32, half: i32, q: usize, ld: i32, coupling: f64, z: usize, kind: usize): void {
  const sign = coupling < 0 ? -Math.SQRT1_2 : Math.SQRT1_2;
  for (let i = 0; i < size; i++) {
    const isUpper = i < half;
    set(z, i, isUpper ? Math.SQRT1_2 * load<f64>(at(q, half - 1, i, ld, 1)) : sign * load<f64>(at(q, half, i, ld, 1)));
    store<i32>(kind + (<usize>i << 2), isUpper ? UPPER : LOWER);
  }
}

function gatherEntries(count: i32, kept: usize, d: usize, z: usize, poles: usize, entries: usize, squares: usize): void {
  for (let i = 0; i < count; i++) {
    const from = load<i32>(kept + (<usize>i << 2));
    const value = get(z, from);
    set(poles, i, get(d, from));
    set(entries, i, value);
    set(squares, i, value * value);
  }
}

/** Appends the positions of the kept columns of one kind to `group` at `filled`; returns the new length. */
function groupByKind(count: i32, kept: usize, kind: usize, wanted: i32, group: usize, filled: i32): i32 {
  for (let i = 0; i < count; i++) {
    const column = load<i32>(kept + (<usize>i << 2));
    if (load<i32>(kind + (<usize>column << 2)) == wanted) store<i32>(group + (<usize>(filled++) << 2), i);
  }
  return filled;
}

/** One row with the kept columns first, grouped by kind, and the deflated ones after them. */
function gatherRow(size: i32, count: i32, row: usize, kept: usize, group: usize, deflated: usize, to: usize): void {
  for (let i = 0; i < count; i++) {
    const position = load<i32>(group + (<usize>i << 2));
    set(to, i, get(row, load<i32>(kept + (<usize>position << 2))));
  }
  for (let i = count; i < size; i++) set(to, i, get(row, load<i32>(deflated + (<usize>(i - count) << 2))));
}

function finishValues(size: i32, count: i32, d: usize, roots: usize, deflated: usize, buffer: usize): void {
  for (let i = count; i < size; i++) set(buffer, i, get(d, load<i32>(deflated + (<usize>(i - count) << 2))));
  memory.copy(d, roots, <usize>count << 3);
  memory.copy(d + (<usize>count << 3), buffer + (<usize>count << 3), <usize>(size - count) << 3);
}
