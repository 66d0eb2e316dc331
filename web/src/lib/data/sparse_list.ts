// The ids of a query result of which only parts are known: a sorted list of non-touching runs. Inserting and
// removing shift what lies behind, at a cost of the number of runs, not of the length of the result. Pure.

import type { Id } from '../jmap/types';

interface Run {
  start: number;
  ids: Id[];
}

export class SparseList {
  private runs_: Run[] = [];
  length = 0;

  clear(): void {
    this.runs_ = [];
    this.length = 0;
  }

  get(index: number): Id | undefined {
    const run = this.runs_[this.runAt(index)];
    return run && index >= run.start ? run.ids[index - run.start] : undefined;
  }

  /** Linear in what is loaded; -1 when the id isn't among it. */
  indexOf(id: Id): number {
    for (const run of this.runs_) {
      const at = run.ids.indexOf(id);
      if (at >= 0) return run.start + at;
    }
    return -1;
  }

  has(first: number, count: number): boolean {
    const end = Math.min(first + count, this.length);
    if (end <= first) return true;
    const run = this.runs_[this.runAt(first)];
    return run !== undefined && first >= run.start && end <= run.start + run.ids.length;
  }

  /** How many positions from 0 on are known without a gap. */
  prefixLength(): number {
    const first = this.runs_[0];
    return first && first.start === 0 ? first.ids.length : 0;
  }

  loaded(): Id[] {
    return this.runs_.flatMap((run) => run.ids);
  }

  /** A page as the server sent it. An id stands in one place only: where it was last seen. */
  put(start: number, ids: Id[]): void {
    if (ids.length === 0) return;
    const fresh = new Set(ids);
    const end = start + ids.length;
    const cells: [number, Id][] = [];
    for (const run of this.runs_) {
      run.ids.forEach((id, i) => {
        const at = run.start + i;
        if ((at < start || at >= end) && !fresh.has(id)) cells.push([at, id]);
      });
    }
    ids.forEach((id, i) => cells.push([start + i, id]));
    cells.sort((a, b) => a[0] - b[0]);
    this.runs_ = [];
    for (const [at, id] of cells) {
      const last = this.runs_[this.runs_.length - 1];
      if (last && last.start + last.ids.length === at) last.ids.push(id);
      else this.runs_.push({ start: at, ids: [id] });
    }
    this.length = Math.max(this.length, end);
  }

  /** Takes an id out; what lies behind moves up. Returns where it was, or -1. */
  remove(id: Id): number {
    const index = this.indexOf(id);
    if (index < 0) return -1;
    const at = this.runAt(index);
    const run = this.runs_[at] as Run;
    run.ids.splice(index - run.start, 1);
    this.shiftAfter(at, -1);
    if (run.ids.length === 0) this.runs_.splice(at, 1);
    else this.join(at);
    this.length = Math.max(0, this.length - 1);
    return index;
  }

  /** Puts an id in at a position; what lies there and behind moves down. */
  insert(index: number, id: Id): void {
    this.remove(id);
    const at = this.runAt(index);
    const run = this.runs_[at];
    if (run && index >= run.start && index <= run.start + run.ids.length) {
      run.ids.splice(index - run.start, 0, id);
      this.shiftAfter(at, 1);
      this.join(at);
    } else {
      this.shiftAfter(at, 1);
      this.runs_.splice(at + 1, 0, { start: index, ids: [id] });
      this.join(at + 1);
    }
    this.length = Math.max(this.length + 1, index + 1);
  }

  /** The result became longer or shorter at its unknown end. */
  setLength(length: number): void {
    this.length = length;
    this.runs_ = this.runs_.filter((run) => run.start < length);
    for (const run of this.runs_) run.ids.length = Math.min(run.ids.length, length - run.start);
  }

  /** Forgets everything outside [first, first + count). */
  keepOnly(first: number, count: number): void {
    const kept: Run[] = [];
    for (const run of this.runs_) {
      const from = Math.max(first, run.start);
      const to = Math.min(first + count, run.start + run.ids.length);
      if (from < to) kept.push({ start: from, ids: run.ids.slice(from - run.start, to - run.start) });
    }
    this.runs_ = kept;
  }

  /** Index of the last run that starts at or before the position; -1 when there's none. */
  private runAt(index: number): number {
    let low = 0;
    let high = this.runs_.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.runs_[middle] as Run).start <= index) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  private shiftAfter(run_index: number, by: number): void {
    for (let i = run_index + 1; i < this.runs_.length; i++) (this.runs_[i] as Run).start += by;
  }

  private join(at: number): void {
    const run = this.runs_[at];
    const next = this.runs_[at + 1];
    if (run && next && run.start + run.ids.length >= next.start) {
      run.ids.push(...next.ids);
      this.runs_.splice(at + 1, 1);
    }
    const before = this.runs_[at - 1];
    if (run && before && before.start + before.ids.length >= run.start) {
      before.ids.push(...run.ids);
      this.runs_.splice(at, 1);
    }
  }
}
