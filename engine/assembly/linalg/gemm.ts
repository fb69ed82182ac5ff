// General matrix product by packing (Goto and van de Geijn 2008, ACM TOMS 34, article 12) with a register tile of four rows
// by two vectors, in float64 (4 x 4) and float32 (4 x 8).
import { multiplyMatrixVector } from "./gemv";
import { TILE_ROWS, TILE_ROW_BYTES, multiplyPanels, setTileUpdate, tileColumns } from "./gemm-kernel";
import { KC, MC, NC, at, packedA, packedB, tileBuffer } from "./memory";
import { pack } from "./pack";

/** A value of `diagonal` that keeps every entry. */
const FULL: i32 = i32.MAX_VALUE >> 1;

/** C <- alpha A B + beta C; A is m x k, B is k x n. With beta = 0 the old content of C is not read. */
export function gemm(
  m: i32, n: i32, k: i32,
  alpha: f64, a: usize, ars: i32, acs: i32,
  b: usize, brs: i32, bcs: i32,
  beta: f64, c: usize, crs: i32, ccs: i32,
): void {
  if (n == 1 && (acs == 1 || ars == 1)) {
    multiplyMatrixVector(m, k, alpha, a, ars, acs, b, brs, beta, c, crs);
  } else if (m == 1 && (brs == 1 || bcs == 1)) {
    multiplyMatrixVector(n, k, alpha, b, bcs, brs, a, acs, beta, c, ccs);
  } else {
    multiplyMatrices<f64>(m, n, k, alpha, a, ars, acs, b, brs, bcs, beta, c, crs, ccs);
  }
}

/** gemm on float32 numbers. */
export function gemm32(
  m: i32, n: i32, k: i32,
  alpha: f64, a: usize, ars: i32, acs: i32,
  b: usize, brs: i32, bcs: i32,
  beta: f64, c: usize, crs: i32, ccs: i32,
): void {
  multiplyMatrices<f32>(m, n, k, alpha, a, ars, acs, b, brs, bcs, beta, c, crs, ccs);
}

/** Rows of tiles are written contiguously, so a column-major C is computed as C^T = B^T A^T. */
function multiplyMatrices<T>(
  m: i32, n: i32, k: i32,
  alpha: f64, a: usize, ars: i32, acs: i32,
  b: usize, brs: i32, bcs: i32,
  beta: f64, c: usize, crs: i32, ccs: i32,
): void {
  if (ccs != 1 && crs == 1) multiplyBlocks<T>(n, m, k, alpha, b, bcs, brs, a, acs, ars, beta, c, ccs, crs, false);
  else multiplyBlocks<T>(m, n, k, alpha, a, ars, acs, b, brs, bcs, beta, c, crs, ccs, false);
}

/** Lower triangle of the n x n matrix C <- alpha A B + beta C; A is n x k, B is k x n. */
export function gemmLower(
  n: i32, k: i32,
  alpha: f64, a: usize, ars: i32, acs: i32,
  b: usize, brs: i32, bcs: i32,
  beta: f64, c: usize, crs: i32, ccs: i32,
): void {
  multiplyBlocks<f64>(n, n, k, alpha, a, ars, acs, b, brs, bcs, beta, c, crs, ccs, true);
}

/** Lower triangle of C <- alpha A A^T + beta C; A is n x k. */
export function syrk(
  n: i32, k: i32, alpha: f64, a: usize, ars: i32, acs: i32, beta: f64, c: usize, crs: i32, ccs: i32,
): void {
  gemmLower(n, k, alpha, a, ars, acs, a, acs, ars, beta, c, crs, ccs);
}

/** syrk on float32 numbers. */
export function syrk32(
  n: i32, k: i32, alpha: f64, a: usize, ars: i32, acs: i32, beta: f64, c: usize, crs: i32, ccs: i32,
): void {
  multiplyBlocks<f32>(n, n, k, alpha, a, ars, acs, a, acs, ars, beta, c, crs, ccs, true);
}

function multiplyBlocks<T>(
  m: i32, n: i32, k: i32,
  alpha: f64, a: usize, ars: i32, acs: i32,
  b: usize, brs: i32, bcs: i32,
  beta: f64, c: usize, crs: i32, ccs: i32, lower: bool,
): void {
  for (let j = 0; j < n; j += NC) {
    const columns = min(NC, n - j);
    let p = 0;
    let keep = beta;
    // At least one pass, so that k = 0 still scales C.
    do {
      const depth = min(KC, k - p);
      pack<T>(columns, depth, at<T>(b, p, j, brs, bcs), bcs, brs, packedB, tileColumns<T>());
      for (let i = lower ? j : 0; i < m; i += MC) {
        const rows = min(MC, m - i);
        pack<T>(rows, depth, at<T>(a, i, p, ars, acs), ars, acs, packedA);
        const diagonal = lower ? i - j : FULL;
        multiplyPacked<T>(rows, columns, depth, alpha, keep, at<T>(c, i, j, crs, ccs), crs, ccs, diagonal);
      }
      p += KC;
      keep = 1;
    } while (p < k);
  }
}

/** One packed block of A times one packed block of B; entries with column - row > diagonal are left alone. */
function multiplyPacked<T>(
  rows: i32, columns: i32, depth: i32, alpha: f64, beta: f64, c: usize, crs: i32, ccs: i32, diagonal: i32,
): void {
  const width = tileColumns<T>();
  const panelBytes = <usize>(depth * TILE_ROWS) * sizeof<T>();
  const rowBytes = <usize>crs * sizeof<T>();
  setTileUpdate(alpha, beta);
  let b = packedB;
  for (let j = 0; j < columns; j += width) {
    const first = max(0, (j - diagonal) & ~3);
    let a = packedA + (<usize>(first >> 2)) * panelBytes;
    for (let i = first; i < rows; i += TILE_ROWS) {
      const tile = at<T>(c, i, j, crs, ccs);
      const whole = i + TILE_ROWS <= rows && j + width <= columns && j + width - 1 - i <= diagonal && ccs == 1;
      if (whole) {
        multiplyPanels<T>(depth, a, b, tile, rowBytes);
      } else {
        writePartOfTile<T>(
          min(TILE_ROWS, rows - i), min(width, columns - j), depth, alpha, a, b, beta, tile, crs, ccs, diagonal + i - j,
        );
      }
      a += panelBytes;
    }
    b += <usize>depth * TILE_ROW_BYTES;
  }
}

/** A tile at an edge, on the diagonal or with general strides: computed aside, then written entry by entry. */
function writePartOfTile<T>(
  rows: i32, columns: i32, depth: i32, alpha: f64, a: usize, b: usize, beta: f64,
  c: usize, crs: i32, ccs: i32, diagonal: i32,
): void {
  const tile = tileBuffer;
  setTileUpdate(alpha, 0);
  multiplyPanels<T>(depth, a, b, tile, TILE_ROW_BYTES);
  setTileUpdate(alpha, beta);
  for (let i = 0; i < rows; i++) {
    const end = min(columns, diagonal + i + 1);
    for (let j = 0; j < end; j++) {
      const to = at<T>(c, i, j, crs, ccs);
      const value = load<T>(tile + <usize>i * TILE_ROW_BYTES + <usize>j * sizeof<T>());
      store<T>(to, beta == 0 ? value : <T>beta * load<T>(to) + value);
    }
  }
}
