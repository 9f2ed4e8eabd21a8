/*
 * A service that embeds predictions: service MODEL PORT listens on 127.0.0.1, reads rows of numbers
 * with commas between them, one a line, and answers each with "label,score,score,...", or with
 * "error: ...". One session for all, one context for each connection's thread.
 *
 *     service iris.onnx 8080 &
 *     echo 5.1,3.5,1.4,0.2 | nc -N localhost 8080
 */
#include <ortlite.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct service {
    ortl_session *session; /* constant: all threads share it */
    ortl_description description;
} service;

typedef struct connection {
    const service *service;
    int socket;
} connection;

/* Reads n numbers with commas between them; 0 when there are not exactly so many. */
static int read_row(const char *line, float *row, size_t n) {
    char *end;
    for (size_t i = 0; i < n; i++) {
        row[i] = strtof(line, &end);
        if (end == line || *end != (i + 1 < n ? ',' : '\n')) return 0;
        line = end + 1;
    }
    return 1;
}

static void answer(FILE *stream, const ortl_description *d, ortl_context *context, const char *line,
                   float *row, float *scores) {
    int64_t label = 0;
    ortl_error error;
    int64_t *label_out = d->label_output >= 0 ? &label : NULL;
    if (!read_row(line, row, d->n_features)) {
        fprintf(stream, "error: %zu numbers expected\n", d->n_features);
    } else if (ortl_predict(context, row, 1, (ptrdiff_t)d->n_features, 1, label_out, scores,
                            &error) != ORTL_OK) {
        fprintf(stream, "error: %s\n", error.message);
    } else {
        fprintf(stream, "%lld", (long long)label);
        for (size_t i = 0; i < d->n_scores; i++) fprintf(stream, ",%.9g", (double)scores[i]);
        fprintf(stream, "\n");
    }
    fflush(stream);
}

/* The thread of one connection. */
static void *serve(void *argument) {
    connection c = *(connection *)argument;
    const ortl_description *d = &c.service->description;
    ortl_context *context = NULL;
    char *line = NULL;
    size_t line_room = 0;
    float *row = calloc(d->n_features, sizeof *row);
    float *scores = calloc(d->n_scores + 1, sizeof *scores);
    FILE *stream = fdopen(c.socket, "r+");
    free(argument);
    if (row && scores && stream && ortl_context_new(c.service->session, &context, NULL) == ORTL_OK)
        while (getline(&line, &line_room, stream) > 0)
            answer(stream, d, context, line, row, scores);
    ortl_context_free(context);
    free(line);
    free(row);
    free(scores);
    if (stream)
        fclose(stream);
    else
        close(c.socket);
    return NULL;
}

static int listen_on(const char *port) {
    const int on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) == 0 &&
        listen(listener, 64) == 0)
        return listener;
    perror("service");
    return -1;
}

static void accept_all(const service *s, int listener) {
    for (;;) {
        pthread_t thread;
        connection *c = malloc(sizeof *c);
        if (!c) return;
        *c = (connection){s, accept(listener, NULL, NULL)};
        if (c->socket < 0 || pthread_create(&thread, NULL, serve, c) != 0) {
            if (c->socket >= 0) close(c->socket);
            free(c);
        } else {
            pthread_detach(thread);
        }
    }
}

int main(int argc, char **argv) {
    service s = {.description = {.struct_size = sizeof s.description}};
    ortl_error error;
    if (argc != 3) {
        fprintf(stderr, "usage: service MODEL.onnx PORT\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    if (ortl_open(argv[1], NULL, &s.session, &error) != ORTL_OK ||
        ortl_describe(s.session, &s.description, &error) != ORTL_OK) {
        fprintf(stderr, "service: %s\n", error.message);
        return 1;
    }
    int listener = listen_on(argv[2]);
    if (listener >= 0 && s.description.n_features > 0) accept_all(&s, listener);
    ortl_close(s.session);
    return 1;
}
