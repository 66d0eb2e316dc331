#include "discovery/errors.hpp"

namespace dhii::discovery {

ErrorText describe(DiscoveryError e) {
  switch (e) {
    case DiscoveryError::kNotAnAddress:
      return {"discovery.not_an_address", "This is not a complete mail address. Type it like name@example.org."};
    case DiscoveryError::kBadXml:
      return {"discovery.bad_xml", "The provider's settings file can't be read. Enter the settings by hand."};
    case DiscoveryError::kNotAutoconfig:
      return {"discovery.not_autoconfig",
              "The provider's settings file names no servers that can be used. Enter the settings by hand."};
    case DiscoveryError::kNoImap:
      return {"discovery.no_imap",
              "This provider offers no IMAP, so its mail can't be read by other programs. Use an address elsewhere."};
  }
  return {"discovery.unknown", "The settings could not be found. Enter them by hand."};
}

}  // namespace dhii::discovery
