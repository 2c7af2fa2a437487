/* RFC 6455 as a client needs it, and the marker by which a message is known again. No I/O. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum opcode { TEXT = 1, CLOSE = 8, PING = 9, PONG = 10 };

struct frame {
    const uint8_t *payload;
    size_t length;
    uint8_t opcode;
};

/* Read the frame at the start of `bytes`; return its whole length, or 0 while it is incomplete. */
size_t frame_read(const uint8_t *bytes, size_t have, struct frame *frame);

/* Write a masked frame to `out`, which has room for 14 bytes more than the payload; return its length. */
size_t frame_write(uint8_t *out, uint8_t opcode, const void *payload, size_t length);

/* A marker is ~bcdfghjk~: letters only, since digits in a message may be taken for a telephone number. */
#define MARKER_LENGTH 10
void marker_write(char *out, uint32_t number);

/* Find the next marker in `text`; return where it ends, or NULL when there is none. */
const uint8_t *marker_find(const uint8_t *text, size_t length, uint32_t *number);
