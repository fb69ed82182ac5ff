import { splatAt } from "../simd";

const SIGN_BIT: usize = memory.data<f64>([-0.0]);

/** The magnitude of the second argument with the sign of the first, per lane. */
// @ts-ignore: decorator
@inline
export function withSignOf(sign: v128, magnitude: v128): v128 {
  return v128.bitselect(sign, magnitude, splatAt(SIGN_BIT));
}
