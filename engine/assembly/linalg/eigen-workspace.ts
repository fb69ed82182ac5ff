// How the scratch memory of an n x n eigenproblem is divided.

/** Householder reflectors that are applied to the rest of the matrix at a time. */
export const PANEL: i32 = 32;
/** Numbers in a row of the panel buffers: a pair of vectors for every reflector. */
export const PAIRS: i32 = 2 * PANEL;

/** Row length of the working copy: whole cache lines, and not a power of two, which would crowd few cache sets. */
export function leadingDimension(n: i32): i32 {
  const padded = (n + 7) & ~7;
  return (padded & 63) == 0 ? padded + 8 : padded;
}

/** How many float64 numbers eigh and eigenvalues need. */
export function eighScratch(n: i32): i32 {
  return n * leadingDimension(n) + 2 * PAIRS * n + 6 * n + 2 * PANEL * PANEL + 2 * PAIRS;
}

/** The working copy of the matrix, n x leadingDimension(n); later the eigenvectors in panels of four rows. */
// @ts-ignore: decorator
@inline
export function workingMatrix(scratch: usize): usize {
  return scratch;
}

/** Two n x PAIRS buffers, one after the other; later the rotations of the QL sweeps. */
// @ts-ignore: decorator
@inline
export function panelBuffers(scratch: usize, n: i32): usize {
  return scratch + (<usize>(n * leadingDimension(n)) << 3);
}

/** Vector `index` (0 to 5) of n numbers. */
// @ts-ignore: decorator
@inline
export function workVector(scratch: usize, n: i32, index: i32): usize {
  return panelBuffers(scratch, n) + (<usize>((2 * PAIRS + index) * n) << 3);
}

/** Two PANEL x PANEL matrices and 2 PAIRS numbers more. */
// @ts-ignore: decorator
@inline
export function smallBuffers(scratch: usize, n: i32): usize {
  return workVector(scratch, n, 6);
}
