/*
 * The measure for the room: what a bare program of two threads does with the same sockets and the same load. It knows
 * length-prefixed messages and nothing else: no tokens, no sessions, no windows, no stores, one send a delivery.
 *
 *   server PORT
 *
 * A message is: length 2, type 1, body; big endian; the length is that of type and body. Types:
 *
 *    1 LOGIN device 4         ->  2 LOGGED_IN
 *    8 PUSH number 8, payload <-  9 ACK number 8
 *   10 UPLINK payload         -> 11 UPLINK_ACK
 *   16 PING                   -> 17 PONG
 *   35 INJECTOR               the sender is one that sends 32 and 33, and is told of acks
 *   32 SEND device 4, number 8, payload
 *   33 SEND_ALL number 8, payload
 *   34 ACKED count 4          -> injector
 *
 * Structure: each thread has an epoll and the connections that it accepted on its own SO_REUSEPORT socket; injectors
 * stay with the thread that accepted them. A SEND_ALL is queued for each thread (a locked list and an eventfd), a SEND
 * is written by the thread that reads it: a socket's write side has a lock of its own, for that alone. A reader that does
 * not read has up to OUT_MAX bytes waiting, and is closed beyond.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    THREADS = 2,
    DEVICES_MAX = 1 << 20,
    READ_BYTES = 1 << 18,
    OUT_MAX = 1 << 20,
    MESSAGE_MAX = 2 + 65535,
    EVENTS = 512
};

struct connection {
    int fd;
    int injector;
    int device;
    int thread;
    uint32_t acked; /* of an injector: what it is to be told; guarded by write_lock */
    uint32_t slot;  /* in its thread's list */
    pthread_mutex_t write_lock;
    uint8_t *in; /* the beginning of a message whose end has not come */
    uint32_t in_bytes;
    uint8_t *out; /* what the socket did not take; guarded by write_lock */
    uint32_t out_bytes;
};

struct broadcast {
    struct broadcast *next;
    uint32_t bytes;
    uint8_t message[];
};

struct worker {
    int number;
    int epoll;
    int wake;
    int listener;
    uint8_t *buffer;
    struct connection **list;
    uint32_t count;
    uint32_t capacity;
    pthread_mutex_t lock;
    struct broadcast *first, *last; /* guarded by lock */
};

static struct worker workers[THREADS];
static struct connection *devices[DEVICES_MAX]; /* written by the thread that owns the connection */
static struct connection *volatile reporter;    /* the injector that is told of acks */

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void *need(void *memory) {
    if (memory == NULL)
        fail("memory");
    return memory;
}

static uint32_t get32(const uint8_t *at) {
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void put32(uint8_t *at, uint32_t value) {
    at[0] = value >> 24, at[1] = value >> 16, at[2] = value >> 8, at[3] = value;
}

static uint32_t head(uint8_t *at, uint32_t body, uint8_t type) {
    at[0] = (body + 1) >> 8, at[1] = body + 1, at[2] = type;
    return 3 + body;
}

/* Sends, or keeps for when the socket takes more. A reader that takes nothing is cut. */
static void put(struct connection *c, const uint8_t *bytes, uint32_t length) {
    pthread_mutex_lock(&c->write_lock);
    if (c->fd >= 0) {
        uint32_t sent = 0;
        if (c->out_bytes == 0) {
            ssize_t n = send(c->fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
            sent = n > 0 ? (uint32_t)n : 0;
        }
        if (sent < length) {
            uint32_t left = length - sent;
            if (c->out_bytes + left > OUT_MAX) {
                shutdown(c->fd, SHUT_RDWR);
            } else {
                c->out = need(realloc(c->out, c->out_bytes + left));
                memcpy(c->out + c->out_bytes, bytes + sent, left);
                c->out_bytes += left;
                struct epoll_event e = {.events = EPOLLIN | EPOLLOUT, .data.ptr = c};
                epoll_ctl(workers[c->thread].epoll, EPOLL_CTL_MOD, c->fd, &e);
            }
        }
    }
    pthread_mutex_unlock(&c->write_lock);
}

static void put_rest(struct connection *c) {
    pthread_mutex_lock(&c->write_lock);
    ssize_t n = send(c->fd, c->out, c->out_bytes, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n > 0) {
        c->out_bytes -= (uint32_t)n;
        memmove(c->out, c->out + n, c->out_bytes);
    }
    if (c->out_bytes == 0) {
        free(c->out);
        c->out = NULL;
        struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};
        epoll_ctl(workers[c->thread].epoll, EPOLL_CTL_MOD, c->fd, &e);
    }
    pthread_mutex_unlock(&c->write_lock);
}

static void add(struct worker *w, int fd) {
    struct connection *c = need(calloc(1, sizeof *c));
    int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    pthread_mutex_init(&c->write_lock, NULL);
    c->fd = fd;
    c->device = -1;
    c->thread = w->number;
    if (w->count == w->capacity) {
        w->capacity = w->capacity ? w->capacity * 2 : 1024;
        w->list = need(realloc(w->list, w->capacity * sizeof *w->list));
    }
    c->slot = w->count;
    w->list[w->count++] = c;
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};
    if (epoll_ctl(w->epoll, EPOLL_CTL_ADD, fd, &e) < 0)
        fail("epoll_ctl");
}

