// Householder tridiagonalization, blocked: Dongarra, Sorensen and Hammarling 1989, J. Comput. Appl. Math. 27, 215.
// A panel of reflectors v_k is found while the rest of the matrix waits; with w_k as below the whole panel then acts
// as A <- A - sum_k (v_k w_k^T + w_k v_k^T), a matrix product. Rows of `pairs` hold v_0 w_0 v_1 w_1 ..., rows of
// `swapped` w_0 v_0 w_1 v_1 ..., so that the sum is pairs swapped^T.
import { multiplyMatrixVector } from "./gemv";
import { gemmLower } from "./gemm";
import { at } from "./memory";
import { multiplySymmetric } from "./symv";
import { PAIRS, PANEL, leadingDimension, panelBuffers, smallBuffers, workMatrix, workVector } from "./eigen-workspace";

/** Squared length below which a column counts as zero. The matrix is scaled to largest entry about 1, so leaving out
 * entries below 1e-100 moves no eigenvalue by a rounding error, and no reflector is made of underflowed squares. */
const NEGLIGIBLE: f64 = 1e-200;

/** Reduces the lower triangle of the working copy to tridiagonal form: diagonal in work vector 0, subdiagonal in 1,
 * reflector scales tau in 2, and reflector j in rows j + 1... of column j (its first entry, 1, is implied). */
export function tridiagonalize(n: i32, scratch: usize): void {
  const ld = leadingDimension(n);
  const a = workMatrix(scratch, n, 0);
  const pairs = panelBuffers(scratch, n);
  const swapped = at(pairs, n, 0, PAIRS, 1);
  for (let start = 0; start < n; start += PANEL) {
    const end = min(n, start + PANEL);
    for (let j = start; j < end; j++) reduceColumn(n, j, j - start, scratch);
    const rest = n - end;
    gemmLower(
      rest, 2 * (end - start), -1, at(pairs, end, 0, PAIRS, 1), PAIRS, 1,
      at(swapped, end, 0, PAIRS, 1), 1, PAIRS, 1, at(a, end, end, ld, 1), ld, 1,
    );
  }
}

/** Column j, which is column k of its panel. */
function reduceColumn(n: i32, j: i32, k: i32, scratch: usize): void {
  const ld = leadingDimension(n);
  const column = at(workMatrix(scratch, n, 0), j, j, ld, 1);
  const pairs = panelBuffers(scratch, n);
  const swapped = at(pairs, n, 0, PAIRS, 1);
  const v = workVector(scratch, n, 3);
  const w = workVector(scratch, n, 4);
  // The reflectors of this panel so far act on the column only now.
  multiplyMatrixVector(n - j, 2 * k, -1, at(pairs, j, 0, PAIRS, 1), PAIRS, 1, at(swapped, j, 0, PAIRS, 1), 1, 1, column, ld);
  store<f64>(at(workVector(scratch, n, 0), j, 0, 1, 0), load<f64>(column));
  const m = n - j - 1;
  if (m == 0) return;
  const below = at(column, 1, 0, ld, 1);
  for (let i = 0; i < m; i++) store<f64>(at(v, i, 0, 1, 0), load<f64>(at(below, i, 0, ld, 1)));
  const tau = makeReflector(m, v, at(workVector(scratch, n, 1), j, 0, 1, 0));
  store<f64>(at(workVector(scratch, n, 2), j, 0, 1, 0), tau);
  for (let i = 0; i < m; i++) store<f64>(at(below, i, 0, ld, 1), load<f64>(at(v, i, 0, 1, 0)));
  if (tau == 0) {
    memory.fill(v, 0, <usize>m << 3);
    memory.fill(w, 0, <usize>m << 3);
  } else {
    multiplySymmetric(m, at(below, 0, 1, ld, 1), <usize>ld << 3, v, w);
    const products = smallBuffers(scratch, n);
    const pairRows = at(pairs, j + 1, 0, PAIRS, 1);
    const swappedRows = at(swapped, j + 1, 0, PAIRS, 1);
    multiplyMatrixVector(2 * k, m, 1, pairRows, 1, PAIRS, v, 1, 0, products, 1);
    multiplyMatrixVector(m, 2 * k, -1, swappedRows, PAIRS, 1, products, 1, 1, w, 1);
    finishUpdateVector(m, tau, v, w);
  }
  storePair(m, v, w, at(pairs, j + 1, 2 * k, PAIRS, 1), at(swapped, j + 1, 2 * k, PAIRS, 1));
}

/** Replaces x by v, v_0 = 1, and returns tau such that (I - tau v v^T) x = (beta, 0, ..., 0); beta goes to `result`.
 * tau = 0 (no reflection) when everything below x_0 is zero. */
function makeReflector(m: i32, x: usize, result: usize): f64 {
  const alpha = load<f64>(x);
  const tail = squaredLength(m - 1, x + 8);
  if (tail < NEGLIGIBLE) {
    store<f64>(result, alpha);
    return 0;
  }
  const length = Math.sqrt(alpha * alpha + tail);
  const beta = alpha > 0 ? -length : length;
  scaleVector(m - 1, 1 / (alpha - beta), x + 8);
  store<f64>(x, 1);
  store<f64>(result, beta);
  return (beta - alpha) / beta;
}

function squaredLength(m: i32, x: usize): f64 {
  let sum: f64 = 0;
  for (let i = 0; i < m; i++) {
    const value = load<f64>(x + (<usize>i << 3));
    sum += value * value;
  }
  return sum;
}

function scaleVector(m: i32, factor: f64, x: usize): void {
  for (let i = 0; i < m; i++) {
    const to = x + (<usize>i << 3);
    store<f64>(to, factor * load<f64>(to));
  }
}

/** w <- tau w - (tau^2 w^T v / 2) v. */
function finishUpdateVector(m: i32, tau: f64, v: usize, w: usize): void {
  let product: f64 = 0;
  for (let i = 0; i < m; i++) product += load<f64>(v + (<usize>i << 3)) * load<f64>(w + (<usize>i << 3));
  const along = 0.5 * tau * tau * product;
  for (let i = 0; i < m; i++) {
    const to = w + (<usize>i << 3);
    store<f64>(to, tau * load<f64>(to) - along * load<f64>(v + (<usize>i << 3)));
  }
}

function storePair(m: i32, v: usize, w: usize, pairs: usize, swapped: usize): void {
  for (let i = 0; i < m; i++) {
    const vi = load<f64>(v + (<usize>i << 3));
    const wi = load<f64>(w + (<usize>i << 3));
    store<f64>(pairs, vi);
    store<f64>(pairs, wi, 8);
    store<f64>(swapped, wi);
    store<f64>(swapped, vi, 8);
    pairs += <usize>PAIRS << 3;
    swapped += <usize>PAIRS << 3;
  }
}
