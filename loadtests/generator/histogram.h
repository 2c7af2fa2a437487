/* Latencies in buckets a 64th of a power of two wide: percentiles within 1.6 %, whatever their size. */
#pragma once
#include <stdint.h>

struct histogram {
    uint64_t count, most;
    uint32_t buckets[64 * 48];
};

void histogram_clear(struct histogram *histogram);
void histogram_add(struct histogram *histogram, uint64_t nanoseconds);

/* The value below which `share` (0 to 1) of what was added lies. */
uint64_t histogram_at(const struct histogram *histogram, double share);
