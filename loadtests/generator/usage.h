/* Seconds of a core that were used: what a server costs, whatever others on the machine leave it. */
#pragma once

/* Name the server's processes, with commas: 12,34. */
void usage_watch(const char *pids);

double used(void);
extern double idled; /* of that, while it waited without falling asleep */
double used_by_server(void);
