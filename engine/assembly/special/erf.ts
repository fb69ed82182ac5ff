import { ONE, multiplyAdd, splatAt } from "../simd";
import { ERF_TABLE, TWO_OVER_SQRT_PI } from "./coefficients";
import { ROUNDER, expOf } from "./exp";
import { withSignOf } from "./sign";

const ROW_BYTES: i32 = 80;

const SIX: usize = memory.data<f64>([6]);
const EIGHT: usize = memory.data<f64>([8]);
const EIGHTH: usize = memory.data<f64>([0.125]);

/** The table row of center k/8 from the bits of k + ROUNDER. Masked, because NaN has arbitrary bits. */
// @ts-ignore: decorator
@inline
function rowOf(shifted: i64): usize {
  return ERF_TABLE + <usize>((<i32>shifted & 63) * ROW_BYTES);
}

/** c_i + c_(i+1) h of both lanes: two wide loads and two shuffles are quicker than four loads of single numbers. */
// @ts-ignore: decorator
@inline
function linearTerm(row0: usize, row1: usize, i: i32, h: v128): v128 {
  const c0 = v128.load(row0 + (<usize>i << 3));
  const c1 = v128.load(row1 + (<usize>i << 3));
  return multiplyAdd(h, v128.shuffle<f64>(c0, c1, 1, 3), v128.shuffle<f64>(c0, c1, 0, 2));
}

/**
 * erf of both lanes, absolute error under 3e-16, relative error under 1e-15 near 0: a polynomial around the nearest of the
 * centers k/8, k = 0..48. Odd to the bit; never beyond 1; exactly 1 from |x| = 6 on, where 1 - erf is under 3e-17.
 */
// @ts-ignore: decorator
@inline
export function erfOf(x: v128): v128 {
  // pmin lets NaN through, which then makes the result NaN whatever row it reads.
  const a = f64x2.pmin(f64x2.abs(x), splatAt(SIX));
  const rounder = splatAt(ROUNDER);
  const shifted = multiplyAdd(a, splatAt(EIGHT), rounder);
  const h = f64x2.sub(a, f64x2.mul(f64x2.sub(shifted, rounder), splatAt(EIGHTH)));
  const row0 = rowOf(i64x2.extract_lane(shifted, 0));
  const row1 = rowOf(i64x2.extract_lane(shifted, 1));
  const h2 = f64x2.mul(h, h);
  let p = linearTerm(row0, row1, 8, h);
  p = multiplyAdd(h2, p, linearTerm(row0, row1, 6, h));
  p = multiplyAdd(h2, p, linearTerm(row0, row1, 4, h));
  p = multiplyAdd(h2, p, linearTerm(row0, row1, 2, h));
  p = multiplyAdd(h2, p, linearTerm(row0, row1, 0, h));
  return withSignOf(x, f64x2.pmin(p, splatAt(ONE)));
}

/** 2/sqrt(pi) exp(-x^2) of both lanes; relative error under (x^2 + 6) 2^-53, mostly that of rounding x^2. */
// @ts-ignore: decorator
@inline
function erfDerivativeOf(x: v128): v128 {
  return f64x2.mul(splatAt(TWO_OVER_SQRT_PI), expOf(f64x2.neg(f64x2.mul(x, x))));
}

export function erf(x: usize, out: usize, n: i32): void {
  for (; n >= 2; n -= 2) {
    v128.store(out, erfOf(v128.load(x)));
    x += 16;
    out += 16;
  }
  if (n) v128.store64_lane(out, erfOf(v128.load64_zero(x)), 0);
}

export function erfWithDerivative(x: usize, value: usize, derivative: usize, n: i32): void {
  for (; n >= 2; n -= 2) {
    const v = v128.load(x);
    v128.store(value, erfOf(v));
    v128.store(derivative, erfDerivativeOf(v));
    x += 16;
    value += 16;
    derivative += 16;
  }
  if (n) {
    const v = v128.load64_zero(x);
    v128.store64_lane(value, erfOf(v), 0);
    v128.store64_lane(derivative, erfDerivativeOf(v), 0);
  }
}
