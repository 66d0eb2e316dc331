// What lies over or beside the panes: overlays, the drawer of a narrow window, colours. No DOM.

export type Overlay = 'none' | 'palette' | 'help' | 'move' | 'confirm';
export type Theme = 'auto' | 'light' | 'dark';

export class Shell {
  overlay = $state<Overlay>('none');
  drawer = $state(false);
  theme = $state<Theme>('auto');
  /** Rises when the search box should take the keyboard. */
  searchWish = $state(0);
  /** Pages that the conversation should scroll by; the number makes equal wishes different. */
  scrollWish = $state.raw<{ pages: number; wish: number }>({ pages: 0, wish: 0 });
  /** The wish that was granted last; a new search box doesn't grant it again. */
  searchGranted = 0;
  /** Set by the view: whether list and conversation stand side by side. */
  wide = $state(true);
  /** Set by the view: whether dark colours are in use. */
  dark = $state(false);
  question = $state('');
  /** What the button of the question says, when it isn't "Remove". */
  questionButton = $state<string | undefined>(undefined);
  /** The dialog in which the person confirms who they are is open. */
  confirming = $state(false);

  private answer_: ((yes: boolean) => void) | null = null;
  private confirmed_: ((yes: boolean) => void) | null = null;

  constructor(private readonly remember_: { get(key: string): string | null; set(key: string, value: string): void }) {
    const theme = remember_.get('theme');
    if (theme === 'light' || theme === 'dark') this.theme = theme;
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    this.remember_.set('theme', theme);
  }

  scroll(pages: number): void {
    this.scrollWish = { pages, wish: this.scrollWish.wish + 1 };
  }

  open(overlay: Overlay): void {
    this.overlay = overlay;
  }

  close(): void {
    if (this.overlay === 'confirm') this.reply(false);
    this.overlay = 'none';
  }

  ask(question: string, button?: string): Promise<boolean> {
    this.question = question;
    this.questionButton = button;
    this.overlay = 'confirm';
    return new Promise((resolve) => (this.answer_ = resolve));
  }

  reply(yes: boolean): void {
    this.overlay = 'none';
    this.answer_?.(yes);
    this.answer_ = null;
  }

  /** Opens the step-up dialog; it answers with confirmed(). */
  askStepUp(): Promise<boolean> {
    this.confirming = true;
    return new Promise((resolve) => (this.confirmed_ = resolve));
  }

  confirmed(yes: boolean): void {
    this.confirming = false;
    this.confirmed_?.(yes);
    this.confirmed_ = null;
  }
}
