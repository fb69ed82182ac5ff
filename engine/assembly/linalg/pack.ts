// Packing: a block of `lanes` x `depth` numbers becomes panels of four lanes, each panel depth x 4, contiguous.
// A is packed with its rows as lanes, B with its columns. Missing lanes of the last panel are zero.
import { at } from "./memory";

export function pack(lanes: i32, depth: i32, source: usize, laneStride: i32, depthStride: i32, panel: usize): void {
  for (let lane = 0; lane < lanes; lane += 4) {
    const from = at(source, lane, 0, laneStride, 0);
    const count = min(4, lanes - lane);
    if (count == 4 && laneStride == 1) packContiguousLanes(depth, from, depthStride, panel);
    else if (count == 4 && depthStride == 1) packContiguousDepth(depth, from, laneStride, panel);
    else packStrided(count, depth, from, laneStride, depthStride, panel);
    panel += <usize>depth << 5;
  }
}

function packContiguousLanes(depth: i32, source: usize, depthStride: i32, panel: usize): void {
  const step = <usize>depthStride << 3;
  for (let p = 0; p < depth; p++) {
    v128.store(panel, v128.load(source));
    v128.store(panel, v128.load(source, 16), 16);
    source += step;
    panel += 32;
  }
}

/** Transposes 4 x 2 pieces in registers. */
function packContiguousDepth(depth: i32, source: usize, laneStride: i32, panel: usize): void {
  let s0 = source;
  let s1 = at(source, 1, 0, laneStride, 0);
  let s2 = at(source, 2, 0, laneStride, 0);
  let s3 = at(source, 3, 0, laneStride, 0);
  let p = 0;
  for (; p + 2 <= depth; p += 2) {
    const r0 = v128.load(s0);
    const r1 = v128.load(s1);
    const r2 = v128.load(s2);
    const r3 = v128.load(s3);
    v128.store(panel, v128.shuffle<f64>(r0, r1, 0, 2));
    v128.store(panel, v128.shuffle<f64>(r2, r3, 0, 2), 16);
    v128.store(panel, v128.shuffle<f64>(r0, r1, 1, 3), 32);
    v128.store(panel, v128.shuffle<f64>(r2, r3, 1, 3), 48);
    s0 += 16;
    s1 += 16;
    s2 += 16;
    s3 += 16;
    panel += 64;
  }
  if (p < depth) {
    store<f64>(panel, load<f64>(s0));
    store<f64>(panel, load<f64>(s1), 8);
    store<f64>(panel, load<f64>(s2), 16);
    store<f64>(panel, load<f64>(s3), 24);
  }
}

function packStrided(count: i32, depth: i32, source: usize, laneStride: i32, depthStride: i32, panel: usize): void {
  for (let p = 0; p < depth; p++) {
    for (let lane = 0; lane < 4; lane++) {
      const value = lane < count ? load<f64>(at(source, lane, p, laneStride, depthStride)) : 0;
      store<f64>(panel + (<usize>lane << 3), value);
    }
    panel += 32;
  }
}

/** The inverse of pack: writes the panels back where they came from. */
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
