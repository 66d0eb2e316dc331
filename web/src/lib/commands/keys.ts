// Which command a key press means. A pure function of the bindings, the keys pressed before, and the event; plain
// keys mean nothing while somebody types in a field.

export interface KeyPress {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
  /** Whether the focus is in a field that takes text. */
  inField: boolean;
}

export interface Binding<Id extends string = string> {
  id: Id;
  /** Sequences such as "g i", "#", "Mod+k", "Shift+u". Single characters carry their own shift. */
  keys: readonly string[];
}

export type Match<Id extends string = string> =
  | { kind: 'command'; id: Id }
  | { kind: 'pending'; sequence: string[] }
  | { kind: 'none' };

/** "Mod+k", "Shift+Enter", "#", "a": one spelling for one press; null for a lone modifier. */
export function press_name(press: KeyPress): string | null {
  if (['Shift', 'Control', 'Alt', 'Meta', 'CapsLock', 'Dead', 'Process'].includes(press.key)) return null;
  const mod = press.ctrlKey || press.metaKey;
  const single = Array.from(press.key).length === 1;
  const key = single && mod ? press.key.toLowerCase() : press.key === ' ' ? 'Space' : press.key;
  const shift = press.shiftKey && (!single || press.key === ' ' || mod || /^[A-Z]$/.test(press.key)) ? 'Shift+' : '';
  const named = single && !mod && /^[A-Z]$/.test(key) ? key.toLowerCase() : key;
  return `${mod ? 'Mod+' : ''}${press.altKey ? 'Alt+' : ''}${shift}${named}`;
}

export function match_key<Id extends string>(
  bindings: readonly Binding<Id>[],
  pending: readonly string[],
  press: KeyPress,
): Match<Id> {
  const name = press_name(press);
  if (name === null) return pending.length > 0 ? { kind: 'pending', sequence: [...pending] } : { kind: 'none' };
  const with_modifier = /^(?:Mod|Alt)\+/.test(name);
  if (press.inField && !with_modifier) return { kind: 'none' };
  for (const before of pending.length > 0 ? [pending, []] : [[]]) {
    const typed = [...before, name];
    const sequence = typed.join(' ');
    for (const binding of bindings) if (binding.keys.includes(sequence)) return { kind: 'command', id: binding.id };
    if (bindings.some((binding) => binding.keys.some((keys) => keys.startsWith(`${sequence} `)))) {
      return { kind: 'pending', sequence: typed };
    }
  }
  return { kind: 'none' };
}

/** For people: ["Ctrl", "K"], ["g", "i"]. */
export function key_caps(keys: string, mac: boolean): string[] {
  const names: Record<string, string> = { Mod: mac ? '⌘' : 'Ctrl', Shift: mac ? '⇧' : 'Shift', Alt: mac ? '⌥' : 'Alt', Enter: '↵', Escape: 'Esc', ArrowDown: '↓', ArrowUp: '↑', Backspace: '⌫' };
  return keys.split(' ').flatMap((part) => {
    const pieces = part === '+' ? ['+'] : part.split('+');
    return pieces.map((piece) => names[piece] ?? (pieces.length > 1 ? piece.toUpperCase() : piece));
  });
}
