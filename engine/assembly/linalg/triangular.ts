// Triangular solves and products, recursive down to diagonal blocks of order NB, everything else by gemm.
// The transposed problems are the plain ones read backwards: with J the reversal of the index order, J L^T J is lower
// triangular, and its entry (i, k) is L(n-1-k, n-1-i), which negative strides address.
import { gemm } from "./gemm";
import { NB, STRIP_COLUMNS, at, packedStrips, packedTriangle } from "./memory";
import { multiplyStrips, packStrips, packTriangle, solveStrips, unpackStrips } from "./triangular-kernel";

/** Rows of the upper half of a recursion over n > NB rows: about half, a multiple of NB. */
export function upperHalf(n: i32): i32 {
  return ((n + 2 * NB - 1) / (2 * NB)) * NB;
}

/** B <- L^-1 B, or L^-T B when `transposed`; L the lower triangle of an n x n matrix, B n x m. */
export function solveTriangular(
  n: i32, m: i32, l: usize, lrs: i32, lcs: i32, b: usize, brs: i32, bcs: i32, transposed: bool,
): void {
  if (n == 0 || m == 0) return;
  if (transposed) solveLower(n, m, at(l, n - 1, n - 1, lrs, lcs), -lcs, -lrs, at(b, n - 1, 0, brs, bcs), -brs, bcs);
  else solveLower(n, m, l, lrs, lcs, b, brs, bcs);
}

/** B <- L B, or L^T B when `transposed`; L the lower triangle of an n x n matrix, B n x m. */
export function multiplyTriangular(
  n: i32, m: i32, l: usize, lrs: i32, lcs: i32, b: usize, brs: i32, bcs: i32, transposed: bool,
): void {
  if (n == 0 || m == 0) return;
  if (transposed) multiplyLower(n, m, at(l, n - 1, n - 1, lrs, lcs), -lcs, -lrs, at(b, n - 1, 0, brs, bcs), -brs, bcs);
  else multiplyLower(n, m, l, lrs, lcs, b, brs, bcs);
}

function solveLower(n: i32, m: i32, l: usize, lrs: i32, lcs: i32, b: usize, brs: i32, bcs: i32): void {
  if (n <= NB) {
    solveDiagonalBlock(n, m, l, lrs, lcs, b, brs, bcs);
    return;
  }
  const half = upperHalf(n);
  const rest = at(b, half, 0, brs, bcs);
  solveLower(half, m, l, lrs, lcs, b, brs, bcs);
  gemm(n - half, m, half, -1, at(l, half, 0, lrs, lcs), lrs, lcs, b, brs, bcs, 1, rest, brs, bcs);
  solveLower(n - half, m, at(l, half, half, lrs, lcs), lrs, lcs, rest, brs, bcs);
}

function multiplyLower(n: i32, m: i32, l: usize, lrs: i32, lcs: i32, b: usize, brs: i32, bcs: i32): void {
  if (n <= NB) {
    multiplyDiagonalBlock(n, m, l, lrs, lcs, b, brs, bcs);
    return;
  }
  const half = upperHalf(n);
  const rest = at(b, half, 0, brs, bcs);
  multiplyLower(n - half, m, at(l, half, half, lrs, lcs), lrs, lcs, rest, brs, bcs);
  gemm(n - half, m, half, 1, at(l, half, 0, lrs, lcs), lrs, lcs, b, brs, bcs, 1, rest, brs, bcs);
  multiplyLower(half, m, l, lrs, lcs, b, brs, bcs);
}

function solveDiagonalBlock(n: i32, m: i32, l: usize, lrs: i32, lcs: i32, b: usize, brs: i32, bcs: i32): void {
  packTriangle(n, l, lrs, lcs, packedTriangle);
  for (let j = 0; j < m; j += STRIP_COLUMNS) {
    const columns = min(STRIP_COLUMNS, m - j);
    const from = at(b, 0, j, brs, bcs);
    packStrips(n, columns, from, brs, bcs, packedStrips);
    solveStrips(n, packedTriangle, columns, packedStrips);
    unpackStrips(n, columns, from, brs, bcs, packedStrips);
  }
}

function multiplyDiagonalBlock(n: i32, m: i32, l: usize, lrs: i32, lcs: i32, b: usize, brs: i32, bcs: i32): void {
  packTriangle(n, l, lrs, lcs, packedTriangle);
  for (let j = 0; j < m; j += STRIP_COLUMNS) {
    const columns = min(STRIP_COLUMNS, m - j);
    const from = at(b, 0, j, brs, bcs);
    packStrips(n, columns, from, brs, bcs, packedStrips);
    multiplyStrips(n, packedTriangle, columns, packedStrips);
    unpackStrips(n, columns, from, brs, bcs, packedStrips);
  }
}
