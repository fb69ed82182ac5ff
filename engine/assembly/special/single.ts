// Element-wise functions of float32 numbers, four at a time, and conversions from and to float64.
import { multiplyAdd, negativeMultiplyAdd } from "../simd";
import * as c from "./coefficients";

const SIGN: usize = memory.data<f32>([-0.0]);
const ONE: usize = memory.data<f32>([1]);
/** Adding and subtracting 1.5 * 2^23 rounds to an integer, which then stands in the low bits. */
const ROUNDER: usize = memory.data<f32>([12582912]);
/** exp(x) is a normal number above. */
const LOWEST: usize = memory.data<f32>([-87.3]);
const ERF_LIMIT: usize = memory.data<f32>([3.92]);
const TANH_LIMIT: usize = memory.data<f32>([9]);

/** Number `index` of a float32 table in all lanes. */
// @ts-ignore: decorator
@inline
function splatAt(table: usize, index: i32 = 0): v128 {
  return v128.load32_splat(table + (<usize>index << 2));
}

/** p z + number `index` of the table: one step of Horner's scheme. */
// @ts-ignore: decorator
@inline
function step(p: v128, z: v128, table: usize, index: i32): v128 {
  return multiplyAdd<f32>(p, z, splatAt(table, index));
}

/** The quotient, at most 1, with the sign of x. */
// @ts-ignore: decorator
@inline
function boundedQuotient(x: v128, numerator: v128, denominator: v128): v128 {
  return v128.bitselect(x, f32x4.pmin(f32x4.div(numerator, denominator), splatAt(ONE)), splatAt(SIGN));
}

/** erf of all lanes, relative error under 7 units of 2^-24; odd to the bit, never beyond 1. pmin lets NaN through. */
// @ts-ignore: decorator
@inline
function erfOf(x: v128): v128 {
  const a = f32x4.pmin(f32x4.abs(x), splatAt(ERF_LIMIT));
  const z = f32x4.mul(a, a);
  let p = step(splatAt(c.ERF32_P, 5), z, c.ERF32_P, 4);
  p = step(step(p, z, c.ERF32_P, 3), z, c.ERF32_P, 2);
  p = step(step(p, z, c.ERF32_P, 1), z, c.ERF32_P, 0);
  let q = step(splatAt(c.ERF32_Q, 5), z, c.ERF32_Q, 4);
  q = step(step(q, z, c.ERF32_Q, 3), z, c.ERF32_Q, 2);
  q = step(step(q, z, c.ERF32_Q, 1), z, c.ERF32_Q, 0);
  return boundedQuotient(x, f32x4.mul(a, p), q);
}

/** tanh of all lanes, with the properties of erfOf. */
// @ts-ignore: decorator
@inline
function tanhOf(x: v128): v128 {
  const a = f32x4.pmin(f32x4.abs(x), splatAt(TANH_LIMIT));
  const z = f32x4.mul(a, a);
  let p = step(splatAt(c.TANH32_P, 4), z, c.TANH32_P, 3);
  p = step(step(p, z, c.TANH32_P, 2), z, c.TANH32_P, 1);
  p = step(p, z, c.TANH32_P, 0);
  let q = step(splatAt(c.TANH32_Q, 4), z, c.TANH32_Q, 3);
  q = step(step(q, z, c.TANH32_Q, 2), z, c.TANH32_Q, 1);
  q = step(q, z, c.TANH32_Q, 0);
  return boundedQuotient(x, f32x4.mul(a, p), q);
}

/** 2/sqrt(pi) exp(-x^2) of all lanes; relative error under (x^2 + 6) 2^-24, 0 where it would be subnormal. */
// @ts-ignore: decorator
@inline
function erfDerivativeOf(x: v128): v128 {
  const y = f32x4.neg(f32x4.mul(x, x));
  const rounder = splatAt(ROUNDER);
  const shifted = multiplyAdd<f32>(y, splatAt(c.LOG2_E32), rounder);
  const k = f32x4.sub(shifted, rounder);
  const high = negativeMultiplyAdd<f32>(k, splatAt(c.LN2_HIGH32), y);
  const r = negativeMultiplyAdd<f32>(k, splatAt(c.LN2_LOW32), high);
  let p = step(splatAt(c.EXP32, 4), r, c.EXP32, 3);
  p = step(step(p, r, c.EXP32, 2), r, c.EXP32, 1);
  p = step(p, r, c.EXP32, 0);
  p = multiplyAdd<f32>(f32x4.mul(r, r), p, r);
  const power = i32x4.add(i32x4.shl(shifted, 23), splatAt(ONE));
  const value = f32x4.mul(f32x4.mul(f32x4.add(splatAt(ONE), p), splatAt(c.TWO_OVER_SQRT_PI32)), power);
  return v128.andnot(value, f32x4.lt(y, splatAt(LOWEST)));
}

export function erf32(x: usize, out: usize, n: i32): void {
  for (; n >= 4; n -= 4) {
    v128.store(out, erfOf(v128.load(x)));
    x += 16;
    out += 16;
  }
  for (; n > 0; n--) {
    v128.store32_lane(out, erfOf(v128.load32_zero(x)), 0);
    x += 4;
    out += 4;
  }
}

export function erfWithDerivative32(x: usize, value: usize, derivative: usize, n: i32): void {
  for (; n >= 4; n -= 4) {
    const v = v128.load(x);
    v128.store(value, erfOf(v));
    v128.store(derivative, erfDerivativeOf(v));
    x += 16;
    value += 16;
    derivative += 16;
  }
  for (; n > 0; n--) {
    const v = v128.load32_zero(x);
    v128.store32_lane(value, erfOf(v), 0);
    v128.store32_lane(derivative, erfDerivativeOf(v), 0);
    x += 4;
    value += 4;
    derivative += 4;
  }
}

export function tanh32(x: usize, out: usize, n: i32): void {
  for (; n >= 4; n -= 4) {
    v128.store(out, tanhOf(v128.load(x)));
    x += 16;
    out += 16;
  }
  for (; n > 0; n--) {
    v128.store32_lane(out, tanhOf(v128.load32_zero(x)), 0);
    x += 4;
    out += 4;
  }
}

/** float32 numbers at `out` <- float64 numbers at `x`, rounded. */
export function toFloat32(x: usize, out: usize, n: i32): void {
  for (; n >= 2; n -= 2) {
    v128.store64_lane(out, f32x4.demote_f64x2_zero(v128.load(x)), 0);
    x += 16;
    out += 8;
  }
  if (n) store<f32>(out, <f32>load<f64>(x));
}

/** float64 numbers at `out` <- float32 numbers at `x`. */
export function toFloat64(x: usize, out: usize, n: i32): void {
  for (; n >= 2; n -= 2) {
    v128.store(out, f64x2.promote_low_f32x4(v128.load64_zero(x)));
    x += 8;
    out += 16;
  }
  if (n) store<f64>(out, <f64>load<f32>(x));
}
