// Ties a scrolling element to a ScrollMap: which rows are in sight, where they're drawn. One for the list pane.

import { ScrollMap } from '../data/scroll_map';

const kOverscan = 6; // rows drawn beyond the edges, so that a flick shows no gap

export class ListScroller {
  first = $state(0);
  last = $state(0);
  height = $state(0);
  /** Where the first drawn row stands in the spacer. */
  offset = $state(0);

  private readonly map_ = new ScrollMap();
  private element_: HTMLElement | null = null;
  private rows_ = 0;
  private viewport_ = 600;

  constructor(private readonly row_px_: number) {}

  readonly attach = (element: HTMLElement): { destroy: () => void } => {
    this.element_ = element;
    const observer = new ResizeObserver(() => {
      this.viewport_ = element.clientHeight || this.viewport_;
      this.resize(this.rows_);
    });
    observer.observe(element);
    const onscroll = (): void => {
      this.map_.scrolled(element.scrollTop);
      this.update();
    };
    element.addEventListener('scroll', onscroll, { passive: true });
    return {
      destroy: () => {
        observer.disconnect();
        element.removeEventListener('scroll', onscroll);
        this.element_ = null;
      },
    };
  };

  resize(rows: number): void {
    this.rows_ = rows;
    this.map_.resize(rows * this.row_px_, this.viewport_);
    this.height = this.map_.physicalHeight;
    this.update();
  }

  /** Brings a row into sight with as little movement as possible. */
  reveal(index: number): void {
    const top = index * this.row_px_;
    const now = this.map_.virtualTop;
    if (top < now) this.moveTo(top);
    else if (top + this.row_px_ > now + this.viewport_) this.moveTo(top + this.row_px_ - this.viewport_);
  }

  /** Rows came in or went out above: what is in sight stays where it is, unless it's the very top. */
  shift(rows: number): void {
    if (this.map_.virtualTop < this.row_px_) return;
    this.moveTo(this.map_.virtualTop + rows * this.row_px_);
  }

  private moveTo(virtual: number): void {
    const physical = this.map_.physicalFor(virtual);
    if (this.element_) this.element_.scrollTop = physical;
    this.update();
  }

  private update(): void {
    const top = this.map_.virtualTop;
    this.first = Math.max(0, Math.floor(top / this.row_px_) - kOverscan);
    this.last = Math.min(Math.max(0, this.rows_ - 1), Math.ceil((top + this.viewport_) / this.row_px_) + kOverscan);
    this.offset = this.map_.drawAt(this.first * this.row_px_);
  }
}
