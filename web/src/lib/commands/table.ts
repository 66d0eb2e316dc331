// The one table of commands. Keys, palette, menus and the help sheet are all made from it.

import type { App } from '../data/app.svelte';
import type { MailboxRole } from '../jmap/types';
import type { IconName } from '../ui/icons';
import { text } from '../text';

export type Section = keyof typeof text.sections;

export interface Command {
  id: string;
  label: string;
  section: Section;
  keys: readonly string[];
  icon: IconName;
  /** Whether it makes sense now; a command without it always does (in the mail page). */
  when?: (app: App) => boolean;
  run: (app: App) => void;
}

const has_targets = (app: App): boolean => app.page === 'mail' && app.view.targets().length > 0;
const in_conversation = (app: App): boolean => app.page === 'mail' && app.view.conversation !== null;
const in_mail = (app: App): boolean => app.page === 'mail';

function go(role: MailboxRole): (app: App) => void {
  return (app) => {
    const mailbox = app.view.account?.mailboxes.byRole(role);
    app.leavePlace();
    if (!app.view.account) return;
    if (mailbox) app.view.openMailbox(mailbox.id);
    else app.toasts.show(text.done.noMailbox(text.mailboxes.roles[role]));
  };
}

function reply(kind: 'reply' | 'reply-all' | 'forward'): (app: App) => void {
  return (app) => {
    const account = app.view.account;
    const email = app.view.conversation?.answered ?? app.view.cursorId;
    if (account && email) void app.outbox.reply(account, email, kind);
  };
}

function open_cursor(app: App): void {
  if (app.view.cursorId === null) app.view.moveCursor(0);
  if (app.view.cursorId !== null) app.view.open(app.view.cursorId);
}

function leave(app: App): void {
  if (app.view.conversation) app.view.closeConversation();
  else if (app.view.selected.size > 0) app.view.clearSelection();
  else if (app.view.searching) app.view.search('', null);
}

