// Packing: a block of `lanes` x `depth` numbers becomes panels of `width` lanes, each panel depth x width, contiguous.
// A is packed with its rows as lanes, B with its columns. Missing lanes of the last panel are zero.
// Lanes are copied four at a time; two such groups make a panel of B in float32.
import { at } from "./memory";

export function pack<T = f64>(
  lanes: i32, depth: i32, source: usize, laneStride: i32, depthStride: i32, panel: usize, width: i32 = 4,
): void {
  const rowBytes = <usize>width * sizeof<T>();
  for (let first = 0; first < lanes; first += width) {
    for (let group = 0; group < width; group += 4) {
      const lane = first + group;
      const count = min(4, lanes - lane);
      const from = at<T>(source, lane, 0, laneStride, 0);
      const to = panel + <usize>group * sizeof<T>();
      if (count == 4 && laneStride == 1) packContiguousLanes<T>(depth, from, depthStride, to, rowBytes);
      else if (count == 4 && depthStride == 1) packContiguousDepth<T>(depth, from, laneStride, to, rowBytes);
      else packStrided<T>(count, depth, from, laneStride, depthStride, to, rowBytes);
    }
    panel += <usize>depth * rowBytes;
  }
}

function packContiguousLanes<T>(depth: i32, source: usize, depthStride: i32, panel: usize, rowBytes: usize): void {
  const step = <usize>depthStride * sizeof<T>();
  for (let p = 0; p < depth; p++) {
    v128.store(panel, v128.load(source));
    if (sizeof<T>() == 8) v128.store(panel, v128.load(source, 16), 16);
    source += step;
    panel += rowBytes;
  }
}

/** Transposes four lanes of one vector each in registers. */
function packContiguousDepth<T>(depth: i32, source: usize, laneStride: i32, panel: usize, rowBytes: usize): void {
  const s1 = at<T>(0, 1, 0, laneStride, 0);
  const s2 = at<T>(0, 2, 0, laneStride, 0);
  const s3 = at<T>(0, 3, 0, laneStride, 0);
  const end = source + <usize>depth * sizeof<T>();
  const whole = source + (<usize>depth * sizeof<T>() & ~15);
  while (source < whole) {
    const r0 = v128.load(source);
    const r1 = v128.load(source + s1);
    const r2 = v128.load(source + s2);
    const r3 = v128.load(source + s3);
    if (sizeof<T>() == 8) {
      v128.store(panel, v128.shuffle<f64>(r0, r1, 0, 2));
      v128.store(panel, v128.shuffle<f64>(r2, r3, 0, 2), 16);
      panel += rowBytes;
      v128.store(panel, v128.shuffle<f64>(r0, r1, 1, 3));
      v128.store(panel, v128.shuffle<f64>(r2, r3, 1, 3), 16);
      panel += rowBytes;
    } else {
      const lower01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
      const lower23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
      const upper01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
      const upper23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
      v128.store(panel, v128.shuffle<f64>(lower01, lower23, 0, 2));
      v128.store(panel + rowBytes, v128.shuffle<f64>(lower01, lower23, 1, 3));
      panel += 2 * rowBytes;
      v128.store(panel, v128.shuffle<f64>(upper01, upper23, 0, 2));
      v128.store(panel + rowBytes, v128.shuffle<f64>(upper01, upper23, 1, 3));
      panel += 2 * rowBytes;
    }
    source += 16;
  }
  for (; source < end; source += sizeof<T>()) {
    store<T>(panel, load<T>(source));
    store<T>(panel, load<T>(source + s1), sizeof<T>());
    store<T>(panel, load<T>(source + s2), 2 * sizeof<T>());
    store<T>(panel, load<T>(source + s3), 3 * sizeof<T>());
    panel += rowBytes;
  }
}

function packStrided<T>(
  count: i32, depth: i32, source: usize, laneStride: i32, depthStride: i32, panel: usize, rowBytes: usize,
): void {
  for (let p = 0; p < depth; p++) {
    for (let lane = 0; lane < 4; lane++) {
      const value = lane < count ? load<T>(at<T>(source, lane, p, laneStride, depthStride)) : <T>0;
      store<T>(panel + <usize>lane * sizeof<T>(), value);
    }
    panel += rowBytes;
  }
}

/** The inverse of pack, for float64: writes the panels back where they came from. */
export function unpack(lanes: i32, depth: i32, target: usize, laneStride: i32, depthStride: i32, panel: usize): void {
  for (let lane = 0; lane < lanes; lane += 4) {
    const to = at(target, lane, 0, laneStride, 0);
    const count = min(4, lanes - lane);
    if (count == 4 && laneStride == 1) unpackContiguousLanes(depth, to, depthStride, panel);
    else if (count == 4 && depthStride == 1) unpackContiguousDepth(depth, to, laneStride, panel);
    else unpackStrided(count, depth, to, laneStride, depthStride, panel);
    panel += <usize>depth << 5;
  }
}

function unpackContiguousLanes(depth: i32, target: usize, depthStride: i32, panel: usize): void {
  const step = <usize>depthStride << 3;
  for (let p = 0; p < depth; p++) {
    v128.store(target, v128.load(panel));
    v128.store(target, v128.load(panel, 16), 16);
    target += step;
    panel += 32;
  }
}

function unpackContiguousDepth(depth: i32, target: usize, laneStride: i32, panel: usize): void {
  let t0 = target;
  let t1 = at(target, 1, 0, laneStride, 0);
  let t2 = at(target, 2, 0, laneStride, 0);
  let t3 = at(target, 3, 0, laneStride, 0);
  let p = 0;
  for (; p + 2 <= depth; p += 2) {
    const p0 = v128.load(panel);
    const p1 = v128.load(panel, 16);
    const p2 = v128.load(panel, 32);
    const p3 = v128.load(panel, 48);
    v128.store(t0, v128.shuffle<f64>(p0, p2, 0, 2));
    v128.store(t1, v128.shuffle<f64>(p0, p2, 1, 3));
    v128.store(t2, v128.shuffle<f64>(p1, p3, 0, 2));
    v128.store(t3, v128.shuffle<f64>(p1, p3, 1, 3));
    t0 += 16;
    t1 += 16;
    t2 += 16;
    t3 += 16;
    panel += 64;
  }
  if (p < depth) {
    store<f64>(t0, load<f64>(panel));
    store<f64>(t1, load<f64>(panel, 8));
    store<f64>(t2, load<f64>(panel, 16));
    store<f64>(t3, load<f64>(panel, 24));
  }
}

function unpackStrided(count: i32, depth: i32, target: usize, laneStride: i32, depthStride: i32, panel: usize): void {
  for (let p = 0; p < depth; p++) {
    for (let lane = 0; lane < count; lane++) {
      store<f64>(at(target, lane, p, laneStride, depthStride), load<f64>(panel + (<usize>lane << 3)));
    }
    panel += 32;
  }
}
