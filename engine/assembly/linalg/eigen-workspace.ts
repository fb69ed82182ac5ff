// How the scratch memory of an n x n eigenproblem is divided.

/** Householder reflectors that one panel of the tridiagonalization collects. */
export const PANEL: i32 = 32;
/** Numbers in a row of the panel buffers: a pair of vectors for every reflector. */
export const PAIRS: i32 = 2 * PANEL;
/** Reflectors that the back-transformation applies at a time; its buffers are the same memory. */
export const BACK_PANEL: i32 = PAIRS;

const VECTORS: i32 = 14;
const MATRICES: i32 = 4;

/** Row length of the n x n matrices: whole cache lines, and not a power of two, which would crowd few cache sets. */
export function leadingDimension(n: i32): i32 {
  const padded = (n + 7) & ~7;
  return (padded & 63) == 0 ? padded + 8 : padded;
}

/** How many float64 numbers eigh and eigenvalues need. */
export function eighScratch(n: i32): i32 {
  return MATRICES * n * leadingDimension(n) + (2 * PAIRS + VECTORS) * n + 2 * BACK_PANEL * BACK_PANEL;
}

/** Matrix 0 to 3, rows leadingDimension(n) apart: 0 is reduced to tridiagonal form and keeps the reflectors. */
// @ts-ignore: decorator
@inline
export function workMatrix(scratch: usize, n: i32, index: i32): usize {
  return scratch + (<usize>(index * n * leadingDimension(n)) << 3);
}

/** Two n x PAIRS buffers, one after the other. */
// @ts-ignore: decorator
@inline
export function panelBuffers(scratch: usize, n: i32): usize {
  return workMatrix(scratch, n, MATRICES);
}

/** Vector 0 to 13 of n numbers. */
// @ts-ignore: decorator
@inline
export function workVector(scratch: usize, n: i32, index: i32): usize {
  return panelBuffers(scratch, n) + (<usize>((2 * PAIRS + index) * n) << 3);
}

/** Two BACK_PANEL x BACK_PANEL matrices. */
// @ts-ignore: decorator
@inline
export function smallBuffers(scratch: usize, n: i32): usize {
  return workVector(scratch, n, VECTORS);
}
