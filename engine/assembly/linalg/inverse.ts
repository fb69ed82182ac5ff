// The inverse of a symmetric positive definite matrix from its Cholesky factor, in place: W = L^-1 (n^3/3 operations),
// then W^T W (n^3/3).
import { syrk } from "./gemm";
import { multiplyPanels, setTileUpdate } from "./gemm-kernel";
import { NB, at, packedB, packedTriangle, set } from "./memory";
import { pack, unpack } from "./pack";
import { multiplyTriangular, solveTriangular, upperHalf } from "./triangular";
import { ROW, TILE, diagonalTile, packTriangle, panelOf, solveTile, unpackTriangle, wholePanels } from "./triangular-kernel";

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

// In packed form W lies in strips of four columns, wholePanels(n) tiles each, in the buffer that the matrix product uses for
// B; the tiles of strip j above the diagonal, those before tile j, are never touched.

// @ts-ignore: decorator
@inline
function tileOf(n: i32, i: i32, j: i32): usize {
  return packedB + <usize>(j * wholePanels(n) + i) * TILE;
}

function invertDiagonalBlock(n: i32, l: usize, rs: i32, cs: i32): void {
  packTriangle(n, l, rs, cs, packedTriangle);
  invertPanels(n);
  for (let j = 0; j < wholePanels(n); j++) {
    const first = 4 * j;
    unpack(min(4, n - first), n - first, at(l, first, first, rs, cs), cs, rs, tileOf(n, j, j));
  }
}

/** Solves L W = I. */
function invertPanels(n: i32): void {
  setTileUpdate(-1, 0);
  for (let i = 0; i < wholePanels(n); i++) {
    const panel = panelOf(packedTriangle, i);
    const corner = diagonalTile(packedTriangle, i);
    const own = tileOf(n, i, i);
    memory.fill(own, 0, TILE);
    for (let k = 0; k < 4; k++) set(own, 5 * k, 1);
    solveTile(corner, own);
    for (let j = 0; j < i; j++) {
      const tile = tileOf(n, i, j);
      multiplyPanels(4 * (i - j), panel + <usize>j * TILE, tileOf(n, j, j), tile, ROW);
      solveTile(corner, tile);
    }
  }
}

function squareDiagonalBlock(n: i32, w: usize, rs: i32, cs: i32): void {
  for (let j = 0; j < wholePanels(n); j++) {
    const first = 4 * j;
    const own = tileOf(n, j, j);
    pack(min(4, n - first), n - first, at(w, first, first, rs, cs), cs, rs, own);
    for (let i = 0; i < 4; i++) for (let k = i + 1; k < 4; k++) set(own, 4 * i + k, 0);
  }
  setTileUpdate(1, 0);
  for (let i = 0; i < wholePanels(n); i++) {
    const panel = panelOf(packedTriangle, i);
    for (let j = 0; j <= i; j++) {
      multiplyPanels(n - 4 * i, tileOf(n, i, j), tileOf(n, i, i), panel + <usize>j * TILE, ROW);
    }
  }
  unpackTriangle(n, w, rs, cs, packedTriangle);
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
