#include "dialects.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* With its marker, about 200 bytes: what a member writes in one go. */
static const char WORDS[] =
    "Depuis la fusion je passe mes soirées à refaire des plannings, et mon équipe le voit bien. "
    "Comment faites-vous, vous autres, pour dire que la coupe est pleine sans perdre leur confiance ?";

static const char *text_of(uint32_t number) {
    static char text[MARKER_LENGTH + 1 + sizeof WORDS];
    marker_write(text, number);
    snprintf(text + MARKER_LENGTH, sizeof text - MARKER_LENGTH, " %s", WORDS);
    return text;
}

static bool starts(const uint8_t *text, size_t length, const char *with) {
    size_t wanted = strlen(with);
    return length >= wanted && memcmp(text, with, wanted) == 0;
}

/* raw: every text frame is broadcast to the room as it is. */

static size_t raw_say(char *out, size_t room, uint32_t number) { return snprintf(out, room, "%s", text_of(number)); }

static enum heard raw_hear(const uint8_t *text, size_t length, struct place *place, struct hearing *hearing) {
    (void)place;
    return marker_find(text, length, &hearing->number) != NULL ? DELIVERED : NOTHING;
}

/* socketio: Engine.IO 4 over WebSocket alone, Socket.IO 5 events named "m". */

static size_t socketio_greet(char *out, size_t room, uint32_t member, const struct place *place) {
    (void)member, (void)place;
    return snprintf(out, room, "40");
}

static size_t socketio_say(char *out, size_t room, uint32_t number) {
    return snprintf(out, room, "42[\"m\",\"%s\"]", text_of(number));
}

static enum heard socketio_hear(const uint8_t *text, size_t length, struct place *place, struct hearing *hearing) {
    (void)place;
    if (starts(text, length, "42")) return raw_hear(text, length, place, hearing);
    if (starts(text, length, "40")) return WELCOMED;
    if (!starts(text, length, "2")) return NOTHING;
    hearing->answer = "3";
    return ANSWER;
}

/* sansmasque: the contract's frames. */

static size_t sansmasque_greet(char *out, size_t room, uint32_t member, const struct place *place) {
    char name[MARKER_LENGTH + 1] = {0};
    /* Two runs against one server mustn't claim each other's names: the process's number tells them apart. */
    marker_write(name, (uint32_t)getpid() << 16 | member);
    name[MARKER_LENGTH - 1] = 0;
    if (place->session[0] == 0) {
        return snprintf(out, room, "{\"type\":\"hello\",\"pseudonym\":\"M%s\"}", name + 1);
    }
    return snprintf(out, room, "{\"type\":\"hello\",\"session\":%s,\"since\":{\"epoch\":%s,\"offset\":%llu}}",
                    place->session, place->epoch, (unsigned long long)place->offset);
}

static size_t sansmasque_say(char *out, size_t room, uint32_t number) {
    return snprintf(out, room, "{\"type\":\"say\",\"ref\":\"r%u\",\"text\":\"%s\"}", number, text_of(number));
}

static const uint8_t *value_of(const uint8_t *text, size_t length, const char *key) {
    const uint8_t *found = memmem(text, length, key, strlen(key));
    return found == NULL ? NULL : found + strlen(key);
}

/* Copy a JSON string (without escapes) or number, quotes included. */
static void keep_value(char *into, size_t room, const uint8_t *value, const uint8_t *end) {
    if (value == NULL) return;
    size_t length = 0;
    while (value + length < end && strchr(",}", value[length]) == NULL) length++;
    if (length < room) snprintf(into, room, "%.*s", (int)length, (const char *)value);
}

static void keep_offset(struct place *place, const uint8_t *text, size_t length) {
    const uint8_t *offset = value_of(text, length, "\"offset\":");
    if (offset != NULL) place->offset = strtoull((const char *)offset, NULL, 10);
}

static enum heard sansmasque_welcome(const uint8_t *text, size_t length, struct place *place, struct hearing *hearing) {
    const uint8_t *end = text + length, *epoch = value_of(text, length, "\"epoch\":");
    keep_value(place->session, sizeof place->session, value_of(text, length, "\"session\":"), end);
    keep_value(place->epoch, sizeof place->epoch, epoch, end);
    if (epoch != NULL) keep_offset(place, epoch, end - epoch);
    hearing->recovered = value_of(text, length, "\"recovered\":true") != NULL;
    return WELCOMED;
}

static enum heard sansmasque_hear(const uint8_t *text, size_t length, struct place *place, struct hearing *hearing) {
    if (starts(text, length, "{\"type\":\"said\"")) {
        keep_offset(place, text, length);
        return raw_hear(text, length, place, hearing);
    }
    if (starts(text, length, "{\"type\":\"welcome\"")) return sansmasque_welcome(text, length, place, hearing);
    bool away = starts(text, length, "{\"type\":\"refused\"") || starts(text, length, "{\"type\":\"held\"") ||
                starts(text, length, "{\"type\":\"asked\"") || starts(text, length, "{\"type\":\"error\"");
    return away ? TURNED_AWAY : NOTHING;
}

static const struct dialect DIALECTS[] = {
    {"raw", "/?room=load-%u", "", false, NULL, raw_say, raw_hear},
    {"socketio", "/socket.io/?EIO=4&transport=websocket&room=load-%u", "", true, socketio_greet, socketio_say,
     socketio_hear},
    {"sansmasque", "/r/load-%u/live",
     "Origin: http://127.0.0.1:%u\r\nSec-WebSocket-Protocol: sansmasque.1\r\n", true, sansmasque_greet, sansmasque_say,
     sansmasque_hear},
};

const struct dialect *dialect_named(const char *name) {
    for (size_t i = 0; i < sizeof DIALECTS / sizeof *DIALECTS; i++)
        if (strcmp(DIALECTS[i].name, name) == 0) return &DIALECTS[i];
    return NULL;
}
