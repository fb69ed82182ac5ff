// Deflation of D + rho z z^T (Dongarra and Sorensen 1987, SIAM J. Sci. Stat. Comput. 8, s139): where an entry of z is
// negligible, or can be rotated away because two entries of D nearly agree, d_i is an eigenvalue already.
import { at, get, set } from "./memory";

const EPSILON: f64 = 2.220446049250313e-16;

/** Where a column of the eigenvector matrix is not zero: the rows of the upper block, of both, of the lower block. */
export const UPPER: i32 = 0;
export const BOTH: i32 = 1;
export const LOWER: i32 = 2;

/** Splits the columns 0..n-1 of a merge: `kept` gets those that go on to the secular equation, ascending in d, and
 * `deflated` the others. Rotates columns of q (rows `stride` apart), d and z where that deflates one.
 * `order` sorts d; order, kept, deflated and kind are 32-bit. z is a unit vector. Returns how many are kept. */
export function deflate(
  n: i32, d: usize, z: usize, rho: f64, order: usize, kind: usize, q: usize, stride: i32, kept: usize, deflated: usize,
): i32 {
  const tolerance = 8 * EPSILON * max(largest(n, d), largest(n, z));
  let keptCount = 0;
  let deflatedCount = 0;
  let pending = -1;
  for (let position = 0; position < n; position++) {
    const j = load<i32>(order + (<usize>position << 2));
    if (rho * Math.abs(get(z, j)) <= tolerance) {
      store<i32>(deflated + (<usize>(deflatedCount++) << 2), j);
      continue;
    }
    if (pending >= 0) {
      if (rotateAway(pending, j, d, z, tolerance)) {
        const length = Math.sqrt(get(z, j) * get(z, j) + get(z, pending) * get(z, pending));
        rotateColumns(n, at(q, 0, pending, stride, 1), at(q, 0, j, stride, 1), stride, get(z, j) / length, -get(z, pending) / length);
        set(z, j, length);
        set(z, pending, 0);
        mixKinds(kind + (<usize>pending << 2), kind + (<usize>j << 2));
        store<i32>(deflated + (<usize>(deflatedCount++) << 2), pending);
      } else {
        store<i32>(kept + (<usize>(keptCount++) << 2), pending);
      }
    }
    pending = j;
  }
  if (pending >= 0) store<i32>(kept + (<usize>(keptCount++) << 2), pending);
  return keptCount;
}

/** Whether the rotation that makes z_p zero leaves a negligible entry beside d_p and d_j; if so, rotates d. */
function rotateAway(p: i32, j: i32, d: usize, z: usize, tolerance: f64): bool {
  const length = Math.sqrt(get(z, j) * get(z, j) + get(z, p) * get(z, p));
  const c = get(z, j) / length;
  const s = -get(z, p) / length;
  const dp = get(d, p);
  const dj = get(d, j);
  if (Math.abs((dj - dp) * c * s) > tolerance) return false;
  set(d, p, dp * c * c + dj * s * s);
  set(d, j, dp * s * s + dj * c * c);
  return true;
}

function mixKinds(a: usize, b: usize): void {
  if (load<i32>(a) == load<i32>(b)) return;
  store<i32>(a, BOTH);
  store<i32>(b, BOTH);
}

/** (x, y) <- (c x + s y, c y - s x) for two columns. */
function rotateColumns(n: i32, x: usize, y: usize, stride: i32, c: f64, s: f64): void {
  const step = <usize>stride << 3;
  for (let i = 0; i < n; i++) {
    const xi = load<f64>(x);
    const yi = load<f64>(y);
    store<f64>(x, c * xi + s * yi);
    store<f64>(y, c * yi - s * xi);
    x += step;
    y += step;
  }
}

function largest(n: i32, x: usize): f64 {
  let result: f64 = 0;
  for (let i = 0; i < n; i++) result = max(result, Math.abs(get(x, i)));
  return result;
}
