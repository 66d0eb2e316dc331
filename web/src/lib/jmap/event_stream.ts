// The wire form of server-sent events (HTML Living Standard §9.2.6), as a pure incremental parser: feed text as
// it arrives, get whole events. EventSource itself can't send an Authorization header.

export interface ServerEvent {
  event: string;
  data: string;
  id: string;
}

const kMaxEventChars = 1_000_000; // a server that never ends an event must not eat the tab's memory

export class EventStreamParser {
  private buffer_ = '';
  private event_ = '';
  private id_ = '';
  private data_: string[] = [];
  private data_chars_ = 0;

  push(chunk: string): ServerEvent[] {
    const events: ServerEvent[] = [];
    this.buffer_ += chunk;
    for (;;) {
      const match = /\r\n|\n|\r(?!$)/.exec(this.buffer_);
      if (!match) break;
      const line = this.buffer_.slice(0, match.index);
      this.buffer_ = this.buffer_.slice(match.index + match[0].length);
      const event = this.line(line);
      if (event) events.push(event);
    }
    if (this.buffer_.length > kMaxEventChars) throw new RangeError('event stream line too long');
    return events;
  }

  private line(line: string): ServerEvent | null {
    if (line === '') return this.dispatch();
    if (line.startsWith(':')) return null;
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') this.event_ = value;
    else if (field === 'id') this.id_ = value;
    else if (field === 'data') {
      this.data_chars_ += value.length;
      if (this.data_chars_ > kMaxEventChars) throw new RangeError('event too long');
      this.data_.push(value);
    }
    return null;
  }

  private dispatch(): ServerEvent | null {
    const event = { event: this.event_ || 'message', data: this.data_.join('\n'), id: this.id_ };
    const empty = this.data_.length === 0;
    this.event_ = '';
    this.data_ = [];
    this.data_chars_ = 0;
    return empty ? null : event;
  }
}
