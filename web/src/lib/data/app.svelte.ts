// The root of the app's state: who is signed in, which accounts there are, which page is in view; wires client,
// push, views and actions. Made once by main.ts. No DOM: main.ts hands in what the browser knows.

import { JmapClient } from '../jmap/client';
import { ApiError, message_of, NetworkError, SignedOutError } from '../jmap/errors';
import type { ServerEvent } from '../jmap/event_stream';
import { Push } from '../jmap/push';
import { Rest, type MailAccount } from '../jmap/rest';
import { Transport, type TransportOptions, type User } from '../jmap/transport';
import type { Id, StateChange } from '../jmap/types';
import { kHeaderProperties } from './email_store.svelte';
import { AccountData } from './account_data.svelte';
import { Actions } from './actions';
import { Contacts } from './contacts';
import { MailView } from './mail_view.svelte';
import { Outbox } from './outbox.svelte';
import { parse_route, print_route, type Route, type SecuritySection, type SettingsSection } from './route';
import { Shell } from './shell.svelte';
import { SubmissionWatch } from './submissions';
import { Toasts } from './toasts.svelte';
import { text } from '../text';

const kLearnedMessages = 200; // of Sent, read for address completion

export type Page = 'starting' | 'unreachable' | 'setup' | 'register' | 'signin' | 'forgot' | 'reset' | 'factor' | 'choice' | 'connect' | 'mail' | 'settings' | 'security';

export interface AppOptions extends TransportOptions {
  remember: { get(key: string): string | null; set(key: string, value: string): void };
}

export class App {
  page = $state<Page>('starting');
  user = $state.raw<User | null>(null);
  accounts = $state.raw<MailAccount[]>([]);
  problem = $state<string | null>(null);
  secret = $state(''); // set-up token, invitation or reset token of the link
  settingsSection = $state<SettingsSection>('general');
  security = $state.raw<{ section: SecuritySection; params: string }>({ section: 'overview', params: '' });
  online = $state(true);
  connected = $state(true);

  readonly transport: Transport;
  readonly client: JmapClient;
  readonly rest: Rest;
  readonly toasts = new Toasts();
  readonly shell: Shell;
  readonly view = new MailView();
  readonly actions: Actions;
  readonly outbox: Outbox;
  readonly contacts = new Contacts();

  private readonly learned_ = new Set<Id>();
  private readonly data_ = new Map<Id, AccountData>();
  private readonly watches_ = new Map<Id, SubmissionWatch>();
  private push_: Push | null = null;
  private attempt_ = 0;
  private wanted_: Route = { at: 'home' };

  constructor(private readonly options_: AppOptions) {
    this.transport = new Transport(options_);
    this.client = new JmapClient(this.transport);
    this.rest = new Rest(this.transport);
    this.shell = new Shell(options_.remember);
    this.actions = new Actions(this.view, this.toasts);
    this.outbox = new Outbox(this.toasts, this.actions, options_.remember);
    this.transport.onSignedOut = () => this.ended();
    this.transport.onStepUp = () => this.shell.askStepUp();
    this.transport.onFactorMissing = () => this.wantFactor();
    this.outbox.onCompose = (data) => void this.learnRecipients(data).catch(() => {});
    this.view.onOpenDraft = (email) => {
      if (this.view.account) void this.outbox.editDraft(this.view.account, email);
    };
  }

  // ---- coming in and going out ---------------------------------------------------------------------------------

  async start(hash: string): Promise<void> {
    const attempt = ++this.attempt_;
    this.wanted_ = parse_route(hash);
    const wanted = this.wanted_;
    if (wanted.at === 'setup' || wanted.at === 'register' || wanted.at === 'reset' || wanted.at === 'forgot') {
      this.secret = wanted.at === 'register' ? wanted.invitation : wanted.at === 'forgot' ? '' : wanted.token;
      this.problem = null;
      this.page = wanted.at;
      return;
    }
    try {
      this.user = await this.transport.refresh();
      await this.enter();
    } catch (error) {
      if (attempt !== this.attempt_) return; // another link was opened meanwhile
      if (error instanceof SignedOutError) await this.showSignIn();
      else if (error instanceof NetworkError || error instanceof ApiError) {
        this.problem = message_of(error);
        this.page = 'unreachable';
      } else throw error;
    }
  }

