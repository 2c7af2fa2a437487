#include "handshake.h"

#include <stdint.h>
#include <string.h>

static const char GUID[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
static const char BASE64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static uint32_t turned(uint32_t word, int by) { return word << by | word >> (32 - by); }

/* FIPS 180-4, section 6.1.2. */
static void sha1_block(uint32_t hash[5], const uint8_t *block) {
    uint32_t words[80], a = hash[0], b = hash[1], c = hash[2], d = hash[3], e = hash[4];
    for (int i = 0; i < 16; i++)
        words[i] = (uint32_t)block[4 * i] << 24 | block[4 * i + 1] << 16 | block[4 * i + 2] << 8 | block[4 * i + 3];
    for (int i = 16; i < 80; i++) words[i] = turned(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
    for (int i = 0; i < 80; i++) {
        uint32_t f = i < 20   ? ((b & c) | (~b & d)) + 0x5a827999
                     : i < 40 ? (b ^ c ^ d) + 0x6ed9eba1
                     : i < 60 ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
                              : (b ^ c ^ d) + 0xca62c1d6;
        uint32_t next = turned(a, 5) + f + e + words[i];
        e = d, d = c, c = turned(b, 30), b = a, a = next;
    }
    hash[0] += a, hash[1] += b, hash[2] += c, hash[3] += d, hash[4] += e;
}

/* For messages of 56 to 119 bytes, which is what a key and the GUID make: two blocks. */
static void sha1(const uint8_t *text, size_t length, uint8_t digest[20]) {
    uint32_t hash[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    uint8_t blocks[128] = {0};
    memcpy(blocks, text, length);
    blocks[length] = 0x80;
    blocks[126] = length * 8 >> 8;
    blocks[127] = length * 8;
    sha1_block(hash, blocks);
    sha1_block(hash, blocks + 64);
    for (int i = 0; i < 20; i++) digest[i] = hash[i / 4] >> (24 - 8 * (i % 4));
}

void accept_key(const char *key, size_t length, char *out) {
    uint8_t text[119], digest[21] = {0};
    if (length > 24) length = 24;
    memcpy(text, key, length);
    memcpy(text + length, GUID, sizeof GUID - 1);
    sha1(text, length + sizeof GUID - 1, digest);
    for (int i = 0; i < 7; i++) {
        uint32_t three = digest[3 * i] << 16 | digest[3 * i + 1] << 8 | digest[3 * i + 2];
        for (int j = 0; j < 4; j++) out[4 * i + j] = BASE64[three >> (18 - 6 * j) & 63];
    }
    out[27] = '=';
    out[28] = 0;
}
