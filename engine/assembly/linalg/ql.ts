// Implicit QL iteration on a symmetric tridiagonal matrix: Dubrulle, Martin and Wilkinson 1968, Numer. Math. 12, 377.
import { PAIRS } from "./eigen-workspace";
import { SWEEP_HEADER, applyRotations } from "./rotations";
import { get, set } from "./memory";

/** Sweeps allowed per eigenvalue on average; two are usual. */
const SWEEP_LIMIT: i32 = 60;
const EPSILON: f64 = 2.220446049250313e-16;
/** The matrix is scaled to largest entry about 1. A subdiagonal entry below this moves eigenvalues by less than a tenth
 * of the rounding errors of the tridiagonalization; to insist on more lets QL labor on kernels of low rank, whose tiny
 * eigenvalues are rounding errors. */
const NEGLIGIBLE_ENTRY: f64 = 1.3877787807814457e-17;
/** Keeps the squares of a rotation away from underflow. */
const NEGLIGIBLE_SQUARE: f64 = 1e-200;

/** Room for about 60 whole sweeps in the panel buffers (2 PAIRS n numbers). */
const BUFFERED: i32 = 2 * PAIRS;

/** Diagonal d <- eigenvalues (unordered); e, the n - 1 subdiagonal entries, is destroyed. When panels > 0, every
 * rotation is applied to the columns of the `panels` panels of four rows at `vectors`, by way of `buffer` (BUFFERED n
 * numbers and one header more). Returns whether every eigenvalue converged. */
export function implicitQL(n: i32, d: usize, e: usize, panels: i32, vectors: usize, buffer: usize): bool {
  let free = buffer;
  const sweepBytes = <usize>(2 * n + SWEEP_HEADER) << 3;
  const full = buffer + (<usize>(BUFFERED * n) << 3);
  let sweepsLeft = SWEEP_LIMIT * n;
  for (let low = 0; low < n - 1; low++) {
    for (;;) {
      const high = endOfBlock(n, low, d, e);
      if (high == low) break;
      if (sweepsLeft-- == 0) return false;
      if (free + sweepBytes > full) {
        applyRotations(n, panels, vectors, buffer, free);
        free = buffer;
      }
      const next = sweepDown(low, high, d, e, free);
      if (panels > 0) free = next;
    }
  }
  applyRotations(n, panels, vectors, buffer, free);
  return true;
}

/** The first index at or after `low` whose subdiagonal entry is negligible. */
function endOfBlock(n: i32, low: i32, d: usize, e: usize): i32 {
  let high = low;
  for (; high < n - 1; high++) {
    const off = Math.abs(get(e, high));
    if (off <= NEGLIGIBLE_ENTRY) break;
    if (off <= EPSILON * Math.sqrt(Math.abs(get(d, high)) * Math.abs(get(d, high + 1)))) break;
  }
  return high;
}

/** One sweep over the block low..high with Wilkinson's shift. Writes its rotations at `out`; returns their end. */
function sweepDown(low: i32, high: i32, d: usize, e: usize, out: usize): usize {
  const first = get(e, low);
  let g = (get(d, low + 1) - get(d, low)) / (2 * first);
  const root = Math.sqrt(g * g + 1);
  g = get(d, high) - get(d, low) + first / (g + (g >= 0 ? root : -root));
  let s: f64 = 1;
  let c: f64 = 1;
  let p: f64 = 0;
  let rotation = out + (<usize>SWEEP_HEADER << 3);
  let i = high - 1;
  for (; i >= low; i--) {
    const entry = get(e, i);
    const f = s * entry;
    const b = c * entry;
    const square = f * f + g * g;
    if (square < NEGLIGIBLE_SQUARE) break;
    const r = Math.sqrt(square);
    set(e, i + 1, r);
    s = f / r;
    c = g / r;
    g = get(d, i + 1) - p;
    const t = (get(d, i) - g) * s + 2 * c * b;
    p = s * t;
    set(d, i + 1, g + p);
    g = c * t - b;
    store<f64>(rotation, c);
    store<f64>(rotation, s, 8);
    rotation += 16;
  }
  if (i >= low) {
    // The bulge vanished on the way: the block falls apart above i.
    set(d, i + 1, get(d, i + 1) - p);
    set(e, i + 1, 0);
  } else {
    set(d, low, get(d, low) - p);
    set(e, low, g);
  }
  set(e, high, 0);
  store<f64>(out, <f64>high);
  store<f64>(out, <f64>(high - 1 - i), 8);
  return rotation;
}
