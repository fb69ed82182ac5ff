import { ONE, HALF, multiplyAdd, negativeMultiplyAdd, splatAt } from "../simd";
import * as c from "./coefficients";

/** Adding and subtracting 1.5 * 2^52 rounds to an integer, which then stands in the low bits. */
export const ROUNDER: usize = memory.data<f64>([6755399441055744]);

/** The remainder of x after k = round(x / ln 2) times ln 2; |remainder| <= ln(2)/2 up to rounding. */
// @ts-ignore: decorator
@inline
export function expRemainder(x: v128, k: v128): v128 {
  const r = negativeMultiplyAdd(k, splatAt(c.LN2_HIGH), x);
  return negativeMultiplyAdd(k, splatAt(c.LN2_LOW), r);
}

/** exp(r) - 1 for |r| <= ln(2)/2. Pairs of terms are summed apart (Estrin), which shortens the chain of additions. */
// @ts-ignore: decorator
@inline
export function expMinusOneOfRemainder(r: v128): v128 {
  const r2 = f64x2.mul(r, r);
  const r4 = f64x2.mul(r2, r2);
  const p01 = multiplyAdd(r, splatAt(c.EXP, 1), splatAt(c.EXP, 0));
  const p23 = multiplyAdd(r, splatAt(c.EXP, 3), splatAt(c.EXP, 2));
  const p45 = multiplyAdd(r, splatAt(c.EXP, 5), splatAt(c.EXP, 4));
  const p67 = multiplyAdd(r, splatAt(c.EXP, 7), splatAt(c.EXP, 6));
  const p89 = multiplyAdd(r, splatAt(c.EXP, 9), splatAt(c.EXP, 8));
  const low = multiplyAdd(r2, p23, p01);
  const high = multiplyAdd(r4, p89, multiplyAdd(r2, p67, p45));
  return multiplyAdd(r2, multiplyAdd(r4, high, low), r);
}

/** 2^k from k + ROUNDER, for -1022 <= k <= 1023. */
// @ts-ignore: decorator
@inline
export function powerOfTwo(shifted: v128): v128 {
  return i64x2.add(i64x2.shl(shifted, 52), splatAt(ONE));
}

/** exp of both lanes. Relative error under 1.5 units in the last place; overflows to Infinity, underflows through subnormals. */
// @ts-ignore: decorator
@inline
export function expOf(x: v128): v128 {
  const ordinary = f64x2.lt(f64x2.abs(x), f64x2.splat(708));
  if (!i64x2.all_true(ordinary)) return expOfExtreme(x);
  const rounder = splatAt(ROUNDER);
  const shifted = multiplyAdd(x, splatAt(c.LOG2_E), rounder);
  const r = expRemainder(x, f64x2.sub(shifted, rounder));
  return f64x2.mul(f64x2.add(splatAt(ONE), expMinusOneOfRemainder(r)), powerOfTwo(shifted));
}

/** As expOf, with the power of two in two factors; the same bits wherever the result is a normal number. NaN passes. */
function expOfExtreme(x: v128): v128 {
  const rounder = splatAt(ROUNDER);
  x = f64x2.pmax(f64x2.pmin(x, f64x2.splat(710)), f64x2.splat(-746));
  const k = f64x2.sub(multiplyAdd(x, splatAt(c.LOG2_E), rounder), rounder);
  const p = f64x2.add(splatAt(ONE), expMinusOneOfRemainder(expRemainder(x, k)));
  const half = f64x2.floor(f64x2.mul(k, splatAt(HALF)));
  const first = powerOfTwo(f64x2.add(half, rounder));
  const second = powerOfTwo(f64x2.add(f64x2.sub(k, half), rounder));
  return f64x2.mul(f64x2.mul(p, first), second);
}

export function exp(x: usize, out: usize, n: i32): void {
  for (; n >= 2; n -= 2) {
    v128.store(out, expOf(v128.load(x)));
    x += 16;
    out += 16;
  }
  if (n) v128.store64_lane(out, expOf(v128.load64_zero(x)), 0);
}
