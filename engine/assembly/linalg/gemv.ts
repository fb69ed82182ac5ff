// Matrix times vector: no packing of the matrix, which is read once.
import { multiplyAdd } from "../simd";
import { at, packedA, packedB } from "./memory";

/** Rows or columns of A that one pass takes; the vector and the sums of a pass lie in the packing buffers. */
const CHUNK: i32 = 2048;

/** y <- alpha A x + beta y for an m x k matrix with one unit stride. With beta = 0 the old y is not read. */
export function multiplyMatrixVector(
  m: i32, k: i32, alpha: f64, a: usize, ars: i32, acs: i32, x: usize, xStride: i32, beta: f64, y: usize, yStride: i32,
): void {
  const sums = packedA;
  const vector = packedB;
  for (let i = 0; i < m; i += CHUNK) {
    const rows = min(CHUNK, m - i);
    memory.fill(sums, 0, <usize>rows << 3);
    for (let p = 0; p < k; p += CHUNK) {
      const depth = min(CHUNK, k - p);
      gather(depth, at(x, p, 0, xStride, 0), xStride, vector);
      const block = at(a, i, p, ars, acs);
      if (acs == 1) addRowProducts(rows, depth, block, ars, vector, sums);
      else addColumns(rows, depth, block, acs, vector, sums);
    }
    for (let r = 0; r < rows; r++) {
      const to = at(y, i + r, 0, yStride, 0);
      const value = alpha * load<f64>(sums + (<usize>r << 3));
      store<f64>(to, beta == 0 ? value : beta * load<f64>(to) + value);
    }
  }
}

function gather(n: i32, x: usize, stride: i32, vector: usize): void {
  if (stride == 1) {
    memory.copy(vector, x, <usize>n << 3);
    return;
  }
  for (let i = 0; i < n; i++) store<f64>(vector + (<usize>i << 3), load<f64>(at(x, i, 0, stride, 0)));
}

/** sums_i += sum_p A_ip x_p for contiguous rows. */
function addRowProducts(rows: i32, depth: i32, a: usize, ars: i32, x: usize, sums: usize): void {
  let i = 0;
  for (; i + 4 <= rows; i += 4) addFourRowProducts(depth, at(a, i, 0, ars, 0), <usize>ars << 3, x, sums + (<usize>i << 3));
  for (; i < rows; i++) {
    const row = at(a, i, 0, ars, 0);
    let sum: f64 = 0;
    for (let p = 0; p < depth; p++) sum += load<f64>(row + (<usize>p << 3)) * load<f64>(x + (<usize>p << 3));
    const to = sums + (<usize>i << 3);
    store<f64>(to, load<f64>(to) + sum);
  }
}

function addFourRowProducts(depth: i32, row: usize, rowBytes: usize, x: usize, sums: usize): void {
  let s0 = f64x2.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let r0 = row;
  let r1 = r0 + rowBytes;
  let r2 = r1 + rowBytes;
  let r3 = r2 + rowBytes;
  const end = x + (<usize>(depth & ~1) << 3);
  while (x < end) {
    const v = v128.load(x);
    s0 = multiplyAdd(v128.load(r0), v, s0);
    s1 = multiplyAdd(v128.load(r1), v, s1);
    s2 = multiplyAdd(v128.load(r2), v, s2);
    s3 = multiplyAdd(v128.load(r3), v, s3);
    x += 16;
    r0 += 16;
    r1 += 16;
    r2 += 16;
    r3 += 16;
  }
  let upper = f64x2.add(v128.shuffle<f64>(s0, s1, 0, 2), v128.shuffle<f64>(s0, s1, 1, 3));
  let lower = f64x2.add(v128.shuffle<f64>(s2, s3, 0, 2), v128.shuffle<f64>(s2, s3, 1, 3));
  if (depth & 1) {
    const v = v128.load64_splat(x);
    upper = multiplyAdd(f64x2.replace_lane(v128.load64_splat(r0), 1, load<f64>(r1)), v, upper);
    lower = multiplyAdd(f64x2.replace_lane(v128.load64_splat(r2), 1, load<f64>(r3)), v, lower);
  }
  v128.store(sums, f64x2.add(v128.load(sums), upper));
  v128.store(sums, f64x2.add(v128.load(sums, 16), lower), 16);
}

/** sums_i += sum_p A_ip x_p for contiguous columns. */
function addColumns(rows: i32, depth: i32, a: usize, acs: i32, x: usize, sums: usize): void {
  let p = 0;
  for (; p + 4 <= depth; p += 4) addFourColumns(rows, at(a, 0, p, 0, acs), <usize>acs << 3, x + (<usize>p << 3), sums);
  for (; p < depth; p++) {
    const column = at(a, 0, p, 0, acs);
    const factor = load<f64>(x + (<usize>p << 3));
    for (let i = 0; i < rows; i++) {
      const to = sums + (<usize>i << 3);
      store<f64>(to, load<f64>(to) + factor * load<f64>(column + (<usize>i << 3)));
    }
  }
}

function addFourColumns(rows: i32, column: usize, columnBytes: usize, x: usize, sums: usize): void {
  const x0 = v128.load64_splat(x);
  const x1 = v128.load64_splat(x, 8);
  const x2 = v128.load64_splat(x, 16);
  const x3 = v128.load64_splat(x, 24);
  let c0 = column;
  let c1 = c0 + columnBytes;
  let c2 = c1 + columnBytes;
  let c3 = c2 + columnBytes;
  const end = sums + (<usize>(rows & ~1) << 3);
  while (sums < end) {
    const left = multiplyAdd(x1, v128.load(c1), multiplyAdd(x0, v128.load(c0), v128.load(sums)));
    v128.store(sums, multiplyAdd(x3, v128.load(c3), multiplyAdd(x2, v128.load(c2), left)));
    sums += 16;
    c0 += 16;
    c1 += 16;
    c2 += 16;
    c3 += 16;
  }
  if (rows & 1) {
    let sum = load<f64>(sums) + load<f64>(x) * load<f64>(c0) + load<f64>(x, 8) * load<f64>(c1);
    sum += load<f64>(x, 16) * load<f64>(c2) + load<f64>(x, 24) * load<f64>(c3);
    store<f64>(sums, sum);
  }
}
