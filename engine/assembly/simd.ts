/** a * b + c per lane: fused in the relaxed build where the processor can, two roundings in the plain build. */
// @ts-ignore: decorator
@inline
export function multiplyAdd<T = f64>(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return v128.relaxed_madd<T>(a, b, c);
  return v128.add<T>(v128.mul<T>(a, b), c);
}

/** c - a * b per lane, fused as in multiplyAdd. */
// @ts-ignore: decorator
@inline
export function negativeMultiplyAdd<T = f64>(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return v128.relaxed_nmadd<T>(a, b, c);
  return v128.sub<T>(c, v128.mul<T>(a, b));
}

/**
 * Number `index` of a table in both lanes. One load, where V8 builds a constant written in the code out of three or four
 * instructions each time; in these short polynomials that doubles the time.
 */
// @ts-ignore: decorator
@inline
export function splatAt(table: usize, index: i32 = 0): v128 {
  return v128.load64_splat(table + (<usize>index << 3));
}

/** 1 and 1/2, for splatAt. */
export const ONE: usize = memory.data<f64>([1]);
export const HALF: usize = memory.data<f64>([0.5]);
