/* Messages in flight: who says the next one, when it has reached everyone, how long that took. */
#pragma once
#include "histogram.h"
#include "members.h"

/* A message is in flight from when it is said until the last member of its room has it, its author included. */
struct flow {
    uint32_t window;     /* messages kept in flight in each room; 0: said at a fixed rate instead */
    uint32_t rate;       /* messages a second, in all */
    uint32_t speakers;   /* members of each room who speak, turn about */
    double warm, wanted; /* seconds before measuring, and of measuring */
};

struct figures {
    double seconds, busy, served;        /* busy: the share of a core that this process used; served: the server's */
    uint64_t messages, deliveries, lost; /* messages: complete within the measure; lost: deliveries that never came */
    struct histogram latency;            /* of each delivery, from the moment its message was (due to be) said */
};

/* Run `flow` and put what was measured in `figures`. */
void flow_run(const struct flow *flow, struct figures *figures);

/* Say the next message, by one of the speakers of `room`, as if it were due at `due`; return its number. */
uint32_t flow_say(struct member *speaker, int64_t due);
