// What one card of the settings changes that another shows: the number of each rises, and whoever reads it loads again.

const changes = $state({ sessions: 0, factors: 0 });

export function settings_changed(what: keyof typeof changes): void {
  changes[what] += 1;
}

export function changes_of(what: keyof typeof changes): number {
  return changes[what];
}

/** Recovery codes that came with a first factor, until the card of the codes has shown them. */
let fresh_codes = $state.raw<string[]>([]);

export function show_codes(codes: string[] | undefined): void {
  if (codes && codes.length > 0) fresh_codes = codes;
}

export function shown_codes(): string[] {
  return fresh_codes;
}

export function codes_stored(): void {
  fresh_codes = [];
}
