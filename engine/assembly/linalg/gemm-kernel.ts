import { multiplyAdd } from "../simd";

/** What multiplyPanels makes of a tile: alpha a^T b + beta tile. Set apart from its arguments: numbers that live through the
 * loop take registers from the accumulators, which costs a sixth of the speed. */
let alpha: f64 = 1;
let beta: f64 = 0;

export function setTileUpdate(ofProduct: f64, ofTile: f64): void {
  alpha = ofProduct;
  beta = ofTile;
}

/** tile (4 x 4, rows `rowBytes` apart) <- alpha a^T b + beta tile, for packed panels a and b of depth x 4.
 * Four rows by two vectors keep all eight accumulators in registers on every engine. beta = 0 does not read the tile. */
export function multiplyPanels(depth: i32, a: usize, b: usize, tile: usize, rowBytes: usize): void {
  let c00 = f64x2.splat(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  const end = a + (<usize>depth << 5);
  while (a < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load64_splat(a);
    c00 = multiplyAdd(x, b0, c00);
    c01 = multiplyAdd(x, b1, c01);
    x = v128.load64_splat(a, 8);
    c10 = multiplyAdd(x, b0, c10);
    c11 = multiplyAdd(x, b1, c11);
    x = v128.load64_splat(a, 16);
    c20 = multiplyAdd(x, b0, c20);
    c21 = multiplyAdd(x, b1, c21);
    x = v128.load64_splat(a, 24);
    c30 = multiplyAdd(x, b0, c30);
    c31 = multiplyAdd(x, b1, c31);
    a += 32;
    b += 32;
  }
  const scale = f64x2.splat(alpha);
  writeRow(tile, c00, c01, scale);
  writeRow(tile + rowBytes, c10, c11, scale);
  writeRow(tile + 2 * rowBytes, c20, c21, scale);
  writeRow(tile + 3 * rowBytes, c30, c31, scale);
}

// @ts-ignore: decorator
@inline
function writeRow(row: usize, left: v128, right: v128, scale: v128): void {
  left = f64x2.mul(left, scale);
  right = f64x2.mul(right, scale);
  if (beta != 0) {
    const keep = f64x2.splat(beta);
    left = multiplyAdd(keep, v128.load(row), left);
    right = multiplyAdd(keep, v128.load(row, 16), right);
  }
  v128.store(row, left);
  v128.store(row, right, 16);
}
