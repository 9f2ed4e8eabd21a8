/*
 * What all peers do alike.
 */
#include "../peer.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

int bench_peer_fail(char error[BENCH_PEER_ERROR_BYTES], const char *text) {
    snprintf(error, BENCH_PEER_ERROR_BYTES, "%s", text);
    return -1;
}

int bench_peer_find(void *library, const char *name, void *function_out,
                    char error[BENCH_PEER_ERROR_BYTES]) {
    void *symbol = dlsym(library, name);
    /* POSIX makes data pointers of functions, which C does not: copied, not cast. */
    memcpy(function_out, &symbol, sizeof symbol);
    if (symbol != NULL) return 0;
    snprintf(error, BENCH_PEER_ERROR_BYTES, "the library has no function %s", name);
    return -1;
}