/* The other thread may just be about to write to it: the memory stays until the device comes back or the program ends. */
static void end(struct worker *w, struct connection *c) {
    pthread_mutex_lock(&c->write_lock);
    close(c->fd);
    c->fd = -1;
    free(c->out);
    c->out = NULL;
    c->out_bytes = 0;
    pthread_mutex_unlock(&c->write_lock);
    free(c->in);
    c->in = NULL;
    if (c->device >= 0 && devices[c->device] == c)
        devices[c->device] = NULL;
    if (reporter == c)
        reporter = NULL;
    w->list[c->slot] = w->list[--w->count];
    w->list[c->slot]->slot = c->slot;
}

static void send_to(const uint8_t *body, uint32_t length) {
    uint32_t device = get32(body);
    struct connection *to = device < DEVICES_MAX ? devices[device] : NULL;
    if (to != NULL) {
        uint8_t message[MESSAGE_MAX];
        uint32_t bytes = head(message, length - 4, 8);
        memcpy(message + 3, body + 4, length - 4);
        put(to, message, bytes);
    }
}

static void send_to_all(const uint8_t *body, uint32_t length) {
    for (int i = 0; i < THREADS; i++) {
        struct broadcast *b = need(malloc(sizeof *b + 3 + length));
        b->next = NULL;
        b->bytes = head(b->message, length, 8);
        memcpy(b->message + 3, body, length);
        struct worker *w = &workers[i];
        pthread_mutex_lock(&w->lock);
        if (w->last)
            w->last->next = b;
        else
            w->first = b;
        w->last = b;
        pthread_mutex_unlock(&w->lock);
        uint64_t one = 1;
        if (write(w->wake, &one, sizeof one) < 0)
            fail("eventfd");
    }
}

static void walk(struct worker *w) {
    pthread_mutex_lock(&w->lock);
    struct broadcast *b = w->first;
    if (b) {
        w->first = b->next;
        if (!w->first)
            w->last = NULL;
    }
    pthread_mutex_unlock(&w->lock);
    if (b) {
        for (uint32_t i = 0; i < w->count; i++)
            if (w->list[i]->device >= 0)
                put(w->list[i], b->message, b->bytes);
        free(b);
    }
}

/* Returns how many acks it was. */
static uint32_t on_message(struct connection *c, uint8_t type, const uint8_t *body, uint32_t length) {
    uint8_t answer[16];
    switch (type) {
    case 1:
        if (length >= 4 && get32(body) < DEVICES_MAX) {
            c->device = (int)get32(body);
            devices[c->device] = c;
            put(c, answer, head(answer, 0, 2));
        }
        return 0;
    case 9:
        return 1;
    case 10:
        put(c, answer, head(answer, 0, 11));
        return 0;
    case 16:
        put(c, answer, head(answer, 0, 17));
        return 0;
    case 32:
        if (c->injector && length >= 12)
            send_to(body, length);
        return 0;
    case 33:
        if (c->injector)
            send_to_all(body, length);
        return 0;
    case 35:
        c->injector = 1;
        reporter = c;
        return 0;
    default:
        return 0;
    }
}

