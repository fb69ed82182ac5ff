// Symmetric matrix times vector from the lower triangle alone: half of the work of a tridiagonalization, bound by how
// fast the matrix comes from memory, so that every entry is loaded once and used for its row and its column.
import { multiplyAdd } from "../simd";

/** y <- A x; A is m x m, its lower triangle stored with contiguous rows `rowBytes` apart; x and y contiguous. */
export function multiplySymmetric(m: i32, a: usize, rowBytes: usize, x: usize, y: usize): void {
  memory.fill(y, 0, <usize>m << 3);
  let i = 0;
  for (; i + 4 <= m; i += 4) {
    addFourRows(i, a, rowBytes, x, y);
    addTriangle(4, a + (<usize>i << 3), rowBytes, x + (<usize>i << 3), y + (<usize>i << 3));
    a += rowBytes << 2;
  }
  if (i < m) {
    for (let row = i; row < m; row++) {
      addRow(i, a + <usize>(row - i) * rowBytes, x, y, x + (<usize>row << 3), y + (<usize>row << 3));
    }
    addTriangle(m - i, a + (<usize>i << 3), rowBytes, x + (<usize>i << 3), y + (<usize>i << 3));
  }
}

/** The first `columns` (even) entries of four rows, and the same entries as columns above the diagonal. */
function addFourRows(columns: i32, row: usize, rowBytes: usize, x: usize, y: usize): void {
  const end = x + (<usize>columns << 3);
  const own = y + (<usize>columns << 3);
  const x0 = v128.load64_splat(end);
  const x1 = v128.load64_splat(end, 8);
  const x2 = v128.load64_splat(end, 16);
  const x3 = v128.load64_splat(end, 24);
  let s0 = f64x2.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let r0 = row;
  let r1 = r0 + rowBytes;
  let r2 = r1 + rowBytes;
  let r3 = r2 + rowBytes;
  while (x < end) {
    const v = v128.load(x);
    let a = v128.load(r0);
    let sum = multiplyAdd(a, x0, v128.load(y));
    s0 = multiplyAdd(a, v, s0);
    a = v128.load(r1);
    sum = multiplyAdd(a, x1, sum);
    s1 = multiplyAdd(a, v, s1);
    a = v128.load(r2);
    sum = multiplyAdd(a, x2, sum);
    s2 = multiplyAdd(a, v, s2);
    a = v128.load(r3);
    sum = multiplyAdd(a, x3, sum);
    s3 = multiplyAdd(a, v, s3);
    v128.store(y, sum);
    x += 16;
    y += 16;
    r0 += 16;
    r1 += 16;
    r2 += 16;
    r3 += 16;
  }
  const upper = f64x2.add(v128.shuffle<f64>(s0, s1, 0, 2), v128.shuffle<f64>(s0, s1, 1, 3));
  const lower = f64x2.add(v128.shuffle<f64>(s2, s3, 0, 2), v128.shuffle<f64>(s2, s3, 1, 3));
  v128.store(own, f64x2.add(v128.load(own), upper));
  v128.store(own, f64x2.add(v128.load(own, 16), lower), 16);
}

function addRow(columns: i32, row: usize, x: usize, y: usize, ownX: usize, ownY: usize): void {
  const factor = load<f64>(ownX);
  let sum: f64 = 0;
  for (let j = 0; j < columns; j++) {
    const entry = load<f64>(row);
    sum += entry * load<f64>(x);
    store<f64>(y, load<f64>(y) + entry * factor);
    row += 8;
    x += 8;
    y += 8;
  }
  store<f64>(ownY, load<f64>(ownY) + sum);
}

/** A small triangle on the diagonal. */
function addTriangle(size: i32, a: usize, rowBytes: usize, x: usize, y: usize): void {
  for (let i = 0; i < size; i++) {
    const ownX = x + (<usize>i << 3);
    const ownY = y + (<usize>i << 3);
    addRow(i, a, x, y, ownX, ownY);
    store<f64>(ownY, load<f64>(ownY) + load<f64>(a + (<usize>i << 3)) * load<f64>(ownX));
    a += rowBytes;
  }
}