export const commands: readonly Command[] = [
  { id: 'next', label: text.commands.next, section: 'navigation', keys: ['j', 'ArrowDown'], icon: 'down', when: in_mail, run: (app) => app.view.moveCursor(1) },
  { id: 'previous', label: text.commands.previous, section: 'navigation', keys: ['k', 'ArrowUp'], icon: 'up', when: in_mail, run: (app) => app.view.moveCursor(-1) },
  { id: 'open', label: text.commands.open, section: 'navigation', keys: ['o', 'Enter'], icon: 'open', when: in_mail, run: open_cursor },
  { id: 'back', label: text.commands.back, section: 'navigation', keys: ['Escape', 'u'], icon: 'back', when: in_mail, run: leave },
  { id: 'next-message', label: text.commands.nextMessage, section: 'navigation', keys: ['n'], icon: 'down', when: in_conversation, run: (app) => app.view.conversation?.step(1) },
  { id: 'previous-message', label: text.commands.previousMessage, section: 'navigation', keys: ['p'], icon: 'up', when: in_conversation, run: (app) => app.view.conversation?.step(-1) },
  { id: 'page-down', label: text.commands.pageDown, section: 'navigation', keys: ['Space'], icon: 'down', when: in_conversation, run: (app) => app.shell.scroll(1) },
  { id: 'page-up', label: text.commands.pageUp, section: 'navigation', keys: ['Shift+Space'], icon: 'up', when: in_conversation, run: (app) => app.shell.scroll(-1) },
  { id: 'search', label: text.commands.search, section: 'navigation', keys: ['/'], icon: 'search', when: in_mail, run: (app) => (app.shell.searchWish += 1) },
  { id: 'go-inbox', label: text.commands.goInbox, section: 'navigation', keys: ['g i'], icon: 'inbox', run: go('inbox') },
  { id: 'go-drafts', label: text.commands.goDrafts, section: 'navigation', keys: ['g d'], icon: 'drafts', run: go('drafts') },
  { id: 'go-sent', label: text.commands.goSent, section: 'navigation', keys: ['g t'], icon: 'sent', run: go('sent') },
  { id: 'go-archive', label: text.commands.goArchive, section: 'navigation', keys: ['g a'], icon: 'archive', run: go('archive') },
  { id: 'go-trash', label: text.commands.goTrash, section: 'navigation', keys: ['g #'], icon: 'trash', run: go('trash') },
  { id: 'go-spam', label: text.commands.goSpam, section: 'navigation', keys: ['g !'], icon: 'junk', run: go('junk') },
  { id: 'go-flagged', label: text.commands.goFlagged, section: 'navigation', keys: ['g s'], icon: 'flagged', when: in_mail, run: (app) => app.view.search('is:flagged', null) },

  { id: 'reply', label: text.commands.reply, section: 'message', keys: ['r'], icon: 'reply', when: has_targets, run: reply('reply') },
  { id: 'reply-all', label: text.commands.replyAll, section: 'message', keys: ['a', 'Shift+r'], icon: 'reply-all', when: has_targets, run: reply('reply-all') },
  { id: 'forward', label: text.commands.forward, section: 'message', keys: ['f'], icon: 'forward', when: has_targets, run: reply('forward') },
  { id: 'archive', label: text.commands.archive, section: 'message', keys: ['e', 'y'], icon: 'archive', when: has_targets, run: (app) => void app.actions.archive() },
  { id: 'trash', label: text.commands.trash, section: 'message', keys: ['#', 'Delete'], icon: 'trash', when: has_targets, run: (app) => void app.actions.trash() },
  { id: 'spam', label: text.commands.spam, section: 'message', keys: ['!'], icon: 'junk', when: has_targets, run: (app) => void app.actions.spam() },
  { id: 'move', label: text.commands.move, section: 'message', keys: ['v', 'm'], icon: 'move', when: has_targets, run: (app) => app.shell.open('move') },
  { id: 'toggle-read', label: text.commands.toggleRead, section: 'message', keys: ['Shift+u', 'Shift+i'], icon: 'unread', when: has_targets, run: (app) => void app.actions.toggleRead() },
  { id: 'flag', label: text.commands.toggleFlag, section: 'message', keys: ['s'], icon: 'flagged', when: has_targets, run: (app) => void app.actions.toggleFlag() },
  { id: 'select', label: text.commands.select, section: 'message', keys: ['x'], icon: 'check', when: (app) => in_mail(app) && app.view.cursorId !== null, run: (app) => app.view.cursorId !== null && app.view.toggleSelected(app.view.cursorId, false) },
  { id: 'select-all', label: text.commands.selectAll, section: 'message', keys: ['* a'], icon: 'check', when: (app) => in_mail(app) && app.view.conversation === null, run: (app) => app.view.selectLoaded() },
  { id: 'undo', label: text.commands.undo, section: 'message', keys: ['z'], icon: 'undo', when: in_mail, run: (app) => app.actions.undo() },

  { id: 'compose', label: text.commands.compose, section: 'compose', keys: ['c'], icon: 'compose', when: in_mail, run: (app) => app.view.account && app.outbox.compose(app.view.account, { title: text.compose.title }) },
  { id: 'send', label: text.commands.send, section: 'compose', keys: ['Mod+Enter'], icon: 'sent', when: (app) => app.outbox.active !== undefined, run: (app) => app.outbox.active && void app.outbox.send(app.outbox.active) },

  { id: 'palette', label: text.commands.palette, section: 'view', keys: ['Mod+k'], icon: 'palette', run: (app) => app.shell.open(app.shell.overlay === 'palette' ? 'none' : 'palette') },
  { id: 'help', label: text.commands.help, section: 'view', keys: ['?'], icon: 'help', run: (app) => app.shell.open('help') },
  { id: 'expand-all', label: text.commands.expandAll, section: 'view', keys: [';'], icon: 'expand', when: in_conversation, run: (app) => app.view.conversation?.expandAll() },
  { id: 'load-remote', label: text.commands.loadRemote, section: 'view', keys: ['i'], icon: 'image', when: in_conversation, run: (app) => app.view.conversation?.current && app.view.conversation.allowRemote(app.view.conversation.current) },
  { id: 'theme', label: text.commands.theme, section: 'view', keys: ['Shift+d'], icon: 'theme', run: (app) => app.shell.setTheme(app.shell.theme === 'dark' ? 'light' : 'dark') },
  { id: 'refresh', label: text.commands.refresh, section: 'view', keys: ['Shift+n'], icon: 'refresh', when: in_mail, run: (app) => void refresh(app) },

  { id: 'settings', label: text.commands.settings, section: 'account', keys: ['g ,'], icon: 'settings', run: (app) => app.openSettings('general') },
  { id: 'security', label: text.commands.security, section: 'account', keys: ['g .'], icon: 'shield', when: (app) => app.seesSecurity, run: (app) => app.openSecurity('overview') },
  { id: 'connect', label: text.commands.connect, section: 'account', keys: [], icon: 'plus', run: (app) => (app.page = 'connect') },
  { id: 'sign-out', label: text.commands.signOut, section: 'account', keys: [], icon: 'sign-out', run: (app) => void app.signOut() },
];

async function refresh(app: App): Promise<void> {
  const account = app.view.account;
  if (!account) return;
  await app.rest.syncAccount(account.id).catch(() => {});
  await account.catchUp();
}

export function command(id: string): Command {
  const found = commands.find((candidate) => candidate.id === id);
  if (!found) throw new Error(`no command ${id}`);
  return found;
}

export function available(app: App, candidate: Command): boolean {
  return candidate.when?.(app) ?? true;
}
