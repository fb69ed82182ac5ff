import { HALF, ONE, multiplyAdd, splatAt } from "../simd";
import * as c from "./coefficients";
import { withSignOf } from "./sign";

/** asin of both lanes; beyond 1/2, asin(x) = pi/2 - 2 asin(sqrt((1 - x)/2)). NaN beyond 1. */
// @ts-ignore: decorator
@inline
function asinOf(x: v128): v128 {
  const a = f64x2.abs(x);
  const large = f64x2.gt(a, splatAt(HALF));
  const complement = f64x2.mul(f64x2.sub(splatAt(ONE), a), splatAt(HALF));
  const z = v128.bitselect(complement, f64x2.mul(a, a), large);
  const s = v128.bitselect(f64x2.sqrt(complement), a, large);
  const z2 = f64x2.mul(z, z);
  const z4 = f64x2.mul(z2, z2);
  const p01 = multiplyAdd(z, splatAt(c.ASIN, 1), splatAt(c.ASIN, 0));
  const p23 = multiplyAdd(z, splatAt(c.ASIN, 3), splatAt(c.ASIN, 2));
  const p45 = multiplyAdd(z, splatAt(c.ASIN, 5), splatAt(c.ASIN, 4));
  const p67 = multiplyAdd(z, splatAt(c.ASIN, 7), splatAt(c.ASIN, 6));
  const p89 = multiplyAdd(z, splatAt(c.ASIN, 9), splatAt(c.ASIN, 8));
  const p1011 = multiplyAdd(z, splatAt(c.ASIN, 11), splatAt(c.ASIN, 10));
  const low = multiplyAdd(z2, p23, p01);
  const middle = multiplyAdd(z2, p67, p45);
  const high = multiplyAdd(z2, p1011, p89);
  const tail = f64x2.mul(z, multiplyAdd(z4, multiplyAdd(z4, high, middle), low));
  const p = multiplyAdd(s, tail, s);
  const twice = f64x2.sub(f64x2.add(p, p), splatAt(c.HALF_PI_LOW));
  const reflected = f64x2.sub(splatAt(c.HALF_PI_HIGH), twice);
  return withSignOf(x, v128.bitselect(reflected, p, large));
}

export function asin(x: usize, out: usize, n: i32): void {
  for (; n >= 2; n -= 2) {
    v128.store(out, asinOf(v128.load(x)));
    x += 16;
    out += 16;
  }
  if (n) v128.store64_lane(out, asinOf(v128.load64_zero(x)), 0);
}
