/* The load: members who talk to a server, and what they measure. Prints one JSON object a line for each step. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow.h"
#include "storm.h"
#include "usage.h"

enum { OPENING_SECONDS = 60 };

static int explain(void) {
    fputs("usage: generator PORT DIALECT PIDS ROOMS SIZE AT_ONCE [STEP]...\n"
          "steps: window=W:SPEAKERS:WARM:SECONDS  rate=R:SPEAKERS:WARM:SECONDS  storm=R:ABSENT  hold\n",
          stderr);
    return 2;
}

static void print_troubles(void) {
    printf("\"away\":%u,\"closed\":%u,\"word\":\"", troubles.away, troubles.closed);
    for (const char *at = troubles.word; *at != 0; at++)
        if (*at >= ' ' && *at < 127 && *at != '"' && *at != '\\') putchar(*at);
    puts("\"}");
    fflush(stdout);
}

static bool open_all(uint32_t at_once) {
    uint32_t count = community.rooms * community.size;
    double served = used_by_server();
    int64_t start = now_ns();
    bool all = members_open(0, count, at_once, start + OPENING_SECONDS * 1000000000LL);
    printf("{\"step\":\"opened\",\"members\":%u,\"seconds\":%.6f,\"served\":%.3f,", members_present(),
           (now_ns() - start) / 1e9, used_by_server() - served);
    print_troubles();
    return all;
}

/* A server may answer the handshake a little before the member is in the room. */
static void settle(double seconds) {
    int64_t end = now_ns() + seconds * 1e9;
    while (now_ns() < end) members_turn(end);
}

static void run_flow(const struct flow *flow) {
    static struct figures figures;
    flow_run(flow, &figures);
    const struct histogram *latency = &figures.latency;
    printf("{\"step\":\"flow\",\"window\":%u,\"rate\":%u,\"seconds\":%.6f,\"busy\":%.3f,\"served\":%.3f,\"messages\":%llu,"
           "\"deliveries\":%llu,\"lost\":%llu,\"p50_ms\":%.4f,\"p99_ms\":%.4f,\"most_ms\":%.4f,",
           flow->window, flow->rate, figures.seconds, figures.busy, figures.served, (unsigned long long)figures.messages,
           (unsigned long long)figures.deliveries, (unsigned long long)figures.lost, histogram_at(latency, 0.5) / 1e6,
           histogram_at(latency, 0.99) / 1e6, latency->most / 1e6);
    print_troubles();
}

static void run_storm(uint32_t rate, double absent) {
    struct storm storm;
    storm_run(rate, absent, &storm);
    printf("{\"step\":\"storm\",\"seconds\":%.6f,\"back\":%u,\"recovered\":%u,\"said\":%llu,\"lost\":%llu,"
           "\"doubled\":%llu,",
           storm.seconds, storm.back, storm.recovered, (unsigned long long)storm.said, (unsigned long long)storm.lost,
           (unsigned long long)storm.doubled);
    print_troubles();
}

static bool run_step(const char *step) {
    struct flow flow = {0};
    uint32_t rate;
    double absent;
    if (sscanf(step, "window=%u:%u:%lf:%lf", &flow.window, &flow.speakers, &flow.warm, &flow.wanted) == 4 ||
        sscanf(step, "rate=%u:%u:%lf:%lf", &flow.rate, &flow.speakers, &flow.warm, &flow.wanted) == 4)
        run_flow(&flow);
    else if (sscanf(step, "storm=%u:%lf", &rate, &absent) == 2)
        run_storm(rate, absent);
    else if (strcmp(step, "hold") == 0)
        settle(3600); /* until whoever started us ends us */
    else
        return false;
    return true;
}

int main(int count, char **words) {
    if (count < 7) return explain();
    community = (struct community){.port = atoi(words[1]), .dialect = dialect_named(words[2]), .rooms = atoi(words[4]),
                                   .size = atoi(words[5])};
    if (community.dialect == NULL) return explain();
    usage_watch(words[3]);
    members_prepare();
    if (!open_all(atoi(words[6]))) return 1;
    settle(0.3);
    for (int i = 7; i < count; i++)
        if (!run_step(words[i])) return explain();
    return 0;
}