  async signedIn(user: User): Promise<void> {
    this.user = user;
    this.problem = null;
    if (is_entrance(this.wanted_)) this.wanted_ = { at: 'home' };
    await this.enter();
  }

  async signOut(): Promise<void> {
    this.push_?.stop();
    await this.transport.signOut().catch(() => {});
    this.forget();
    this.wanted_ = { at: 'home' }; // whoever signs in next may be somebody else
    this.page = 'signin';
  }

  private async showSignIn(): Promise<void> {
    this.page = 'signin';
    const setup = await this.rest.setupNeeded().catch(() => null);
    if (setup?.needed) this.problem = text.signIn.setupNeeded;
  }

  private ended(): void {
    this.push_?.stop();
    this.problem = text.signIn.ended;
    this.page = 'signin';
  }

  private forget(): void {
    this.data_.clear();
    this.watches_.clear();
    this.user = null;
    this.accounts = [];
    this.view.account = null;
    this.view.conversation = null;
    this.outbox.clear();
    this.problem = null;
  }

  /** Nothing else is open before there is a second factor. */
  private wantFactor(): void {
    this.push_?.stop();
    this.page = 'factor';
  }

  /** There is one now: on to where the person was going. */
  async factorAdded(): Promise<void> {
    this.user = await this.transport.refresh();
    await this.enter();
  }

  private async enter(): Promise<void> {
    if (this.user?.second_factor_missing) return this.wantFactor();
    const [, { accounts }] = await Promise.all([this.client.loadSession(), this.rest.accounts()]);
    this.accounts = accounts;
    this.startPush();
    // A place beside the mail needs no mailbox: it is loaded when one goes there.
    if (this.showPlace(this.wanted_)) {
      this.wanted_ = { at: 'home' };
      return;
    }
    if (accounts.length > 0) await this.showAccount(this.wantedAccount());
    else this.page = 'choice';
  }

  /** Settings, security centre and connecting need no mailbox. */
  private showPlace(route: Route): boolean {
    if (route.at === 'settings') this.settingsSection = route.section;
    else if (route.at === 'security') this.security = { section: route.section, params: route.params };
    else if (route.at !== 'connect') return false;
    if (route.at === 'security' && !this.seesSecurity) return false;
    this.page = route.at;
    return true;
  }

  get isAdministrator(): boolean {
    return this.user?.role === 'administrator';
  }

  get seesSecurity(): boolean {
    return this.isAdministrator || this.user?.role === 'auditor';
  }

  openSettings(section: SettingsSection): void {
    this.showPlace({ at: 'settings', section });
  }

  openSecurity(section: SecuritySection, params: Record<string, string> = {}): void {
    this.showPlace({ at: 'security', section, params: new URLSearchParams(params).toString() });
  }

  /** Back to the mail, or to the choice of a first mailbox. */
  leavePlace(): void {
    this.wanted_ = { at: 'home' };
    if (this.accounts.length === 0) this.page = 'choice';
    else if (this.view.account) this.page = 'mail';
    else void this.showAccount(this.wantedAccount());
  }

  private wantedAccount(): Id {
    const route = this.wanted_;
    const of_route = route.at === 'mailbox' || route.at === 'search' ? route.account : null;
    const remembered = this.options_.remember.get('account');
    const known = [of_route, remembered].find((id) => this.accounts.some((account) => account.id === id));
    return known ?? (this.accounts[0] as MailAccount).id;
  }

  // ---- accounts ------------------------------------------------------------------------------------------------

  account(id: Id | undefined): MailAccount | undefined {
    return this.accounts.find((account) => account.id === id);
  }

  get current(): MailAccount | undefined {
    return this.account(this.view.account?.id);
  }

