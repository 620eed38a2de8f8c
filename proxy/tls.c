/* tls.c - see tls.h. */
#include "tls.h"

#include "base/die.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

static const char *last_error(void)
{
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());
    ERR_clear_error();
    return reason ? reason : "unknown error";
}

static SSL_CTX *context_new(const SSL_METHOD *method)
{
    SSL_CTX *tls = die_if_null(SSL_CTX_new(method));
    SSL_CTX_set_min_proto_version(tls, TLS1_2_VERSION);
    SSL_CTX_set_mode(tls, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_options(tls, SSL_OP_CLEANSE_PLAINTEXT); /* what was read is wiped from OpenSSL's own buffer */
    return tls;
}

SSL_CTX *tls_server_context(const char *certificate_file, const char *key_file, struct fault *why)
{
    SSL_CTX *tls = context_new(TLS_server_method());
    if (SSL_CTX_use_certificate_chain_file(tls, certificate_file) != 1)
        fault_set(why, FAULT_INTERNAL, "the certificate %s cannot be used: %s", certificate_file, last_error());
    else if (SSL_CTX_use_PrivateKey_file(tls, key_file, SSL_FILETYPE_PEM) != 1)
        fault_set(why, FAULT_INTERNAL, "the key %s cannot be used: %s", key_file, last_error());
    else if (SSL_CTX_check_private_key(tls) != 1)
        fault_set(why, FAULT_INTERNAL, "the key %s is not that of %s", key_file, certificate_file);
    else
        return tls;
    SSL_CTX_free(tls);
    return NULL;
}

SSL_CTX *tls_client_context(const char *ca_file, struct fault *why)
{
    SSL_CTX *tls = context_new(TLS_client_method());
    SSL_CTX_set_verify(tls, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_default_verify_paths(tls); /* a machine without roots fails at the handshake, with the reason */
    if (ca_file && SSL_CTX_load_verify_locations(tls, ca_file, NULL) != 1) {
        fault_set(why, FAULT_INTERNAL, "the root certificates %s cannot be used: %s", ca_file, last_error());
        SSL_CTX_free(tls);
        return NULL;
    }
    return tls;
}

SSL *tls_client_session(SSL_CTX *tls, const char *host)
{
    SSL               *session = die_if_null(SSL_new(tls));
    X509_VERIFY_PARAM *verify = SSL_get0_param(session);
    unsigned char      address[sizeof(struct in6_addr)];
    if (inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1) {
        X509_VERIFY_PARAM_set1_ip_asc(verify, host); /* SNI takes no addresses (RFC 6066, 3) */
    } else {
        SSL_set_tlsext_host_name(session, host);
        X509_VERIFY_PARAM_set1_host(verify, host, 0);
        X509_VERIFY_PARAM_set_hostflags(verify, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    }
    return session;
}

SSL *tls_server_session(SSL_CTX *tls)
{
    return die_if_null(SSL_new(tls));
}

struct slice tls_verify_error(const SSL *session)
{
    long result = SSL_get_verify_result(session);
    return result == X509_V_OK ? slice_of(NULL, 0) : slice_str(X509_verify_cert_error_string(result));
}

void tls_context_ref(SSL_CTX *tls)
{
    SSL_CTX_up_ref(tls);
}

void tls_context_free(SSL_CTX **handle)
{
    SSL_CTX_free(*handle);
    *handle = NULL;
}
