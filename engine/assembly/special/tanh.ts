import { ONE, multiplyAdd, splatAt } from "../simd";
import { LOG2_E } from "./coefficients";
import { ROUNDER, expMinusOneOfRemainder, expRemainder, powerOfTwo } from "./exp";
import { withSignOf } from "./sign";

/** tanh of both lanes, |x| clamped to 20 where it is 1 to the last bit: e / (e + 2) with e = exp(2|x|) - 1. */
// @ts-ignore: decorator
@inline
function tanhOf(x: v128): v128 {
  const y = f64x2.mul(f64x2.pmin(f64x2.abs(x), f64x2.splat(20)), f64x2.splat(2));
  const rounder = splatAt(ROUNDER);
  const shifted = multiplyAdd(y, splatAt(LOG2_E), rounder);
  const r = expRemainder(y, f64x2.sub(shifted, rounder));
  const scale = powerOfTwo(shifted);
  // exp(y) - 1 = 2^k (exp(r) - 1) + (2^k - 1): no cancellation at k = 0, where y is small.
  const e = multiplyAdd(scale, expMinusOneOfRemainder(r), f64x2.sub(scale, splatAt(ONE)));
  return withSignOf(x, f64x2.div(e, f64x2.add(e, f64x2.splat(2))));
}

export function tanh(x: usize, out: usize, n: i32): void {
  for (; n >= 2; n -= 2) {
    v128.store(out, tanhOf(v128.load(x)));
    x += 16;
    out += 16;
  }
  if (n) v128.store64_lane(out, tanhOf(v128.load64_zero(x)), 0);
}
