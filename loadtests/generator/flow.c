#include "flow.h"

#include <stdlib.h>

#include "usage.h"

enum { KEPT = 1 << 16 }; /* more than are ever in flight */

static struct message {
    int64_t due;
    uint32_t number, waiting_for;
    struct member *speaker;
} messages[KEPT];

static uint32_t said, in_flight;
static bool refill, measuring;
static struct figures *figures;

uint32_t flow_say(struct member *speaker, int64_t due) {
    uint32_t number = said++;
    messages[number % KEPT] = (struct message){due, number, community.size, speaker};
    in_flight++;
    member_say(speaker, number);
    return number;
}

static void delivered(struct member *member, uint32_t number, int64_t now) {
    (void)member;
    struct message *message = &messages[number % KEPT];
    if (message->number != number || message->waiting_for == 0) return; /* another run's */
    if (measuring) {
        figures->deliveries++;
        histogram_add(&figures->latency, now > message->due ? now - message->due : 0);
    }
    if (--message->waiting_for > 0) return;
    in_flight--;
    if (measuring) figures->messages++;
    if (refill) flow_say(message->speaker, now);
}

static struct member *speaker_of(uint32_t room, uint32_t turn, uint32_t speakers) {
    return &community.members[room * community.size + turn % speakers];
}

static void fill(const struct flow *flow) {
    for (uint32_t room = 0; room < community.rooms; room++)
        for (uint32_t i = 0; i < flow->window; i++) flow_say(speaker_of(room, i, flow->speakers), now_ns());
}

/* Let members speak until `end`; at a fixed rate, a message that is late counts from when it was due. */
static void run_until(int64_t end, const struct flow *flow, int64_t *due, uint32_t *turn) {
    int64_t now;
    while ((now = now_ns()) < end) {
        for (; flow->rate > 0 && *due <= now; *due += 1000000000 / flow->rate, ++*turn)
            flow_say(speaker_of(*turn % community.rooms, *turn / community.rooms, flow->speakers), *due);
        members_turn(flow->rate > 0 && *due < end ? *due : end);
    }
}

static void measure(int64_t end, const struct flow *flow, int64_t *due, uint32_t *turn) {
    int64_t start = now_ns();
    double before = used() - idled, served = used_by_server();
    measuring = true;
    run_until(end, flow, due, turn);
    measuring = false;
    figures->seconds = (now_ns() - start) / 1e9;
    figures->busy = (used() - idled - before) / figures->seconds;
    figures->served = (used_by_server() - served) / figures->seconds;
}

static uint64_t drain(int64_t deadline) {
    while (in_flight > 0 && now_ns() < deadline) members_turn(deadline);
    uint64_t lost = 0;
    for (uint32_t i = 0; in_flight > 0 && i < KEPT; i++) lost += messages[i].waiting_for, messages[i].waiting_for = 0;
    in_flight = 0;
    return lost;
}

void flow_run(const struct flow *flow, struct figures *into) {
    figures = into;
    *figures = (struct figures){0};
    listener = (struct listener){.delivered = delivered};
    int64_t due = now_ns(), middle = due + flow->warm * 1e9;
    uint32_t turn = 0;
    refill = flow->window > 0;
    fill(flow);
    run_until(middle, flow, &due, &turn);
    measure(middle + flow->wanted * 1e9, flow, &due, &turn);
    refill = false;
    figures->lost = drain(now_ns() + 3000000000LL);
}
