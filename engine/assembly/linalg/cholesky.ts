// Recursive Cholesky factorization: half of the work is triangular solves, the other half syrk, both by gemm.
import { syrk } from "./gemm";
import { multiplyPanels, setTileUpdate } from "./gemm-kernel";
import { NB, at, get, packedTriangle, set } from "./memory";
import { solveTriangular, upperHalf } from "./triangular";
import { ROW, TILE, diagonalTile, packTriangle, panelOf, solveTile, unpackTriangle, wholePanels } from "./triangular-kernel";

/** Replaces the lower triangle of an n x n matrix by its Cholesky factor; the strict upper triangle is neither read
 * nor written. Returns -1, or the index of the first pivot that is not positive and finite. */
export function cholesky(n: i32, a: usize, rs: i32, cs: i32): i32 {
  if (n <= NB) return factorDiagonalBlock(n, a, rs, cs);
  const half = upperHalf(n);
  const rest = n - half;
  const left = at(a, half, 0, rs, cs);
  const corner = at(a, half, half, rs, cs);
  const upper = cholesky(half, a, rs, cs);
  if (upper >= 0) return upper;
  // L21 = A21 L11^-T, solved as L11 L21^T = A21^T.
  solveTriangular(half, rest, a, rs, cs, left, cs, rs, false);
  syrk(rest, half, -1, left, rs, cs, 1, corner, rs, cs);
  const lower = cholesky(rest, corner, rs, cs);
  return lower < 0 ? -1 : half + lower;
}

function factorDiagonalBlock(n: i32, a: usize, rs: i32, cs: i32): i32 {
  packTriangle(n, a, rs, cs, packedTriangle);
  const failed = factorPanels(wholePanels(n), packedTriangle);
  unpackTriangle(n, a, rs, cs, packedTriangle);
  return failed;
}

/** Four columns at a time: what the columns before them contribute is one product of panels for every tile. */
function factorPanels(panels: i32, triangle: usize): i32 {
  setTileUpdate(-1, 1);
  for (let c = 0; c < panels; c++) {
    const own = panelOf(triangle, c);
    const corner = diagonalTile(triangle, c);
    multiplyPanels(4 * c, own, own, corner, ROW);
    const failed = factorTile(corner);
    if (failed >= 0) return 4 * c + failed;
    for (let r = c + 1; r < panels; r++) {
      const panel = panelOf(triangle, r);
      const tile = panel + <usize>c * TILE;
      multiplyPanels(4 * c, own, panel, tile, ROW);
      solveTile(corner, tile);
    }
  }
  return -1;
}

/** Replaces a tile on the diagonal by its factor, zeros above the diagonal; -1, or the pivot that failed. */
function factorTile(tile: usize): i32 {
  for (let k = 0; k < 4; k++) {
    const pivot = get(tile, 5 * k);
    if (!(pivot > 0 && pivot < Infinity)) return k;
    const root = Math.sqrt(pivot);
    set(tile, 5 * k, root);
    for (let i = 0; i < k; i++) set(tile, 4 * k + i, 0);
    for (let i = k + 1; i < 4; i++) set(tile, 4 * k + i, get(tile, 4 * k + i) / root);
    for (let j = k + 1; j < 4; j++) {
      const factor = get(tile, 4 * k + j);
      for (let i = j; i < 4; i++) set(tile, 4 * j + i, get(tile, 4 * j + i) - factor * get(tile, 4 * k + i));
    }
  }
  return -1;
}
