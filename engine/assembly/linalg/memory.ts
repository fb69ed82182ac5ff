/** Address of entry (i, j) of a matrix whose strides are counted in numbers; strides may be negative. */
// @ts-ignore: decorator
@inline
export function at<T = f64>(base: usize, i: i32, j: i32, rowStride: i32, columnStride: i32): usize {
  return base + <usize>(i * rowStride + j * columnStride) * sizeof<T>();
}

// Block sizes, for float64. A block of A (MC x KC, 192 KiB) stays in the L2 cache, a panel of B (KC x 4, 8 KiB) in L1.
export const KC: i32 = 256;
export const MC: i32 = 96;
export const NC: i32 = 1024;
/** Order of the largest triangular block that is worked on in packed form; larger ones are divided. A multiple of 4. */
export const NB: i32 = 256;
/** Right-hand sides of a packed triangular block that are worked on together. */
export const STRIP_COLUMNS: i32 = 8;

/** Packed blocks of A and B. */
export const packedA: usize = memory.data(MC * KC * 8, 64);
export const packedB: usize = memory.data(KC * NC * 8, 64);
/** A packed triangular block, NB / 4 panels of 4 to NB rows. */
export const packedTriangle: usize = memory.data((NB / 4) * (NB / 4 + 1) * 64, 64);
/** Its packed right-hand sides. */
export const packedStrips: usize = memory.data(NB * STRIP_COLUMNS * 8, 64);
/** One tile of C that cannot be written directly. */
export const tileBuffer: usize = memory.data(128, 64);

/** Number i of a vector at x. */
// @ts-ignore: decorator
@inline
export function get(x: usize, i: i32): f64 {
  return load<f64>(x + (<usize>i << 3));
}

/** Writes number i of a vector at x. */
// @ts-ignore: decorator
@inline
export function set(x: usize, i: i32, value: f64): void {
  store<f64>(x + (<usize>i << 3), value);
}
