/* Everyone is cut and comes back at once, while one member goes on speaking: who missed what? */
#pragma once
#include <stdint.h>

struct storm {
    double seconds;           /* from the first attempt to come back until the last member is in the room */
    uint32_t back, recovered; /* members who came back, and of them those told that nothing is missing */
    uint64_t said, lost, doubled; /* messages; deliveries that never came; deliveries that came twice */
};

/* Cut all members but the first, bring them back after `absent` seconds; the first says `rate` messages a second. */
void storm_run(uint32_t rate, double absent, struct storm *storm);
