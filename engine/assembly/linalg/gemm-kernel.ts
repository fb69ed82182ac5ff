import { multiplyAdd } from "../simd";

/** What multiplyPanels makes of a tile: alpha a^T b + beta tile. Set apart from its arguments: numbers that live through the
 * loop take registers from the accumulators, which costs a sixth of the speed. */
let alpha: f64 = 1;
let beta: f64 = 0;

export function setTileUpdate(ofProduct: f64, ofTile: f64): void {
  alpha = ofProduct;
  beta = ofTile;
}

/** Rows of a tile of C: lanes of a panel of A. */
export const TILE_ROWS: i32 = 4;
/** Bytes of a row of a tile, and of a row of a panel of B: two vectors. */
export const TILE_ROW_BYTES: i32 = 32;

/** Columns of a tile of C: lanes of a panel of B. */
// @ts-ignore: decorator
@inline
export function tileColumns<T>(): i32 {
  return TILE_ROW_BYTES / sizeof<T>();
}

/** tile (rows `rowBytes` apart) <- alpha a^T b + beta tile, for packed panels a and b of depth x 4 and depth x tileColumns.
 * Four rows by two vectors keep all eight accumulators in registers on every engine. beta = 0 does not read the tile. */
export function multiplyPanels<T = f64>(depth: i32, a: usize, b: usize, tile: usize, rowBytes: usize): void {
  let c00 = v128.splat<T>(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  const end = a + <usize>depth * (TILE_ROWS * sizeof<T>());
  while (a < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load_splat<T>(a);
    c00 = multiplyAdd<T>(x, b0, c00);
    c01 = multiplyAdd<T>(x, b1, c01);
    x = v128.load_splat<T>(a, sizeof<T>());
    c10 = multiplyAdd<T>(x, b0, c10);
    c11 = multiplyAdd<T>(x, b1, c11);
    x = v128.load_splat<T>(a, 2 * sizeof<T>());
    c20 = multiplyAdd<T>(x, b0, c20);
    c21 = multiplyAdd<T>(x, b1, c21);
    x = v128.load_splat<T>(a, 3 * sizeof<T>());
    c30 = multiplyAdd<T>(x, b0, c30);
    c31 = multiplyAdd<T>(x, b1, c31);
    a += TILE_ROWS * sizeof<T>();
    b += TILE_ROW_BYTES;
  }
  const scale = v128.splat<T>(<T>alpha);
  writeRow<T>(tile, c00, c01, scale);
  writeRow<T>(tile + rowBytes, c10, c11, scale);
  writeRow<T>(tile + 2 * rowBytes, c20, c21, scale);
  writeRow<T>(tile + 3 * rowBytes, c30, c31, scale);
}

// @ts-ignore: decorator
@inline
function writeRow<T>(row: usize, left: v128, right: v128, scale: v128): void {
  left = v128.mul<T>(left, scale);
  right = v128.mul<T>(right, scale);
  if (beta != 0) {
    const keep = v128.splat<T>(<T>beta);
    left = multiplyAdd<T>(keep, v128.load(row), left);
    right = multiplyAdd<T>(keep, v128.load(row, 16), right);
  }
  v128.store(row, left);
  v128.store(row, right, 16);
}
