#!/usr/bin/env bash
# Times mbsync and notmuch on one user's mailbox of a mail system that runs (scripts/mail-system).
#   bench/peers.sh MAIL_DIR USER WORK_DIR WORDS_JSON [MORE_MAILDIR]     one JSON line per measurement on standard output
# MORE_MAILDIR: new messages to deliver, for the row "new mail". Needs isync and notmuch: scripts/setup --bench.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
mail_dir=$1 user=$2 work=$3 words=$4 more=${5:-}
# shellcheck source=/dev/null
. "$mail_dir/env"
for program in mbsync notmuch; do
  command -v $program >/dev/null || { echo "peers: $program is not installed (scripts/setup --bench)" >&2; exit 3; }
done
rm -rf "$work"
mkdir -p "$work/mail" "$work/state"
cat >"$work/mbsyncrc" <<C
IMAPAccount a
Host 127.0.0.1
Port $MAIL_IMAP_PORT
User $user@$MAIL_DOMAIN
Pass $MAIL_PASSWORD
SSLType None
AuthMechs LOGIN
PipelineDepth 50

IMAPStore far
Account a

MaildirStore near
Path $work/mail/
Inbox $work/mail/INBOX
SubFolders Verbatim

Channel c
Far :far:
Near :near:
Patterns INBOX
Create Near
Sync Pull
SyncState $work/state/
C
cat >"$work/notmuch" <<C
[database]
path=$work/mail
[user]
name=Bench
primary_email=$user@$MAIL_DOMAIN
[new]
tags=unread;inbox
ignore=.uidvalidity;.mbsyncstate
[search]
exclude_tags=
C
export NOTMUCH_CONFIG=$work/notmuch

now() { printf '%s' "${EPOCHREALTIME/,/.}"; }
timed() { # name, command...
  local name=$1 start end
  shift
  start=$(now)
  "$@" >/dev/null 2>>"$work/errors.log" || { echo "peers: '$*' failed; see $work/errors.log" >&2; exit 1; }
  end=$(now)
  awk -v name="$name" -v a="$start" -v b="$end" 'BEGIN{printf "{\"what\":\"%s\",\"ms\":%.2f}\n", name, (b-a)*1000}'
}
field() { python3 -c 'import json,sys; print(json.loads(open(sys.argv[1]).read().strip().splitlines()[-1])[sys.argv[2]])' "$words" "$1"; }

timed "mbsync first" mbsync -q -c "$work/mbsyncrc" c
printf '{"what":"messages","count":%s}\n' "$(find "$work/mail" -type f -path '*/cur/*' -o -type f -path '*/new/*' | wc -l)"
timed "notmuch first" notmuch new --quiet
for _ in 1 2 3; do timed "mbsync nothing new" mbsync -q -c "$work/mbsyncrc" c; done
for kind in needle rare mid common; do
  for _ in 1 2 3 4 5 6 7; do timed "search $kind" notmuch search --output=messages --limit=50 --sort=newest-first "$(field $kind)"; done
done
for _ in 1 2 3 4 5 6 7; do
  timed "search two words" notmuch search --output=messages --limit=50 --sort=newest-first "$(field mid) $(field mid2)"
  timed "search phrase" notmuch search --output=messages --limit=50 --sort=newest-first "\"$(field phrase)\""
  timed "search from" notmuch search --output=messages --limit=50 --sort=newest-first "from:$(field from)"
  timed "process start" notmuch --version
done
if [ -n "$more" ]; then
  scripts/mail-system append-maildir "$mail_dir" "$user" "$more"
  timed "mbsync 100 new" mbsync -q -c "$work/mbsyncrc" c
  timed "notmuch 100 new" notmuch new --quiet
fi
