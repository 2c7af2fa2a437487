#include "members.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "usage.h"

enum { INBOX = 1 << 20, EVENTS = 512, SAYING = 1024, AWAKE_NS = 100000 };

struct community community;
struct troubles troubles;
struct listener listener;

static int loop, timer;
static uint8_t inbox[INBOX];
static struct member *speaking[1 << 16]; /* those who have something to write this turn */
static uint32_t speaking_count, on_the_way, present;

int64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void watch(struct member *member, int operation, uint32_t events) {
    struct epoll_event event = {.events = events, .data.ptr = member};
    if (epoll_ctl(loop, operation, member->fd, &event) != 0) perror("epoll_ctl"), exit(1);
}

void members_prepare(void) {
    loop = epoll_create1(EPOLL_CLOEXEC);
    timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(loop, EPOLL_CTL_ADD, timer, &event);
    uint32_t count = community.rooms * community.size;
    community.members = calloc(count, sizeof *community.members);
    for (uint32_t i = 0; i < count; i++)
        community.members[i] = (struct member){.fd = -1, .number = i, .room = i / community.size};
}

/* Writing */

static void leave(struct member *member) {
    if (member->stage == PRESENT) present--;
    else if (member->stage != AWAY) on_the_way--;
    member->stage = AWAY;
    close(member->fd);
    member->fd = -1;
    member->rest_length = member->out_length = 0;
    member->stuck = false;
}

static void lose(struct member *member, const char *word) {
    if (troubles.word[0] == 0) snprintf(troubles.word, sizeof troubles.word, "%s", word);
    troubles.closed++;
    leave(member);
}

static void flush(struct member *member) {
    if (member->stage == AWAY || member->out_length == 0) return;
    ssize_t sent = send(member->fd, member->out, member->out_length, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) return lose(member, strerror(errno));
    if (sent < 0) sent = 0;
    member->out_length -= sent;
    memmove(member->out, member->out + sent, member->out_length);
    bool stuck = member->out_length > 0;
    if (stuck != member->stuck) watch(member, EPOLL_CTL_MOD, stuck ? EPOLLIN | EPOLLOUT : EPOLLIN);
    member->stuck = stuck;
}

static uint8_t *room_to_write(struct member *member, size_t length) {
    if (member->out_length == 0) speaking[speaking_count++ & 0xffff] = member;
    if (member->out_length + length > member->out_room) {
        member->out_room = (member->out_length + length) * 2;
        member->out = realloc(member->out, member->out_room);
    }
    return member->out + member->out_length;
}

static void write_frame(struct member *member, uint8_t opcode, const void *payload, size_t length) {
    uint8_t *out = room_to_write(member, length + 14);
    member->out_length += frame_write(out, opcode, payload, length);
}

void member_say(struct member *member, uint32_t number) {
    char text[SAYING];
    if (member->stage == PRESENT) write_frame(member, TEXT, text, community.dialect->say(text, sizeof text, number));
}

static void flush_all(void) {
    for (uint32_t i = 0; i < speaking_count; i++) flush(speaking[i]);
    speaking_count = 0;
}

/* Opening */

