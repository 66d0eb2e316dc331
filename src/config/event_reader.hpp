// Reads the settings of security events and alerts. Internal to config/.
#pragma once
#include "config/event_settings.hpp"
#include "config/reader.hpp"

namespace dhii::config {

EventSettings read_events(Reader& read);
AlertSettings read_alerts(Reader& read);

}  // namespace dhii::config
