// Triangular matrices of order n <= NB, packed, all of whose work is done by the kernel of the matrix product.
//
// The lower triangle is packed in panels of four rows, as `pack` does: panel r holds rows 4r to 4r + 3 up to and including
// the diagonal, (4r + 4) x 4 numbers, its last four a 4 x 4 tile with zeros above the diagonal. Rows that are missing from
// the last panel are those of the identity. Right-hand sides are packed four columns at a time into strips of
// wholePanels(n) * 4 rows.
import { negativeMultiplyAdd } from "../simd";
import { multiplyPanels, setTileUpdate } from "./gemm-kernel";
import { at, get, set } from "./memory";
import { pack, unpack } from "./pack";

/** Bytes of four numbers, a row of a packed panel, and of a 4 x 4 tile. */
export const ROW: usize = 32;
export const TILE: usize = 4 * ROW;

/** Number of panels of four rows. */
// @ts-ignore: decorator
@inline
export function wholePanels(n: i32): i32 {
  return (n + 3) >> 2;
}

/** Panel r of a packed triangle. */
// @ts-ignore: decorator
@inline
export function panelOf(triangle: usize, r: i32): usize {
  return triangle + <usize>((r * (r + 1)) >> 1) * TILE;
}

/** The tile on the diagonal of panel r. */
// @ts-ignore: decorator
@inline
export function diagonalTile(triangle: usize, r: i32): usize {
  return panelOf(triangle, r) + <usize>r * TILE;
}

/** Packs the lower triangle of an n x n matrix; the strict upper one is not read. */
export function packTriangle(n: i32, l: usize, lrs: i32, lcs: i32, triangle: usize): void {
  for (let r = 0; r < wholePanels(n); r++) {
    const rows = min(4, n - 4 * r);
    pack(rows, 4 * r, at(l, 4 * r, 0, lrs, lcs), lrs, lcs, panelOf(triangle, r));
    const tile = diagonalTile(triangle, r);
    for (let k = 0; k < 4; k++) {
      for (let i = 0; i < 4; i++) {
        const inside = i >= k && i < rows;
        set(tile, 4 * k + i, inside ? load<f64>(at(l, 4 * r + i, 4 * r + k, lrs, lcs)) : i == k ? 1 : 0);
      }
    }
  }
}

/** The inverse of packTriangle. */
export function unpackTriangle(n: i32, l: usize, lrs: i32, lcs: i32, triangle: usize): void {
  for (let r = 0; r < wholePanels(n); r++) {
    const rows = min(4, n - 4 * r);
    unpack(rows, 4 * r, at(l, 4 * r, 0, lrs, lcs), lrs, lcs, panelOf(triangle, r));
    const tile = diagonalTile(triangle, r);
    for (let i = 0; i < rows; i++) {
      for (let k = 0; k <= i; k++) store<f64>(at(l, 4 * r + i, 4 * r + k, lrs, lcs), get(tile, 4 * k + i));
    }
  }
}

/** tile (4 x 4) <- L^-1 tile by forward substitution, L a tile on the diagonal. */
export function solveTile(l: usize, tile: usize): void {
  for (let half = tile; half < tile + ROW; half += 16) {
    const x0 = f64x2.div(v128.load(half), v128.load64_splat(l));
    const x1 = f64x2.div(less(v128.load(half, 32), x0, l, 1), v128.load64_splat(l, 40));
    const x2 = f64x2.div(less(less(v128.load(half, 64), x0, l, 2), x1, l, 6), v128.load64_splat(l, 80));
    const y3 = less(less(less(v128.load(half, 96), x0, l, 3), x1, l, 7), x2, l, 11);
    v128.store(half, x0);
    v128.store(half, x1, 32);
    v128.store(half, x2, 64);
    v128.store(half, f64x2.div(y3, v128.load64_splat(l, 120)), 96);
  }
}

/** y - l_index x */
// @ts-ignore: decorator
@inline
function less(y: v128, x: v128, l: usize, index: i32): v128 {
  return negativeMultiplyAdd(v128.load64_splat(l + (<usize>index << 3)), x, y);
}

/** Packs up to STRIPS * 4 columns of a matrix of n rows; the rows that are missing from the last tile are zero. */
export function packStrips(n: i32, columns: i32, b: usize, brs: i32, bcs: i32, strip: usize): void {
  const bytes = <usize>wholePanels(n) * TILE;
  for (let j = 0; j < columns; j += 4) {
    pack(min(4, columns - j), n, at(b, 0, j, brs, bcs), bcs, brs, strip);
    memory.fill(strip + <usize>n * ROW, 0, bytes - <usize>n * ROW);
    strip += bytes;
  }
}

/** The inverse of packStrips. */
export function unpackStrips(n: i32, columns: i32, b: usize, brs: i32, bcs: i32, strip: usize): void {
  for (let j = 0; j < columns; j += 4) {
    unpack(min(4, columns - j), n, at(b, 0, j, brs, bcs), bcs, brs, strip);
    strip += <usize>wholePanels(n) * TILE;
  }
}

/** Strips of right-hand sides <- L^-1 strips, in place. */
export function solveStrips(n: i32, triangle: usize, columns: i32, strips: usize): void {
  const bytes = <usize>wholePanels(n) * TILE;
  setTileUpdate(-1, 1);
  for (let r = 0; r < wholePanels(n); r++) {
    const panel = panelOf(triangle, r);
    // In turn, so that the processor has independent work while it divides.
    for (let j = 0, strip = strips; j < columns; j += 4, strip += bytes) {
      const tile = strip + <usize>r * TILE;
      multiplyPanels(4 * r, panel, strip, tile, ROW);
      solveTile(panel + <usize>r * TILE, tile);
    }
  }
}

/** Strips <- L strips, in place, from the last rows up so that every row still finds the old rows above it. */
export function multiplyStrips(n: i32, triangle: usize, columns: i32, strips: usize): void {
  const bytes = <usize>wholePanels(n) * TILE;
  setTileUpdate(1, 0);
  for (let r = wholePanels(n) - 1; r >= 0; r--) {
    const panel = panelOf(triangle, r);
    for (let j = 0, strip = strips; j < columns; j += 4, strip += bytes) {
      multiplyPanels(4 * r + 4, panel, strip, strip + <usize>r * TILE, ROW);
    }
  }
}
