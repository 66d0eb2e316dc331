// The JMAP objects that the web app reads and writes, in the spelling of RFC 8620 and RFC 8621.
// Only the properties that we ask for are declared; anything else the server sends is ignored.

export type Id = string;
export type Keywords = Record<string, boolean>;

export interface SessionAccount {
  name: string;
  isPersonal: boolean;
  isReadOnly: boolean;
}

export interface CoreCapability {
  maxSizeUpload: number;
  maxCallsInRequest: number;
  maxObjectsInGet: number;
  maxObjectsInSet: number;
}

export interface Session {
  accounts: Record<Id, SessionAccount>;
  primaryAccounts: Record<string, Id>;
  capabilities: Record<string, unknown>;
  apiUrl: string;
  uploadUrl: string;
  downloadUrl: string;
  eventSourceUrl: string;
  state: string;
  username: string;
}

export interface EmailAddress {
  name: string | null;
  email: string;
}

export type MailboxRole =
  | 'inbox'
  | 'archive'
  | 'drafts'
  | 'sent'
  | 'trash'
  | 'junk'
  | 'flagged'
  | 'important'
  | 'all'
  | 'subscribed';

export interface MailboxRights {
  mayAddItems: boolean;
  mayRemoveItems: boolean;
  maySetSeen: boolean;
  maySetKeywords: boolean;
}

export interface Mailbox {
  id: Id;
  name: string;
  parentId: Id | null;
  role: MailboxRole | null;
  sortOrder: number;
  totalEmails: number;
  unreadEmails: number;
  totalThreads: number;
  unreadThreads: number;
  myRights?: Partial<MailboxRights>;
}

export interface EmailBodyPart {
  partId: string | null;
  blobId: Id | null;
  size: number;
  name: string | null;
  type: string;
  charset?: string | null;
  disposition: string | null;
  cid: string | null;
  'header:Content-Type'?: string | null;
}

export interface EmailBodyValue {
  value: string;
  isEncodingProblem: boolean;
  isTruncated: boolean;
}

/** What a row of the list needs. */
export interface EmailHeader {
  id: Id;
  threadId: Id;
  mailboxIds: Record<Id, boolean>;
  keywords: Keywords;
  from: EmailAddress[] | null;
  to: EmailAddress[] | null;
  subject: string | null;
  preview: string;
  receivedAt: string;
  hasAttachment: boolean;
  size: number;
}

/** What an opened message needs besides. */
export interface EmailBody {
  id: Id;
  blobId: Id;
  cc: EmailAddress[] | null;
  bcc: EmailAddress[] | null;
  replyTo: EmailAddress[] | null;
  sender: EmailAddress[] | null;
  sentAt: string | null;
  messageId: string[] | null;
  inReplyTo: string[] | null;
  references: string[] | null;
  textBody: EmailBodyPart[];
  htmlBody: EmailBodyPart[];
  attachments: EmailBodyPart[];
  bodyValues: Record<string, EmailBodyValue>;
}

export interface Thread {
  id: Id;
  emailIds: Id[];
}

export interface Identity {
  id: Id;
  name: string;
  email: string;
  replyTo: EmailAddress[] | null;
  textSignature: string;
  mayDelete: boolean;
}

export interface SubmissionAddress {
  email: string;
  parameters: Record<string, string> | null;
}

export interface DeliveryStatus {
  smtpReply: string;
  delivered: 'queued' | 'yes' | 'no' | 'unknown';
  displayed: string;
}

export interface EmailSubmission {
  id: Id;
  identityId: Id;
  emailId: Id;
  threadId: Id;
  undoStatus: 'pending' | 'final' | 'canceled';
  sendAt: string;
  deliveryStatus: Record<string, DeliveryStatus> | null;
}

export interface SearchSnippet {
  emailId: Id;
  subject: string | null;
  preview: string | null;
}

export interface SetError {
  type: string;
  description?: string | null;
  properties?: string[] | null;
}

export type PatchValue = unknown;
export type PatchObject = Record<string, PatchValue>;

export interface GetResult<T> {
  accountId: Id;
  state: string;
  list: T[];
  notFound: Id[];
}

export interface ChangesResult {
  accountId: Id;
  oldState: string;
  newState: string;
  hasMoreChanges: boolean;
  created: Id[];
  updated: Id[];
  destroyed: Id[];
}

export interface QueryResult {
  accountId: Id;
  queryState: string;
  canCalculateChanges: boolean;
  position: number;
  ids: Id[];
  total?: number;
}

export interface QueryChangesResult {
  accountId: Id;
  oldQueryState: string;
  newQueryState: string;
  total?: number;
  removed: Id[];
  added: { id: Id; index: number }[];
}

export interface SetResult<T> {
  accountId: Id;
  oldState: string | null;
  newState: string;
  created: Record<Id, Partial<T> & { id: Id }> | null;
  updated: Record<Id, Partial<T> | null> | null;
  destroyed: Id[] | null;
  notCreated: Record<Id, SetError> | null;
  notUpdated: Record<Id, SetError> | null;
  notDestroyed: Record<Id, SetError> | null;
}

export interface FilterCondition {
  inMailbox?: Id;
  text?: string;
  [key: string]: unknown;
}

export interface FilterOperator {
  operator: 'AND' | 'OR' | 'NOT';
  conditions: Filter[];
}

export type Filter = FilterCondition | FilterOperator;

/** Method name -> type of its answer. The client is typed by this table. */
export interface MethodResults {
  'Core/echo': Record<string, unknown>;
  'Mailbox/get': GetResult<Mailbox>;
  'Mailbox/changes': ChangesResult;
  'Mailbox/set': SetResult<Mailbox>;
  'Email/get': GetResult<EmailHeader & Partial<EmailBody>>;
  'Email/changes': ChangesResult;
  'Email/query': QueryResult;
  'Email/queryChanges': QueryChangesResult;
  'Email/set': SetResult<EmailHeader & { blobId: Id }>;
  'Thread/get': GetResult<Thread>;
  'Thread/changes': ChangesResult;
  'SearchSnippet/get': { accountId: Id; list: SearchSnippet[]; notFound: Id[] | null };
  'Identity/get': GetResult<Identity>;
  'EmailSubmission/get': GetResult<EmailSubmission>;
  'EmailSubmission/query': QueryResult;
  'EmailSubmission/changes': ChangesResult;
  'EmailSubmission/set': SetResult<EmailSubmission>;
}

export type MethodName = keyof MethodResults;

/** `event: state` of the event source (RFC 8620 §7.1). */
export interface StateChange {
  '@type': 'StateChange';
  changed: Record<Id, Record<string, string>>;
}
