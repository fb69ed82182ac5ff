// The eigenproblem of a diagonal matrix plus a rank-one matrix, D + rho z z^T, rho > 0: its eigenvalues are the roots of
//   f(x) = 1/rho + sum_i z_i^2 / (d_i - x),   one in every interval (d_j, d_j+1) and one above the last d.
// Roots by two-pole rational interpolation (the "middle way" of Li 1993, LAPACK Working Note 89) inside a bracket.
import { multiplyAdd } from "../simd";
import { get, set } from "./memory";

const EPSILON: f64 = 2.220446049250313e-16;
/** Interpolation takes 4 to 8 steps; halving the bracket, the fallback, needs one for every bit of x. */
const STEP_LIMIT: i32 = 200;

/** Sum and slope of the poles up to the root, then of those above it. */
const sums: usize = memory.data(32, 16);

/** Root j of k: returns the root and fills delta_i = d_i - root, each to full relative accuracy, which is why the root is
 * sought as a distance from the nearest d. d ascending without repetition; w_i = z_i^2 > 0. */
export function secularRoot(k: i32, j: i32, d: usize, w: usize, rho: f64, delta: usize): f64 {
  const inverse = 1 / rho;
  const last = j == k - 1;
  let origin = j;
  let low: f64 = 0;
  let high: f64 = 0;
  if (last) {
    for (let i = 0; i < k; i++) high += get(w, i);
    high *= rho * (1 + 4 * EPSILON);
  } else {
    high = 0.5 * (get(d, j + 1) - get(d, j));
    evaluate(k, j, d, w, get(d, j), high, delta);
    if (inverse + load<f64>(sums) + load<f64>(sums, 16) < 0) {
      origin = j + 1;
      low = -high;
      high = 0;
    }
  }
  const shift = get(d, origin);
  let x = last || origin > j ? 0.5 * (low + high) : 0.5 * high;
  for (let step = 0; step < STEP_LIMIT; step++) {
    evaluate(k, j, d, w, shift, x, delta);
    const below = load<f64>(sums);
    const above = load<f64>(sums, 16);
    const f = inverse + below + above;
    // What rounding alone makes of f at a root.
    if (Math.abs(f) <= 8 * EPSILON * (inverse - below + above)) break;
    if (f < 0) low = x;
    else high = x;
    let next = x + (last ? onePoleStep(f, get(delta, j)) : twoPoleStep(f, get(delta, j), get(delta, j + 1)));
    if (!(next > low && next < high)) next = 0.5 * (low + high);
    if (!(next > low && next < high)) break;
    x = next;
  }
  return shift + x;
}

/** Where r + s / (p - t) with the value and slope of the poles below the root, p the nearest, cancels the rest. */
function onePoleStep(f: f64, p: f64): f64 {
  const slope = load<f64>(sums, 8);
  return p + (p * p * slope) / (f - p * slope);
}

/** The same with one term of that kind for the poles on either side, nearest ones p < 0 < q. */
function twoPoleStep(f: f64, p: f64, q: f64): f64 {
  const below = load<f64>(sums, 8);
  const above = load<f64>(sums, 24);
  const c = f - p * below - q * above;
  const a = (p + q) * f - p * q * (below + above);
  const b = p * q * f;
  const root = Math.sqrt(Math.max(0, a * a - 4 * b * c));
  return a <= 0 ? (a - root) / (2 * c) : (2 * b) / (a + root);
}

/** delta_i = (d_i - shift) - x and the sums of w_i / delta_i and w_i / delta_i^2 over i <= j and over i > j. */
function evaluate(k: i32, j: i32, d: usize, w: usize, shift: f64, x: f64, delta: usize): void {
  const split = <usize>(j + 1) << 3;
  sumPoles(j + 1, d, w, shift, x, delta, sums);
  sumPoles(k - j - 1, d + split, w + split, shift, x, delta + split, sums + 16);
}

function sumPoles(count: i32, d: usize, w: usize, shift: f64, x: f64, delta: usize, out: usize): void {
  const one = f64x2.splat(1);
  const shifts = f64x2.splat(shift);
  const xs = f64x2.splat(x);
  let values = f64x2.splat(0);
  let slopes = values;
  const end = d + (<usize>(count & ~1) << 3);
  while (d < end) {
    const difference = f64x2.sub(f64x2.sub(v128.load(d), shifts), xs);
    v128.store(delta, difference);
    const inverse = f64x2.div(one, difference);
    const term = f64x2.mul(v128.load(w), inverse);
    values = f64x2.add(values, term);
    slopes = multiplyAdd(term, inverse, slopes);
    d += 16;
    w += 16;
    delta += 16;
  }
  let value = f64x2.extract_lane(values, 0) + f64x2.extract_lane(values, 1);
  let slope = f64x2.extract_lane(slopes, 0) + f64x2.extract_lane(slopes, 1);
  if (count & 1) {
    const difference = load<f64>(d) - shift - x;
    store<f64>(delta, difference);
    const term = load<f64>(w) / difference;
    value += term;
    slope += term / difference;
  }
  store<f64>(out, value);
  store<f64>(out, slope, 8);
}

/** The z for which the computed roots are exact (Loewner's formula; Gu and Eisenstat 1995, SIAM J. Matrix Anal. Appl. 16,
 * 172): with it the eigenvectors z_i / delta_i are orthogonal however close the roots lie. Row j of `deltas`, rows
 * `stride` apart, belongs to root j; z keeps its signs. */
export function consistentVector(k: i32, d: usize, deltas: usize, stride: i32, product: usize, z: usize): void {
  for (let i = 0; i < k; i++) set(product, i, get(deltas + (<usize>(i * stride) << 3), i));
  for (let j = 0; j < k; j++) {
    const delta = deltas + (<usize>(j * stride) << 3);
    const dj = get(d, j);
    multiplyRatios(0, j, delta, d, dj, product);
    multiplyRatios(j + 1, k, delta, d, dj, product);
  }
  for (let i = 0; i < k; i++) set(z, i, copysign(Math.sqrt(Math.abs(get(product, i))), get(z, i)));
}

/** product_i <- product_i delta_i / (d_i - d_j). */
function multiplyRatios(from: i32, to: i32, delta: usize, d: usize, dj: f64, product: usize): void {
  const djs = f64x2.splat(dj);
  let i = from;
  for (; i + 2 <= to; i += 2) {
    const offset = <usize>i << 3;
    const ratio = f64x2.div(v128.load(delta + offset), f64x2.sub(v128.load(d + offset), djs));
    v128.store(product + offset, f64x2.mul(v128.load(product + offset), ratio));
  }
  if (i < to) set(product, i, get(product, i) * (get(delta, i) / (get(d, i) - dj)));
}

/** delta <- the unit vector along z_i / delta_i, its entries in the given order (32-bit indices). */
export function secularVector(k: i32, z: usize, delta: usize, order: usize, values: usize): void {
  let square: f64 = 0;
  for (let i = 0; i < k; i++) {
    const value = get(z, i) / get(delta, i);
    set(values, i, value);
    square += value * value;
  }
  const scale = 1 / Math.sqrt(square);
  for (let i = 0; i < k; i++) set(delta, i, scale * get(values, load<i32>(order + (<usize>i << 2))));
}
