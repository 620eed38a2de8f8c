/* test_redis_tls.c - rediss://: a real redis-server with TLS, taken only by the name that its certificate is
 * for. */
#include "redis_stage.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

/* A key and a certificate for localhost, signed by itself. */
static void write_certificate(const char *folder)
{
    char            path[96];
    EVP_PKEY       *key = EVP_EC_gen("P-256");
    X509           *certificate = X509_new();
    X509_NAME      *name = X509_get_subject_name(certificate);
    X509_EXTENSION *names = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "DNS:localhost");
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"localhost", -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    X509_set_pubkey(certificate, key);
    X509_add_ext(certificate, names, -1);
    assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);

    snprintf(path, sizeof path, "%s/key.pem", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL), 1);
    fclose(file);
    snprintf(path, sizeof path, "%s/cert.pem", folder);
    file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(PEM_write_X509(file, certificate), 1);
    fclose(file);
    X509_EXTENSION_free(names);
    X509_free(certificate);
    EVP_PKEY_free(key);
}

/* The port that the server now also listens on, by TLS. */
static unsigned listen_by_tls(struct stage *s)
{
    char         line[512];
    unsigned     port = 20000 + (unsigned)getpid() % 20000;
    struct heard heard;
    write_certificate(s->folder);
    do {
        snprintf(line, sizeof line,
                 "CONFIG SET tls-cert-file %s/cert.pem tls-key-file %s/key.pem tls-ca-cert-file %s/cert.pem "
                 "tls-auth-clients no bind 127.0.0.1 tls-port %u",
                 s->folder, s->folder, s->folder, ++port);
        heard = ask_and_wait(s->loop, s->redis, line);
    } while (heard.type == REDIS_REPLY_ERROR && port < 60000);
    assert_string_equal(heard.text, "OK");
    return port;
}

static void test_verified_by_name(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s);
    unsigned port = listen_by_tls(&s);
    char     named[64], numbered[64], roots[96];
    snprintf(named, sizeof named, "rediss://localhost:%u/2", port);
    snprintf(numbered, sizeof numbered, "rediss://127.0.0.1:%u", port);

    /* Nobody vouches for it. */
    struct redis *unknown = link_new(s.loop, named, DEADLINE_MS);
    assert_true(ask_and_wait(s.loop, unknown, "PING").is_away);
    redis_free(&unknown);

    snprintf(roots, sizeof roots, "%s/cert.pem", s.folder);
    setenv("SSL_CERT_FILE", roots, 1);
    struct redis *known = link_new(s.loop, named, DEADLINE_MS);
    assert_string_equal(ask_and_wait(s.loop, known, "ECHO private").text, "private");
    assert_string_equal(ask_and_wait(s.loop, known, "SET k v").text, "OK");

    /* The certificate is for another name than this one. */
    struct redis *wrong = link_new(s.loop, numbered, DEADLINE_MS);
    assert_true(ask_and_wait(s.loop, wrong, "PING").is_away);
    assert_string_equal(ask_and_wait(s.loop, known, "GET k").text, "v");
    unsetenv("SSL_CERT_FILE");
    redis_free(&known);
    redis_free(&wrong);
    stage_close(&s);
}

/* A link that is frozen in mid-command and killed comes down over TLS as it does without. */
static void test_killed(void **state)
{
    (void)state;
    struct stage s;
    stage_open(&s);
    unsigned port = listen_by_tls(&s);
    char     url[64], roots[96];
    snprintf(url, sizeof url, "rediss://localhost:%u", port);
    snprintf(roots, sizeof roots, "%s/cert.pem", s.folder);
    setenv("SSL_CERT_FILE", roots, 1);
    struct redis *redis = link_new(s.loop, url, DEADLINE_MS);
    run_until(s.loop, is_up, redis);
    struct heard heard = { 0 };
    kill(server_pid(s.child), SIGKILL);
    ask(redis, "PING", on_heard, &heard);
    run_until(s.loop, is_true, &heard.is_over);
    assert_true(heard.is_away);
    assert_int_equal(heard.calls, 1);
    unsetenv("SSL_CERT_FILE");
    redis_free(&redis);
    stage_close(&s);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN); /* as weir serve does: OpenSSL writes without MSG_NOSIGNAL */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verified_by_name),
        cmocka_unit_test(test_killed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