void member_connect(struct member *member) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(community.port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    member->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (member->fd < 0) perror("socket"), exit(1);
    setsockopt(member->fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    member->stage = CONNECTING;
    on_the_way++;
    if (connect(member->fd, (struct sockaddr *)&address, sizeof address) != 0 && errno != EINPROGRESS)
        return lose(member, strerror(errno));
    watch(member, EPOLL_CTL_ADD, EPOLLOUT);
}

static void upgrade(struct member *member) {
    char path[100], headers[200];
    snprintf(path, sizeof path, community.dialect->path, member->room);
    snprintf(headers, sizeof headers, community.dialect->headers, community.port);
    uint8_t *out = room_to_write(member, 600);
    member->out_length += snprintf((char *)out, 600,
                                   "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nUpgrade: websocket\r\n"
                                   "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                                   "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s\r\n",
                                   path, community.port, headers);
    setsockopt(member->fd, IPPROTO_TCP, TCP_QUICKACK, &(int){0}, sizeof(int));
    member->stage = UPGRADING;
    watch(member, EPOLL_CTL_MOD, EPOLLIN);
}

static void enter(struct member *member) {
    on_the_way--;
    present++;
    member->stage = PRESENT;
}

static void greet(struct member *member) {
    char greeting[SAYING];
    member->stage = GREETING;
    if (community.dialect->greet != NULL)
        write_frame(member, TEXT, greeting,
                    community.dialect->greet(greeting, sizeof greeting, member->number, &member->place));
    if (!community.dialect->welcomes) enter(member);
}

uint32_t members_present(void) { return present; }

bool members_open(uint32_t first, uint32_t count, uint32_t at_once, int64_t deadline) {
    uint32_t next = first, wanted = present + count, lost = troubles.closed;
    while (present < wanted && troubles.closed == lost && now_ns() < deadline) {
        while (next < first + count && on_the_way < at_once) member_connect(&community.members[next++]);
        members_turn(deadline);
    }
    return present == wanted;
}

void member_cut(struct member *member) {
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    setsockopt(member->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    leave(member);
}

/* Hearing */

static void hear_text(struct member *member, const struct frame *frame, int64_t now) {
    struct hearing hearing = {0};
    switch (community.dialect->hear(frame->payload, frame->length, &member->place, &hearing)) {
    case NOTHING:
        break;
    case WELCOMED:
        if (member->stage == GREETING) enter(member);
        if (listener.welcomed != NULL) listener.welcomed(member, frame, hearing.recovered, now);
        break;
    case DELIVERED:
        if (listener.delivered != NULL) listener.delivered(member, hearing.number, now);
        break;
    case TURNED_AWAY:
        if (troubles.away++ == 0)
            snprintf(troubles.word, sizeof troubles.word, "%.*s", (int)frame->length, (const char *)frame->payload);
        break;
    case ANSWER:
        write_frame(member, TEXT, hearing.answer, strlen(hearing.answer));
    }
}

static void hear_frame(struct member *member, const struct frame *frame, int64_t now) {
    char word[40];
    switch (frame->opcode) {
    case TEXT:
        return hear_text(member, frame, now);
    case PING:
        return write_frame(member, PONG, frame->payload, frame->length);
    case CLOSE:
        snprintf(word, sizeof word, "closed with %d",
                 frame->length < 2 ? 1005 : frame->payload[0] << 8 | frame->payload[1]);
        lose(member, word);
    }
}

/* Return how much of the answer to the upgrade was read, or 0 while it is incomplete. */
static size_t hear_upgrade(struct member *member, const uint8_t *bytes, size_t have) {
    const uint8_t *end = memmem(bytes, have, "\r\n\r\n", 4);
    if (end == NULL) return 0;
    if (have < 12 || memcmp(bytes + 9, "101", 3) != 0) {
        char word[100];
        snprintf(word, sizeof word, "not upgraded: %.*s", (int)strcspn((const char *)bytes, "\r"), (const char *)bytes);
        lose(member, word);
    } else {
        greet(member);
    }
    return end + 4 - bytes;
}

static void keep_rest(struct member *member, const uint8_t *bytes, size_t length) {
    member->rest_length = length;
    if (length == 0) return;
    member->rest = realloc(member->rest, length);
    memcpy(member->rest, bytes, length);
}

static void hear(struct member *member) {
    if (member->rest_length > 0) memcpy(inbox, member->rest, member->rest_length);
    ssize_t got = recv(member->fd, inbox + member->rest_length, INBOX - member->rest_length, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) return lose(member, got == 0 ? "closed by the server" : strerror(errno));
    int64_t now = now_ns();
    size_t have = member->rest_length + got, at = 0;
    if (member->stage == UPGRADING) at = hear_upgrade(member, inbox, have);
    struct frame frame;
    while (member->stage >= GREETING) {
        size_t read = frame_read(inbox + at, have - at, &frame);
        if (read == 0) break;
        at += read;
        hear_frame(member, &frame, now);
    }
    if (member->stage != AWAY) keep_rest(member, inbox + at, have - at);
}

static void turn_timer(int64_t until) {
    struct itimerspec when = {.it_value = {.tv_sec = until / 1000000000, .tv_nsec = until % 1000000000}};
    timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, NULL);
}

/* Fall asleep only when nothing comes for a while: a server that is slower than the load would pay for waking it at each write, a third
   of what the write itself costs, and none would that is faster. Whoever else needs this core, a store, takes it meanwhile. */
static int wait_for(struct epoll_event *events) {
    int count = epoll_wait(loop, events, EVENTS, 0);
    if (count != 0) return count;
    double before = used();
    for (int64_t sleep_at = now_ns() + AWAKE_NS; count == 0 && now_ns() < sleep_at;) {
        sched_yield();
        count = epoll_wait(loop, events, EVENTS, 0);
    }
    idled += used() - before;
    return count != 0 ? count : epoll_wait(loop, events, EVENTS, -1);
}

void members_turn(int64_t until) {
    struct epoll_event events[EVENTS];
    static int64_t armed;
    if (armed != until) turn_timer(armed = until);
    flush_all();
    int count = wait_for(events);
    for (int i = 0; i < count; i++) {
        struct member *member = events[i].data.ptr;
        uint64_t expirations;
        if (member == NULL) {
            if (read(timer, &expirations, sizeof expirations) < 0 && errno != EAGAIN) perror("timer"), exit(1);
            armed = 0;
        } else if (member->stage == CONNECTING) upgrade(member);
        else if (member->stage != AWAY && events[i].events & EPOLLOUT) flush(member);
        if (member != NULL && member->stage > CONNECTING && events[i].events & ~EPOLLOUT) hear(member);
    }
    flush_all();
}
