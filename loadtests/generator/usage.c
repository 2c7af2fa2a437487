#include "usage.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

double idled;

static int server[16]; /* ends with 0 */

void usage_watch(const char *pids) {
    for (int i = 0; i < 15 && *pids != 0; i++, pids += *pids == ',') server[i] = strtol(pids, (char **)&pids, 10);
}

double used(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* Fields 14 and 15 of its processes' stat (proc(5)). */
double used_by_server(void) {
    unsigned long ticks = 0, user, system;
    char path[40];
    for (int *pid = server; *pid != 0; pid++) {
        snprintf(path, sizeof path, "/proc/%d/stat", *pid);
        FILE *stat = fopen(path, "r");
        if (stat == NULL) continue;
        if (fscanf(stat, "%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) == 2)
            ticks += user + system;
        fclose(stat);
    }
    return (double)ticks / sysconf(_SC_CLK_TCK);
}
