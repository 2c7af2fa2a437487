#include "wire.h"

#include <string.h>

/* None that a server may hold to look like another, alone or in pairs: i and l, m and rn. They make names as well. */
static const char LETTERS[] = "bcdfghjkpqrstvxz";
static const uint8_t MASK[4] = {0x5a, 0xc3, 0x19, 0x7e};

size_t frame_read(const uint8_t *bytes, size_t have, struct frame *frame) {
    if (have < 2) return 0;
    size_t header = 2, length = bytes[1] & 0x7f;
    if (length >= 126) {
        size_t wide = length == 126 ? 2 : 8;
        header += wide;
        if (have < header) return 0;
        length = 0;
        for (size_t i = 0; i < wide; i++) length = length << 8 | bytes[2 + i];
    }
    if (have - header < length) return 0;
    *frame = (struct frame){.payload = bytes + header, .length = length, .opcode = bytes[0] & 0x0f};
    return header + length;
}

size_t frame_write(uint8_t *out, uint8_t opcode, const void *payload, size_t length) {
    const uint8_t *plain = payload;
    size_t at = 0;
    out[at++] = 0x80 | opcode;
    if (length < 126) {
        out[at++] = 0x80 | length;
    } else {
        out[at++] = 0x80 | 126;
        out[at++] = length >> 8;
        out[at++] = length;
    }
    memcpy(out + at, MASK, sizeof MASK);
    at += sizeof MASK;
    for (size_t i = 0; i < length; i++) out[at + i] = plain[i] ^ MASK[i & 3];
    return at + length;
}

void marker_write(char *out, uint32_t number) {
    out[0] = out[MARKER_LENGTH - 1] = '~';
    for (int i = 0; i < 8; i++) out[1 + i] = LETTERS[number >> (28 - 4 * i) & 15];
}

static bool marker_read(const uint8_t *at, uint32_t *number) {
    uint32_t read = 0;
    for (int i = 1; i <= 8; i++) {
        const char *letter = memchr(LETTERS, at[i], 16);
        if (letter == NULL) return false;
        read = read << 4 | (uint32_t)(letter - LETTERS);
    }
    *number = read;
    return at[MARKER_LENGTH - 1] == '~';
}

const uint8_t *marker_find(const uint8_t *text, size_t length, uint32_t *number) {
    const uint8_t *end = text + length;
    while (text != NULL && end - text >= MARKER_LENGTH) {
        const uint8_t *tilde = memchr(text, '~', end - text - MARKER_LENGTH + 1);
        if (tilde == NULL) return NULL;
        if (marker_read(tilde, number)) return tilde + MARKER_LENGTH;
        text = tilde + 1;
    }
    return NULL;
}
