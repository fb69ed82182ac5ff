import { HALF, ONE, multiplyAdd, splatAt } from "../simd";
import * as c from "./coefficients";

const SMALLEST_NORMAL: f64 = 2.2250738585072014e-308;
const TWO_TO_54: f64 = 18014398509481984;
const TWO_TO_52: usize = memory.data<f64>([4503599627370496]);
/** 2^52 + 1023. */
const BIASED_ZERO: usize = memory.data<f64>([4503599627371519]);

/** log of both lanes, relative error under 1 unit in the last place; log(0) = -Infinity, NaN below. */
// @ts-ignore: decorator
@inline
export function logOf(x: v128): v128 {
  const ordinary = v128.and(
    f64x2.ge(x, f64x2.splat(SMALLEST_NORMAL)),
    f64x2.lt(x, f64x2.splat(Infinity)),
  );
  return i64x2.all_true(ordinary) ? logOfNormal(x, f64x2.splat(0)) : logOfExtreme(x, ordinary);
}

/**
 * log(2^-shift x) for normal x = 2^k m, sqrt(1/2) <= m < sqrt(2): with f = m - 1 and s = f / (2 + f),
 * log m = 2 atanh s = f - f^2/2 + s (f^2/2 + s^2 tail(s^2)), which keeps f itself, the leading term, unrounded.
 */
// @ts-ignore: decorator
@inline
function logOfNormal(x: v128, shift: v128): v128 {
  // Adding the bits of 1 less those of sqrt(1/2) makes the exponent field k + 1023.
  const biased = i64x2.shr_u(i64x2.add(x, i64x2.splat(0x3ff0000000000000 - 0x3fe6a09e667f3bcd)), 52);
  const m = i64x2.add(x, i64x2.sub(splatAt(ONE), i64x2.shl(biased, 52)));
  // The integer in the low bits of 2^52 makes 2^52 + integer.
  const k = f64x2.sub(v128.or(biased, splatAt(TWO_TO_52)), f64x2.add(splatAt(BIASED_ZERO), shift));
  const f = f64x2.sub(m, splatAt(ONE));
  const s = f64x2.div(f, f64x2.add(f, f64x2.splat(2)));
  const z = f64x2.mul(s, s);
  const z2 = f64x2.mul(z, z);
  const p01 = multiplyAdd(z, splatAt(c.LOG, 1), splatAt(c.LOG, 0));
  const p23 = multiplyAdd(z, splatAt(c.LOG, 3), splatAt(c.LOG, 2));
  const p45 = multiplyAdd(z, splatAt(c.LOG, 5), splatAt(c.LOG, 4));
  const high = multiplyAdd(z2, splatAt(c.LOG, 6), p45);
  const tail = f64x2.mul(z, multiplyAdd(z2, multiplyAdd(z2, high, p23), p01));
  const halfSquare = f64x2.mul(splatAt(HALF), f64x2.mul(f, f));
  const correction = multiplyAdd(k, splatAt(c.LN2_LOW), f64x2.mul(s, f64x2.add(halfSquare, tail)));
  const rest = f64x2.sub(f, f64x2.sub(halfSquare, correction));
  return multiplyAdd(k, splatAt(c.LN2_HIGH), rest);
}

/** Subnormal numbers are scaled by 2^54; 0, negative numbers, Infinity and NaN are put in at the end. */
function logOfExtreme(x: v128, ordinary: v128): v128 {
  const subnormal = v128.and(
    f64x2.gt(x, f64x2.splat(0)),
    f64x2.lt(x, f64x2.splat(SMALLEST_NORMAL)),
  );
  const shift = v128.and(subnormal, f64x2.splat(54));
  const scaled = v128.bitselect(f64x2.mul(x, f64x2.splat(TWO_TO_54)), x, subnormal);
  const finite = logOfNormal(scaled, shift);
  const zero = f64x2.eq(x, f64x2.splat(0));
  const negative = f64x2.lt(x, f64x2.splat(0));
  // Infinity and NaN stand for themselves.
  let result = v128.bitselect(finite, x, v128.or(ordinary, subnormal));
  result = v128.bitselect(f64x2.splat(-Infinity), result, zero);
  return v128.bitselect(f64x2.splat(NaN), result, negative);
}

export function log(x: usize, out: usize, n: i32): void {
  for (; n >= 2; n -= 2) {
    v128.store(out, logOf(v128.load(x)));
    x += 16;
    out += 16;
  }
  if (n) v128.store64_lane(out, logOf(v128.load64_splat(x)), 0);
}