/* Returns the acks that came, or -1 where the connection is over. */
static int64_t on_readable(struct worker *w, struct connection *c) {
    uint32_t kept = c->in_bytes;
    if (kept)
        memcpy(w->buffer, c->in, kept);
    ssize_t n = recv(c->fd, w->buffer + kept, READ_BYTES, MSG_DONTWAIT);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        return -1;
    if (n < 0)
        return 0;
    uint32_t have = kept + (uint32_t)n, at = 0;
    int64_t acks = 0;
    while (have - at >= 3) {
        uint32_t length = (uint32_t)w->buffer[at] << 8 | w->buffer[at + 1];
        if (length == 0)
            return -1;
        if (have - at < 2 + length)
            break;
        acks += on_message(c, w->buffer[at + 2], w->buffer + at + 3, length - 1);
        at += 2 + length;
    }
    c->in_bytes = have - at;
    if (c->in_bytes) {
        c->in = need(realloc(c->in, c->in_bytes));
        memcpy(c->in, w->buffer + at, c->in_bytes);
    } else if (c->in) {
        free(c->in);
        c->in = NULL;
    }
    return acks;
}

static void *run(void *argument) {
    struct worker *w = argument;
    struct epoll_event events[EVENTS];
    for (;;) {
        int n = epoll_wait(w->epoll, events, EVENTS, -1);
        uint32_t acks = 0;
        for (int i = 0; i < n; i++) {
            if (events[i].data.ptr == &w->listener) {
                for (int fd; (fd = accept4(w->listener, NULL, NULL, SOCK_NONBLOCK)) >= 0;)
                    add(w, fd);
            } else if (events[i].data.ptr == &w->wake) {
                uint64_t times;
                if (read(w->wake, &times, sizeof times) > 0)
                    while (w->first)
                        walk(w);
            } else {
                struct connection *c = events[i].data.ptr;
                int64_t acked = events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR) ? on_readable(w, c) : 0;
                if (acked < 0) {
                    end(w, c);
                } else {
                    acks += (uint32_t)acked;
                    if (events[i].events & EPOLLOUT && c->out_bytes)
                        put_rest(c);
                }
            }
        }
        struct connection *to = reporter;
        if (acks && to) {
            uint8_t message[8];
            uint32_t bytes = head(message, 4, 34);
            put32(message + 3, acks);
            put(to, message, bytes);
        }
    }
    return NULL;
}

static void prepare(struct worker *w, int number, int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int one = 1;
    w->number = number;
    w->buffer = need(malloc(MESSAGE_MAX + READ_BYTES));
    pthread_mutex_init(&w->lock, NULL);
    w->epoll = epoll_create1(0);
    w->wake = eventfd(0, EFD_NONBLOCK);
    w->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    setsockopt(w->listener, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
    if (bind(w->listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(w->listener, 4096) < 0)
        fail("listen");
    struct epoll_event accepts = {.events = EPOLLIN, .data.ptr = &w->listener};
    struct epoll_event wakes = {.events = EPOLLIN, .data.ptr = &w->wake};
    if (epoll_ctl(w->epoll, EPOLL_CTL_ADD, w->listener, &accepts) < 0 || epoll_ctl(w->epoll, EPOLL_CTL_ADD, w->wake, &wakes) < 0)
        fail("epoll_ctl");
}

int main(int count, char **arguments) {
    int port = count == 2 ? atoi(arguments[1]) : 0;
    if (port <= 0 || port > 65535) {
        fprintf(stderr, "usage: server PORT\n");
        return 2;
    }
    for (int i = 0; i < THREADS; i++)
        prepare(&workers[i], i, port);
    printf("listening\n");
    fflush(stdout);
    pthread_t thread;
    for (int i = 1; i < THREADS; i++)
        if (pthread_create(&thread, NULL, run, &workers[i]) != 0)
            fail("pthread_create");
    run(&workers[0]);
    return 0;
}