  async reloadAccounts(): Promise<void> {
    const [, { accounts }] = await Promise.all([this.client.loadSession(), this.rest.accounts()]);
    this.accounts = accounts;
    if (accounts.length === 0) this.page = 'choice';
    else if (!this.account(this.view.account?.id)) {
      this.view.account = null; // it is gone, or was never shown: whoever is in the settings stays there
      this.view.conversation = null;
      if (this.page === 'mail' || this.page === 'choice') await this.showAccount((accounts[0] as MailAccount).id);
    }
  }

  /** A new account was connected: its mailbox shows at once. */
  async accountAdded(account: MailAccount): Promise<void> {
    this.accounts = [...this.accounts.filter((other) => other.id !== account.id), account];
    await this.client.loadSession();
    await this.showAccount(account.id);
  }

  async showAccount(id: Id): Promise<void> {
    this.options_.remember.set('account', id);
    const data = this.dataOf(id);
    this.view.use(data);
    this.view.mailboxId = null;
    const address = this.account(id)?.email;
    this.view.own = address === undefined ? [] : [address];
    if (!this.showPlace(this.wanted_)) this.page = 'mail';
    try {
      data.list = null; // the address of the page, or the inbox, decides what is shown
      await data.loadMailboxes();
    } catch (error) {
      this.problem = message_of(error);
    }
    void data.loadIdentities().then((identities) => {
      if (this.view.account === data) this.view.own = [...new Set([...this.view.own, ...identities.map(({ email }) => email)])];
    }, () => {});
  }

  private dataOf(id: Id): AccountData {
    const known = this.data_.get(id);
    if (known) return known;
    const data = new AccountData(id, this.client);
    data.emails.onHeader = (email) => {
      const sent = data.mailboxes.byRole('sent')?.id;
      this.contacts.learn(email, sent !== undefined && email.mailboxIds[sent] === true);
    };
    // The mailboxes of a new account arrive some moments after it was connected.
    data.mailboxes.onPut = () => {
      if (this.view.account === data && this.view.list === null) this.openWanted(data);
    };
    data.mutations.onFailed = (label, why) => this.toasts.error(text.done.failed(label || text.actions.markRead, why));
    const watch = new SubmissionWatch(data, (account, delivery, subject) => this.outbox.undelivered(account, delivery, subject));
    data.onSubmissions = (state) => void watch.changed(state).catch(() => {});
    this.watches_.set(id, watch);
    void watch.catchUp().catch(() => {});
    this.data_.set(id, data);
    return data;
  }

  /** Whom one wrote to lately completes addresses best: asked for once per account, when writing begins. */
  private async learnRecipients(data: AccountData): Promise<void> {
    const sent = data.mailboxes.byRole('sent');
    if (!sent || this.learned_.has(data.id)) return;
    this.learned_.add(data.id);
    const batch = this.client.batch();
    const query = batch.call('Email/query', { accountId: data.id, filter: { inMailbox: sent.id }, sort: [{ property: 'receivedAt', isAscending: false }], limit: kLearnedMessages });
    const get = batch.call('Email/get', { accountId: data.id, '#ids': query.ref('/ids'), properties: kHeaderProperties });
    for (const email of (await batch.send()).get(get).list) this.contacts.learn(email, true);
  }

  /** The mailbox that the address of the page names, else the inbox. */
  private openWanted(data: AccountData): void {
    if (this.view.account !== data) return;
    const inbox = data.mailboxes.byRole('inbox') ?? data.mailboxes.list[0];
    if (!inbox) return;
    const route = this.wanted_;
    this.wanted_ = { at: 'home' };
    if (route.at === 'search' && route.account === data.id) this.view.search(route.text, route.mailbox);
    else if (route.at === 'mailbox' && route.account === data.id && data.mailboxes.get(route.mailbox)) this.view.openMailbox(route.mailbox);
    else this.view.openMailbox(inbox.id);
    if ((route.at === 'mailbox' || route.at === 'search') && route.email !== null) void this.view.openById(route.email).catch(() => {});
  }

  // ---- the address bar -----------------------------------------------------------------------------------------

