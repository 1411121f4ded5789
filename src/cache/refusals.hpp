#pragma once

#include <vector>

#include "cache/record.hpp"

namespace postern::cache {

// Passwords that a directory has refused: it is asked about one again 1, 5 and 15 minutes after the
// first refusal, then every half hour (or `negative`, if that is longer): five times an hour at
// most. One that nobody has been asked about for two such turns is forgotten.

// Rejected while the directory need not be asked about it, else ask.
Verdict verdict_of(const std::vector<Refused>& refused, const Verifier& verifier, Time now,
                   const Rules& rules);

// Adds it, or dates it anew; the oldest beyond refused_at_most go.
void remember(std::vector<Refused>& refused, const Refused& latest, const Rules& rules);

}  // namespace postern::cache
