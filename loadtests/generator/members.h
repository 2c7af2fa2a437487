/* Members: connections that open, hear and say. One epoll loop; nothing here knows why a message is sent. */
#pragma once
#include "dialects.h"

enum stage { AWAY, CONNECTING, UPGRADING, GREETING, PRESENT };

struct member {
    int fd;
    enum stage stage;
    uint32_t number, room;
    struct place place;
    uint8_t *rest; /* the start of a frame whose end hasn't come */
    uint8_t *out;  /* what is to be written at the end of the turn */
    uint32_t rest_length, out_length, out_room;
    bool stuck; /* the kernel takes no more for now */
};

/* The members of room r are those from r × size to (r + 1) × size. */
struct community {
    uint16_t port;
    uint32_t rooms, size;
    const struct dialect *dialect;
    struct member *members;
};

/* What goes wrong, counted; `word` is the first of what was said about it. */
struct troubles {
    uint32_t away, closed;
    char word[200];
};

/* Who is told what is heard. `now` is in nanoseconds, read once a read. */
struct listener {
    void (*delivered)(struct member *, uint32_t number, int64_t now);
    void (*welcomed)(struct member *, const struct frame *welcome, bool recovered, int64_t now);
};

extern struct community community;
extern struct troubles troubles;
extern struct listener listener;

int64_t now_ns(void);

/* Prepare everyone, connected to nothing. */
void members_prepare(void);

/* Set out to connect; the member is present when the server has welcomed it. */
void member_connect(struct member *member);
uint32_t members_present(void);

/* Connect `count` members from `first`, at most `at_once` of them on the way; return whether all are present in time. */
bool members_open(uint32_t first, uint32_t count, uint32_t at_once, int64_t deadline);

/* Cut a connection as a lost network does: a reset, no closing handshake. */
void member_cut(struct member *member);

/* Say message `number`; it leaves at the end of the turn, with what else this member says in it. */
void member_say(struct member *member, uint32_t number);

/* Wait for what comes until `until`, hear it, then write what is to be said. */
void members_turn(int64_t until);
