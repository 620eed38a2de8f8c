/*
 * client_inside.h - the inside of servers and clients, for the files that are client.h: client.c (a
 * connection's life and its requests), client_reply.c (replies), server.c (listeners). Nobody else.
 *
 *   READING --message whole--> BUSY --reply ended--> READING ...
 *      |                         |
 *      +--refused, idle, gone----+--gone, broken, Connection: close--> DEAD (freed at the end of the turn)
 */
#ifndef WEIR_CLIENT_INSIDE_H
#define WEIR_CLIENT_INSIDE_H

#include "base/buf.h"
#include "client.h"
#include "conn.h"
#include "wire/unzip.h"

enum state { READING, BUSY, DEAD };

struct listener;

struct server {
    struct loop          *loop;
    struct server_handler handler;
    struct server_limits  limits;
    struct listener      *listeners;
    struct client        *clients;
    unsigned              count;
    bool                  is_draining;
    int64_t               date_s; /* the second that `date` tells */
    char                  date[40];
};

struct client {
    struct client *next, **link; /* in server->clients */
    struct server *server;
    struct conn   *conn;
    struct http1  *reader;
    enum state     state;
    struct buf     body;    /* of the request */
    struct unzip  *unzip;   /* NULL: the body is what is sent */
    struct buf     besides; /* header lines of every reply to the request in hand */
    struct buf     out;     /* of the reply: what is not yet handed to conn */
    struct timer   timer;   /* READING: the request must come. BUSY: the reply must be taken. */
    void          *owner;
    bool           has_head;   /* of the request that is read or in hand */
    bool           is_feeding; /* feed() is on the stack */
    bool           is_replying, is_chunked, has_no_body, ends_by_close, is_backed_up;
};

/* client.c */
void client_new(struct server *, int fd, SSL_CTX *tls);
/* The connection has been given away or closed by now. */
void client_leave(struct client *);
/* Between requests: hangs up, without taking back what was said. */
void client_hang_up(struct client *);
/* Hangs up, and tells who owns the request. */
void client_gone(struct client *);
/* Reads on: after a reply, the next request. */
void client_feed(struct client *);
/* READING: the request must come in time; BUSY: the reply must be taken. */
void client_set_timer(struct client *);

/* client_reply.c: answers what is no request; the connection ends with it. */
void client_refuse(struct client *, const struct fault *);

/* server.c: the date of RFC 9110, 6.6.1, printed once a second. */
const char *server_date(struct server *);

#endif
