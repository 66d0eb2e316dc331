// Browsers cap the height of an element (about 33 million px in Chromium, 17 in Firefox), a list of a million rows
// is taller. This maps the scroll position of a capped element to the position in the full list: short movements
// (wheel, keys) one to one, long ones (dragging the bar) in proportion. Pure.

const kMaxPhysicalPx = 12_000_000; // below every browser's cap

export class ScrollMap {
  private virtual_top_ = 0;
  private last_physical_ = 0;
  private virtual_height_ = 0;
  private viewport_ = 0;

  get physicalHeight(): number {
    return Math.min(this.virtual_height_, kMaxPhysicalPx);
  }

  get virtualTop(): number {
    return this.virtual_top_;
  }

  resize(virtual_height: number, viewport: number): void {
    this.virtual_height_ = virtual_height;
    this.viewport_ = viewport;
    this.virtual_top_ = clamp(this.virtual_top_, this.maxVirtual());
  }

  /** The element was scrolled to here; returns the position in the full list. */
  scrolled(physical: number): number {
    const moved = physical - this.last_physical_;
    this.last_physical_ = physical;
    if (this.virtual_height_ <= kMaxPhysicalPx) this.virtual_top_ = physical;
    else if (physical <= 0) this.virtual_top_ = 0;
    else if (physical >= this.maxPhysical() - 1) this.virtual_top_ = this.maxVirtual();
    else if (Math.abs(moved) < this.viewport_) this.virtual_top_ = clamp(this.virtual_top_ + moved, this.maxVirtual());
    else this.virtual_top_ = (physical / this.maxPhysical()) * this.maxVirtual();
    return this.virtual_top_;
  }

  /** Where the element must be scrolled to so that the list shows this position at its top. */
  physicalFor(virtual: number): number {
    const target = clamp(virtual, this.maxVirtual());
    const physical =
      this.virtual_height_ <= kMaxPhysicalPx ? target : Math.round((target / this.maxVirtual()) * this.maxPhysical());
    this.virtual_top_ = target;
    this.last_physical_ = physical;
    return physical;
  }

  /** Where to draw a row that stands at this position of the full list. */
  drawAt(virtual: number): number {
    return this.last_physical_ + (virtual - this.virtual_top_);
  }

  private maxVirtual(): number {
    return Math.max(0, this.virtual_height_ - this.viewport_);
  }

  private maxPhysical(): number {
    return Math.max(1, this.physicalHeight - this.viewport_);
  }
}

function clamp(value: number, max: number): number {
  return Math.max(0, Math.min(max, value));
}
