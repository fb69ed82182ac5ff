// The inverse of a symmetric positive definite matrix from its Cholesky factor, in place: W = L^-1 (n^3/3 operations),
// then W^T W (n^3/3).
import { syrk } from "./gemm";
import { NB, STRIP, at, packedStrip, packedTriangle } from "./memory";
import { multiplyTriangular, solveTriangular, upperHalf } from "./triangular";
import { packTriangle, solveStrip } from "./triangular-kernel";

/** Replaces the lower triangle L of an n x n matrix by (L L^T)^-1, and fills the upper triangle with it too. */
export function invertFromCholesky(n: i32, l: usize, rs: i32, cs: i32): void {
  if (n == 0) return;
  invertLower(n, l, rs, cs);
  squareLower(n, l, rs, cs);
  mirror(n, l, rs, cs);
}

/** L <- L^-1. */
function invertLower(n: i32, l: usize, rs: i32, cs: i32): void {
  if (n <= NB) {
    invertDiagonalBlock(n, l, rs, cs);
    return;
  }
  const half = upperHalf(n);
  const rest = n - half;
  const left = at(l, half, 0, rs, cs);
  const corner = at(l, half, half, rs, cs);
  // The block below the diagonal is -L22^-1 L21 L11^-1; its right factor is applied as L11^-T to the transpose.
  solveTriangular(rest, half, corner, rs, cs, left, rs, cs, false);
  solveTriangular(half, rest, l, rs, cs, left, cs, rs, true);
  negate(rest, half, left, rs, cs);
  invertLower(half, l, rs, cs);
  invertLower(rest, corner, rs, cs);
}

/** W <- W^T W, lower triangle. */
function squareLower(n: i32, w: usize, rs: i32, cs: i32): void {
  if (n <= NB) {
    squareDiagonalBlock(n, w, rs, cs);
    return;
  }
  const half = upperHalf(n);
  const rest = n - half;
  const left = at(w, half, 0, rs, cs);
  const corner = at(w, half, half, rs, cs);
  squareLower(half, w, rs, cs);
  syrk(half, rest, 1, left, cs, rs, 1, w, rs, cs);
  multiplyTriangular(rest, half, corner, rs, cs, left, rs, cs, true);
  squareLower(rest, corner, rs, cs);
}

/** Solves L X = I, eight columns of the identity at a time. */
function invertDiagonalBlock(n: i32, l: usize, rs: i32, cs: i32): void {
  const triangle = packedTriangle;
  const strip = packedStrip;
  packTriangle(n, l, rs, cs, triangle);
  for (let j = 0; j < n; j += STRIP) {
    const columns = min(STRIP, n - j);
    memory.fill(strip, 0, <usize>(n * STRIP) << 3);
    for (let c = 0; c < columns; c++) store<f64>(stripEntry(strip, n, j + c, c), 1);
    solveStrip(n, triangle, strip);
    for (let c = 0; c < columns; c++) {
      for (let i = j + c; i < n; i++) store<f64>(at(l, i, j + c, rs, cs), load<f64>(stripEntry(strip, n, i, c)));
    }
  }
}

// @ts-ignore: decorator
@inline
function stripEntry(strip: usize, n: i32, row: i32, column: i32): usize {
  return strip + (<usize>((column >> 2) * 4 * n + 4 * row + (column & 3)) << 3);
}

function squareDiagonalBlock(n: i32, w: usize, rs: i32, cs: i32): void {
  const triangle = packedTriangle;
  packTriangle(n, w, rs, cs, triangle);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      store<f64>(at(w, i, j, rs, cs), columnProduct(n - i, at(triangle, i, i, NB, 1), at(triangle, i, j, NB, 1)));
    }
  }
}

/** Sum over `count` rows of the product of two columns of the packed triangle. */
function columnProduct(count: i32, x: usize, y: usize): f64 {
  let sum: f64 = 0;
  for (let k = 0; k < count; k++) {
    sum += load<f64>(x) * load<f64>(y);
    x += <usize>NB << 3;
    y += <usize>NB << 3;
  }
  return sum;
}

function negate(rows: i32, columns: i32, a: usize, rs: i32, cs: i32): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const entry = at(a, i, j, rs, cs);
      store<f64>(entry, -load<f64>(entry));
    }
  }
}

/** Side of the square pieces that are copied across the diagonal: one of them stays in the L1 cache. */
const MIRROR_BLOCK: i32 = 32;

function mirror(n: i32, a: usize, rs: i32, cs: i32): void {
  for (let i = 0; i < n; i += MIRROR_BLOCK) {
    for (let j = 0; j <= i; j += MIRROR_BLOCK) {
      mirrorBlock(i, min(n, i + MIRROR_BLOCK), j, j + MIRROR_BLOCK, a, rs, cs);
    }
  }
}

function mirrorBlock(firstRow: i32, endRow: i32, firstColumn: i32, endColumn: i32, a: usize, rs: i32, cs: i32): void {
  for (let i = firstRow; i < endRow; i++) {
    for (let j = firstColumn; j < min(i, endColumn); j++) {
      store<f64>(at(a, j, i, rs, cs), load<f64>(at(a, i, j, rs, cs)));
    }
  }
}
