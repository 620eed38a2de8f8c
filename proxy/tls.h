/*
 * tls.h - TLS both ways, by OpenSSL: 1.2 and newer, providers always verified.
 *
 * Contexts read files, so they are made when a snapshot is, not on a loop.
 */
#ifndef WEIR_TLS_H
#define WEIR_TLS_H

#include "base/fault.h"

typedef struct ssl_ctx_st SSL_CTX;
typedef struct ssl_st     SSL;

/* For a listener: PEM files of the certificate chain and its key. NULL with why (INTERNAL) naming the file. */
MUST_CHECK SSL_CTX *tls_server_context(const char *certificate_file, const char *key_file, struct fault *why);

/* For providers: trusts the system's roots, and those of ca_file where it is not NULL. */
MUST_CHECK SSL_CTX *tls_client_context(const char *ca_file, struct fault *why);

/* A session that asks for host (SNI) and accepts only a certificate for it (name or IP address). The caller's.
 */
SSL *tls_client_session(SSL_CTX *, const char *host);
SSL *tls_server_session(SSL_CTX *);

/* Has the handshake failed over the certificate, and why; empty for other reasons. */
struct slice tls_verify_error(const SSL *);

void tls_context_ref(SSL_CTX *);
void tls_context_free(SSL_CTX **);

#endif
