#include "histogram.h"

#include <string.h>

static uint32_t bucket_of(uint64_t value) {
    if (value < 64) return value;
    int shift = 63 - __builtin_clzll(value) - 6;
    return (shift + 1) * 64 + (value >> shift & 63);
}

static uint64_t value_of(uint32_t bucket) {
    if (bucket < 64) return bucket;
    return (uint64_t)(64 + bucket % 64) << (bucket / 64 - 1);
}

void histogram_clear(struct histogram *histogram) { memset(histogram, 0, sizeof *histogram); }

void histogram_add(struct histogram *histogram, uint64_t nanoseconds) {
    histogram->count++;
    if (nanoseconds > histogram->most) histogram->most = nanoseconds;
    histogram->buckets[bucket_of(nanoseconds)]++;
}

uint64_t histogram_at(const struct histogram *histogram, double share) {
    uint64_t below = 0, wanted = share * histogram->count;
    for (uint32_t bucket = 0; bucket < 64 * 48; bucket++) {
        below += histogram->buckets[bucket];
        if (below > wanted) return value_of(bucket);
    }
    return histogram->most;
}
