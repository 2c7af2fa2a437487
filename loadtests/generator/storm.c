#include "storm.h"

#include <stdlib.h>

#include "flow.h"

enum { MOST = 4096 }; /* messages said in a storm */

static uint8_t (*heard)[MOST]; /* how often each member was given each message */
static uint32_t count, said, returned, recovered;
static uint32_t rate;
static int64_t due;

static void note(struct member *member, uint32_t number) {
    if (number < MOST && heard[member->number][number] < 255) heard[member->number][number]++;
}

static void delivered(struct member *member, uint32_t number, int64_t now) {
    (void)now;
    note(member, number);
}

/* What was missed comes inside the welcome. */
static void welcomed(struct member *member, const struct frame *welcome, bool complete, int64_t now) {
    (void)now;
    uint32_t number;
    const uint8_t *at = welcome->payload, *end = at + welcome->length;
    while ((at = marker_find(at, end - at, &number)) != NULL) note(member, number);
    returned++;
    recovered += complete;
}

static int64_t speak(int64_t end) {
    for (int64_t now = now_ns(); due <= now && said < MOST; due += 1000000000 / rate)
        member_say(&community.members[0], said++);
    return due < end ? due : end;
}

static void speak_for(double seconds) {
    int64_t end = now_ns() + seconds * 1e9;
    while (now_ns() < end) members_turn(speak(end));
}

/* Come back all at once, the speaker speaking; 30 s at most. */
static double come_back(void) {
    int64_t start = now_ns(), deadline = start + 30000000000LL;
    for (uint32_t i = 1; i < count; i++) member_connect(&community.members[i]);
    while (members_present() < count && now_ns() < deadline) members_turn(speak(deadline));
    return (now_ns() - start) / 1e9;
}

static void compare(struct storm *storm) {
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t number = 0; number < said; number++) {
            storm->lost += heard[i][number] == 0;
            storm->doubled += heard[i][number] > 1;
        }
}

void storm_run(uint32_t a_second, double absent, struct storm *storm) {
    listener = (struct listener){.delivered = delivered, .welcomed = welcomed};
    count = community.rooms * community.size;
    heard = calloc(count, sizeof *heard);
    rate = a_second;
    due = now_ns();
    speak_for(1);
    for (uint32_t i = 1; i < count; i++) member_cut(&community.members[i]);
    speak_for(absent);
    *storm = (struct storm){.seconds = come_back()};
    speak_for(0.5);
    int64_t end = now_ns() + 2000000000LL;
    while (now_ns() < end) members_turn(end);
    storm->back = returned;
    storm->recovered = recovered;
    storm->said = said;
    compare(storm);
}
