/*
 * What the machine itself can do: broadcast to a room with nothing else on the way.
 *
 *     reference PORT direct      one write per member and message
 *     reference PORT coalesced   one write per member and turn of the loop
 *
 * Text frames of at most 64 KiB, unfragmented; a reader that is slow is buffered without bound. A reference, not a server.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "handshake.h"

enum { ROOMS = 256, EVENTS = 512, INBOX = 1 << 17 };

struct bytes {
    uint8_t *at;
    size_t length, room;
};

struct room {
    struct member **members;
    size_t count, space;
    struct bytes turn; /* what was said in it during this turn */
};

struct member {
    int fd;
    struct room *room; /* NULL until the handshake is done */
    size_t place;
    struct bytes in, out;
};

static struct room rooms[ROOMS];
static uint8_t inbox[INBOX];
static bool coalesced;
static int loop;

static void append(struct bytes *bytes, const void *more, size_t length) {
    if (bytes->length + length > bytes->room) {
        bytes->room = (bytes->length + length) * 2;
        bytes->at = realloc(bytes->at, bytes->room);
    }
    memcpy(bytes->at + bytes->length, more, length);
    bytes->length += length;
}

static void take(struct bytes *bytes, size_t length) {
    bytes->length -= length;
    memmove(bytes->at, bytes->at + length, bytes->length);
}

static void watch(struct member *member, int operation, uint32_t events) {
    struct epoll_event event = {.events = events, .data.ptr = member};
    epoll_ctl(loop, operation, member->fd, &event);
}

/* Write at once what the kernel takes; a socket that is broken is found when it is read. */
static void deliver(struct member *member, const uint8_t *bytes, size_t length) {
    ssize_t sent = member->out.length > 0 ? 0 : send(member->fd, bytes, length, MSG_NOSIGNAL);
    if (sent < 0) sent = errno == EAGAIN ? 0 : (ssize_t)length;
    if ((size_t)sent == length) return;
    if (member->out.length == 0) watch(member, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
    append(&member->out, bytes + sent, length - sent);
}

static void deliver_rest(struct member *member) {
    ssize_t sent = send(member->fd, member->out.at, member->out.length, MSG_NOSIGNAL);
    if (sent > 0) take(&member->out, sent);
    if (member->out.length == 0) watch(member, EPOLL_CTL_MOD, EPOLLIN);
}

static void broadcast(struct room *room, const uint8_t *bytes, size_t length) {
    for (size_t i = 0; i < room->count; i++) deliver(room->members[i], bytes, length);
}

static void end_turn(void) {
    for (struct room *room = rooms; room < rooms + ROOMS; room++) {
        if (room->turn.length == 0) continue;
        broadcast(room, room->turn.at, room->turn.length);
        room->turn.length = 0;
    }
}

static void say(struct room *room, const uint8_t *text, size_t length) {
    uint8_t framed[INBOX] = {0x81};
    size_t header = 2;
    if (length < 126) {
        framed[1] = length;
    } else {
        framed[1] = 126, framed[2] = length >> 8, framed[3] = length;
        header = 4;
    }
    memcpy(framed + header, text, length);
    if (coalesced) append(&room->turn, framed, header + length);
    else broadcast(room, framed, header + length);
}

/* Hear one frame at the start of `bytes`; return its length, 0 while it is incomplete. */
static size_t hear_frame(struct member *member, uint8_t *bytes, size_t have) {
    if (have < 6) return 0;
    size_t length = bytes[1] & 0x7f, header = 6;
    if (length == 126) {
        header = 8;
        length = bytes[2] << 8 | bytes[3];
    }
    if (have < header + length) return 0;
    for (size_t i = 0; i < length; i++) bytes[header + i] ^= bytes[header - 4 + (i & 3)];
    if ((bytes[0] & 0x0f) == 1) say(member->room, bytes + header, length);
    return header + length;
}

static void enter(struct member *member, struct room *room) {
    if (room->count == room->space) {
        room->space = room->space * 2 + 64;
        room->members = realloc(room->members, room->space * sizeof *room->members);
    }
    member->room = room;
    member->place = room->count;
    room->members[room->count++] = member;
}

/* The room is the number at the end of the path: /?room=load-7. */
static size_t hear_handshake(struct member *member, const uint8_t *bytes, size_t have) {
    const uint8_t *end = memmem(bytes, have, "\r\n\r\n", 4);
    const char *key = memmem(bytes, have, "Sec-WebSocket-Key: ", 19), *room = memmem(bytes, have, "load-", 5);
    if (end == NULL || key == NULL || room == NULL) return 0;
    char accept[29], answer[200];
    accept_key(key + 19, strcspn(key + 19, "\r"), accept);
    int length = snprintf(answer, sizeof answer,
                          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                          "Sec-WebSocket-Accept: %s\r\n\r\n", accept);
    deliver(member, (uint8_t *)answer, length);
    enter(member, &rooms[atoi(room + 5) % ROOMS]);
    return end + 4 - bytes;
}

static void leave(struct member *member) {
    struct room *room = member->room;
    if (room != NULL) {
        room->members[member->place] = room->members[--room->count];
        room->members[member->place]->place = member->place;
    }
    close(member->fd);
    free(member->in.at);
    free(member->out.at);
    free(member);
}

static void hear(struct member *member) {
    memcpy(inbox, member->in.at, member->in.length);
    ssize_t got = recv(member->fd, inbox + member->in.length, INBOX - 1 - member->in.length, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) return leave(member);
    size_t have = member->in.length + got, at = 0, read;
    inbox[have] = 0;
    if (member->room == NULL) at = hear_handshake(member, inbox, have);
    while (member->room != NULL && (read = hear_frame(member, inbox + at, have - at)) > 0) at += read;
    member->in.length = 0;
    if (have > at) append(&member->in, inbox + at, have - at);
}

static void greet(int listener) {
    int fd;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        struct member *member = calloc(1, sizeof *member);
        member->fd = fd;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
        watch(member, EPOLL_CTL_ADD, EPOLLIN);
    }
}

static int listen_on(uint16_t port) {
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 4096) != 0)
        perror("reference"), exit(1);
    return listener;
}

int main(int count, char **words) {
    if (count != 3) return 2;
    coalesced = strcmp(words[2], "coalesced") == 0;
    loop = epoll_create1(EPOLL_CLOEXEC);
    int listener = listen_on(atoi(words[1]));
    struct epoll_event listening = {.events = EPOLLIN}, events[EVENTS];
    epoll_ctl(loop, EPOLL_CTL_ADD, listener, &listening);
    printf("http://127.0.0.1:%s\n", words[1]);
    fflush(stdout);
    for (;;) {
        int ready = epoll_wait(loop, events, EVENTS, -1);
        for (int i = 0; i < ready; i++) {
            struct member *member = events[i].data.ptr;
            if (member == NULL) greet(listener);
            else if (events[i].events & EPOLLOUT) deliver_rest(member);
            else hear(member);
        }
        end_turn();
    }
}