  get route(): Route {
    const account = this.view.account?.id;
    switch (this.page) {
      case 'setup':
        return { at: 'setup', token: this.secret };
      case 'register':
        return { at: 'register', invitation: this.secret };
      case 'reset':
        return { at: 'reset', token: this.secret };
      case 'connect':
      case 'forgot':
        return { at: this.page };
      case 'settings':
        return { at: 'settings', section: this.settingsSection };
      case 'security':
        return { at: 'security', ...this.security };
      case 'mail': {
        const email = this.view.conversation?.emailId ?? null;
        if (account === undefined) return { at: 'home' };
        if (this.view.searching) return { at: 'search', account, mailbox: this.view.list?.query.mailboxId ?? null, text: this.view.searchText, email };
        return this.view.mailboxId === null ? { at: 'home' } : { at: 'mailbox', account, mailbox: this.view.mailboxId, email };
      }
      default:
        return { at: 'home' };
    }
  }

  /** The person went back or forward, or typed an address. */
  async goTo(hash: string): Promise<void> {
    if (hash === print_route(this.route)) return;
    const route = parse_route(hash);
    if (is_entrance(route)) return this.start(hash);
    if (!this.transport.signedIn) {
      if (this.page === 'forgot' || this.page === 'reset') this.page = 'signin';
      return;
    }
    if (this.page === 'factor' || this.showPlace(route)) return;
    if (this.accounts.length === 0) {
      this.page = 'choice';
      return;
    }
    if (route.at !== 'mailbox' && route.at !== 'search') return this.leavePlace();
    this.page = 'mail';
    const same_place = route.account === this.view.account?.id && print_route({ ...route, email: null }) === print_route({ ...this.route, email: null } as Route);
    if (same_place && route.email === null) return this.view.closeConversation();
    if (same_place && route.email !== null) return this.view.openById(route.email).catch(() => {});
    this.wanted_ = route;
    if (this.account(route.account)) await this.showAccount(route.account);
  }

  // ---- push ----------------------------------------------------------------------------------------------------

  setOnline(online: boolean): void {
    this.online = online;
    if (!online) return;
    this.push_?.retryNow();
    for (const data of this.data_.values()) data.mutations.retryNow();
  }

  get waiting(): number {
    return [...this.data_.values()].reduce((sum, data) => sum + data.mutations.waiting, 0);
  }

  private startPush(): void {
    this.push_?.stop();
    let first = true;
    this.push_ = new Push({
      transport: this.transport,
      onEvent: (event) => this.pushed(event),
      onConnected: () => {
        this.connected = true;
        // What happened while the line was down, or before it stood, is not repeated by the server.
        this.catchUp();
        if (!first) void this.afterReconnect();
        first = false;
      },
      onDisconnected: () => (this.connected = false),
    });
    this.push_.start();
  }

  private catchUp(): void {
    for (const data of this.data_.values()) void data.catchUp();
    for (const watch of this.watches_.values()) void watch.catchUp().catch(() => {});
  }

  private async afterReconnect(): Promise<void> {
    for (const data of this.data_.values()) data.mutations.retryNow();
    if (this.view.conversation?.error) void this.view.conversation.load();
    await this.reloadAccounts().catch(() => {});
  }

  private pushed(event: ServerEvent): void {
    let data: unknown;
    try {
      data = JSON.parse(event.data);
    } catch {
      return;
    }
    if (event.event === 'state') {
      for (const [id, states] of Object.entries((data as StateChange).changed ?? {})) this.data_.get(id)?.stateChanged(states);
    } else if (event.event === 'account') {
      const account = data as MailAccount;
      const known = this.account(account.id);
      if (known) this.accounts = this.accounts.map((other) => (other.id === account.id ? { ...other, ...account, ...(account.error === undefined ? { error: undefined } : {}) } : other));
    }
  }
}

/** Places for those who are not signed in, opened by a link. */
function is_entrance(route: Route): boolean {
  return route.at === 'setup' || route.at === 'register' || route.at === 'reset' || route.at === 'forgot';
}
