/* What each kind of server is told, and how what it says is understood. To add one: `DIALECTS` in dialects.c. */
#pragma once
#include "wire.h"

/* What a member keeps, to come back where it was. `session` and `epoch` are JSON values as they were read. */
struct place {
    char session[256], epoch[80];
    uint64_t offset;
};

enum heard {
    NOTHING,
    WELCOMED,    /* the member is in the room */
    DELIVERED,   /* a message somebody said, known by its marker */
    TURNED_AWAY, /* refused, held, asked or an error: the message reaches nobody */
    ANSWER,      /* what `answer` holds is to be sent back */
};

struct hearing {
    uint32_t number;    /* of the message that was delivered */
    bool recovered;     /* the welcome gives all that was missed */
    const char *answer; /* the text to send back */
};

struct dialect {
    const char *name;
    const char *path;    /* for printf, with the number of the room */
    const char *headers; /* for printf, with the port */
    bool welcomes;       /* false: a member is in the room as soon as it is connected */
    size_t (*greet)(char *out, size_t room, uint32_t member, const struct place *place);
    size_t (*say)(char *out, size_t room, uint32_t number);
    enum heard (*hear)(const uint8_t *text, size_t length, struct place *place, struct hearing *hearing);
};

const struct dialect *dialect_named(const char *name);
