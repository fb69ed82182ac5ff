// The orthogonal matrix Q = H_0 H_1 ... of a tridiagonalization, from the last panel of reflectors to the first, each
// panel as one matrix I - V T V^T (Schreiber and Van Loan 1989, SIAM J. Sci. Stat. Comput. 10, 53).
import { PANEL, leadingDimension, panelBuffers, smallBuffers, workVector, workingMatrix } from "./eigen-workspace";
import { gemm } from "./gemm";
import { at } from "./memory";

/** q (n x n, any strides) <- Q. */
export function formQ(n: i32, scratch: usize, q: usize, rs: i32, cs: i32): void {
  setIdentity(n, q, rs, cs);
  for (let start = ((n - 1) / PANEL) * PANEL; start >= 0; start -= PANEL) {
    const rows = n - start - 1;
    const count = min(PANEL, rows);
    // The panels after this one have touched nothing outside rows and columns start + 1...
    if (count > 0) applyPanel(n, start, rows, count, scratch, at(q, start + 1, start + 1, rs, cs), rs, cs);
  }
}

/** Q <- (I - V T V^T) Q for the rows x rows corner of Q. */
function applyPanel(n: i32, start: i32, rows: i32, count: i32, scratch: usize, q: usize, rs: i32, cs: i32): void {
  const v = panelBuffers(scratch, n);
  const product = at(v, n, 0, PANEL, 1);
  const scaled = at(product, n, 0, PANEL, 1);
  const gram = smallBuffers(scratch, n);
  const t = at(gram, PANEL, 0, PANEL, 1);
  const ld = leadingDimension(n);
  copyReflectors(rows, count, at(workingMatrix(scratch), start + 1, start, ld, 1), ld, v);
  gemm(count, count, rows, 1, v, 1, PANEL, v, PANEL, 1, 0, gram, PANEL, 1);
  makeTriangularFactor(count, at(workVector(scratch, n, 2), start, 0, 1, 0), gram, t);
  gemm(count, rows, rows, 1, v, 1, PANEL, q, rs, cs, 0, product, rows, 1);
  gemm(count, rows, count, 1, t, PANEL, 1, product, rows, 1, 0, scaled, rows, 1);
  gemm(rows, rows, count, -1, v, PANEL, 1, scaled, rows, 1, 1, q, rs, cs);
}

/** The reflectors as a unit lower trapezoid, rows PANEL apart. */
function copyReflectors(rows: i32, count: i32, a: usize, ld: i32, v: usize): void {
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < count; k++) {
      const value: f64 = i > k ? load<f64>(at(a, i, k, ld, 1)) : i == k ? 1 : 0;
      store<f64>(at(v, i, k, PANEL, 1), value);
    }
  }
}

/** T (upper triangular, zeros below): T_kk = tau_k, T_(0..k-1, k) = -tau_k T_(0..k-1, 0..k-1) V^T v_k; gram = V^T V. */
function makeTriangularFactor(count: i32, tau: usize, gram: usize, t: usize): void {
  memory.fill(t, 0, <usize>(PANEL * PANEL) << 3);
  for (let k = 0; k < count; k++) {
    const scale = load<f64>(at(tau, k, 0, 1, 0));
    for (let i = 0; i < k; i++) {
      let sum: f64 = 0;
      for (let p = i; p < k; p++) sum += load<f64>(at(t, i, p, PANEL, 1)) * load<f64>(at(gram, p, k, PANEL, 1));
      store<f64>(at(t, i, k, PANEL, 1), -scale * sum);
    }
    store<f64>(at(t, k, k, PANEL, 1), scale);
  }
}

function setIdentity(n: i32, q: usize, rs: i32, cs: i32): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) store<f64>(at(q, i, j, rs, cs), i == j ? 1 : 0);
  }
}
