/* The server's half of an RFC 6455 handshake. */
#pragma once
#include <stddef.h>

/* Write to `out` (29 bytes) the Sec-WebSocket-Accept that answers `key`: base64 of SHA-1 of the key and the GUID. */
void accept_key(const char *key, size_t length, char *out);
