// Evidence: what is gathered about an incident while it is fresh, as one tar with a manifest of SHA-256 sums: events,
// settings without secrets, users, sessions, checks, versions, hashes of the files, notes.
#pragma once
#include <string>

#include "app/installation.hpp"
#include "store/control_tasks.hpp"
#include "store/event_journal.hpp"

namespace dhii::app {

// The bytes of the tar.
Result<std::string> collect_evidence(Installation& installation, store::EventJournal& events,
                                     const store::Incident& incident);

}  // namespace dhii::app
