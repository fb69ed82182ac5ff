/** Address of entry (i, j) of a matrix whose strides are counted in numbers; strides may be negative. */
// @ts-ignore: decorator
@inline
export function at(base: usize, i: i32, j: i32, rowStride: i32, columnStride: i32): usize {
  return base + ((<usize>(i * rowStride + j * columnStride)) << 3);
}

// Block sizes. A block of A (MC x KC, 192 KiB) stays in the L2 cache, a panel of B (KC x 4, 8 KiB) in L1.
export const KC: i32 = 256;
export const MC: i32 = 96;
export const NC: i32 = 1024;
/** Side of the triangular blocks at the bottom of every recursion. */
export const NB: i32 = 32;
/** Columns that the triangular kernels work on at a time: two panels of four. */
export const STRIP: i32 = 8;

/** Packed blocks of A and B. */
export const packedA: usize = memory.data(MC * KC * 8, 64);
export const packedB: usize = memory.data(KC * NC * 8, 64);
/** The packed diagonal block of a triangular kernel. */
export const packedTriangle: usize = memory.data(NB * NB * 8, 64);
/** The packed columns of a triangular kernel. */
export const packedStrip: usize = memory.data(NB * STRIP * 8, 64);
/** One 4 x 4 tile of C that cannot be written directly. */
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
