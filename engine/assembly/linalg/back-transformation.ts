// From eigenvectors of the tridiagonal matrix to those of the matrix itself: Z <- Q Z with Q = H_0 H_1 ..., from the last
// reflectors to the first, BACK_PANEL of them as one matrix I - V T V^T (Schreiber and Van Loan 1989, SIAM J. Sci.
// Stat. Comput. 10, 53).
import { BACK_PANEL, leadingDimension, panelBuffers, smallBuffers, workMatrix, workVector } from "./eigen-workspace";
import { gemm } from "./gemm";
import { at } from "./memory";
import { multiplyTriangular } from "./triangular";

/** z (n x n, rows leadingDimension(n) apart) <- Q z, with the reflectors that `tridiagonalize` left. */
export function backTransform(n: i32, scratch: usize, z: usize): void {
  for (let start = ((n - 1) / BACK_PANEL) * BACK_PANEL; start >= 0; start -= BACK_PANEL) {
    const rows = n - start - 1;
    const count = min(BACK_PANEL, rows);
    if (count > 0) applyPanel(n, start, rows, count, scratch, at(z, start + 1, 0, leadingDimension(n), 1));
  }
}

/** The last `rows` rows of Z <- (I - V T V^T) times themselves. */
function applyPanel(n: i32, start: i32, rows: i32, count: i32, scratch: usize, z: usize): void {
  const v = panelBuffers(scratch, n);
  const product = at(v, n, 0, BACK_PANEL, 1);
  const gram = smallBuffers(scratch, n);
  const t = at(gram, BACK_PANEL, 0, BACK_PANEL, 1);
  const ld = leadingDimension(n);
  copyReflectors(rows, count, at(workMatrix(scratch, n, 0), start + 1, start, ld, 1), ld, v);
  gemm(count, count, rows, 1, v, 1, BACK_PANEL, v, BACK_PANEL, 1, 0, gram, BACK_PANEL, 1);
  makeTriangularFactor(count, at(workVector(scratch, n, 2), start, 0, 1, 0), gram, t);
  gemm(count, n, rows, 1, v, 1, BACK_PANEL, z, ld, 1, 0, product, n, 1);
  // T is upper triangular: the transpose of the lower triangle of T^T.
  multiplyTriangular(count, n, t, 1, BACK_PANEL, product, n, 1, true);
  gemm(rows, n, count, -1, v, BACK_PANEL, 1, product, n, 1, 1, z, ld, 1);
}

/** The reflectors as a unit lower trapezoid, rows BACK_PANEL apart. */
function copyReflectors(rows: i32, count: i32, a: usize, ld: i32, v: usize): void {
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < count; k++) {
      const value: f64 = i > k ? load<f64>(at(a, i, k, ld, 1)) : i == k ? 1 : 0;
      store<f64>(at(v, i, k, BACK_PANEL, 1), value);
    }
  }
}

/** Upper triangle of T: T_kk = tau_k, T_(0..k-1, k) = -tau_k T_(0..k-1, 0..k-1) V^T v_k; gram = V^T V. */
function makeTriangularFactor(count: i32, tau: usize, gram: usize, t: usize): void {
  for (let k = 0; k < count; k++) {
    const scale = load<f64>(at(tau, k, 0, 1, 0));
    for (let i = 0; i < k; i++) {
      let sum: f64 = 0;
      for (let p = i; p < k; p++) {
        sum += load<f64>(at(t, i, p, BACK_PANEL, 1)) * load<f64>(at(gram, p, k, BACK_PANEL, 1));
      }
      store<f64>(at(t, i, k, BACK_PANEL, 1), -scale * sum);
    }
    store<f64>(at(t, k, k, BACK_PANEL, 1), scale);
  }
}
