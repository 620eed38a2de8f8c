/*
 * test_checks.c - what is found of each kind in sentences, and what is not.
 *
 * marked.h says how cases are written.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "marked.h"

static void emails(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "write to {email|ada.lovelace+math@mail.example.co.uk}, please.",
        "<{email|a@b.example}>;{email|c@d.example}",
        "mailto:{email|o'brien@example.ie}?subject=x",
        "请发到{email|wang@example.cn}谢谢",
        "Schreib an {email|jörg.müller@bücher.example}!",
        "почта:{email|иван@пример.example}.",
        "user={email|x_y@example.org}&z=1",
        "No address: @home, a@b, me@localhost, logo@2x.png, react@18.2.0, git@github.com:weir/weir.git",
        "{email|first@example.org}.",
        "{email|m\\u00fcller@example.org}, DOMAIN\\{email|jane@example.org}",
        "to: \\\"x\\\\n{email|ada@example.org}\\\"",
        NULL,
    };
    check_cases(cases);
}

static void phones(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "ring {phone|+44 20 7946 0958} or {phone|+49 (0)30 901820}",
        "{phone|+1 (415) 555-2671} x",
        "{phone|+14155552671}",
        "tel:{phone|+81-3-1234-5678}",
        "{phone|(415) 555-2671}, {phone|415-555-2671} and {phone|415.555.2671 ext. 12}",
        "{phone|1-800-555-2671}",
        "\\\"\\\\n{phone|415-555-2671}\\\\n\\\"",
        "appelez le {phone|06 12 34 56 78}",
        "{phone|01.84.17.61.18}",
        "{phone|+49 (0)30 / 901820}, {phone|030 / 9018200} or {phone|03-1234-5678}",
        "call it 12 - 2 - 2 - 2 - 2 - 2, 1234   5678 or 1939-1945",
        "mon numéro: {phone|0612345678}",
        "Telefono: {phone|333 1234567}",
        "Telefonnummer: {phone|030/1234567}",
        "{phone|020 7946 0958}",
        "{phone|07700 900123}",
        "My mobile is {phone|07700900123}.",
        "Can someone call me on {phone|9472 7916}?",
        "Fax {phone|9498777106}",
        "电话:{phone|010 1234 5678}",
        "He dialled {phone|0049 30 901820} twice",
        "On 2024-05-17 at 12:30, 17.05.2024 and 05/17/2024 we met; call me then.",
        "Order number 9472791612, call for help",
        "+1 and +2 make +3; +12345 is short, +289999999999 is no country's",
        "pi is 3.14159265358979, call it 3.14",
        "call 2024-01-15, 1.234.567 or 192.168",
        "{ip_address|192.168.100.200} call",
        NULL,
    };
    check_cases(cases);
}

static void cards(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "4111 is not a card, {payment_card|4111 1111 1111 1111} is",
        "{payment_card|4111-1111-1111-1111}",
        "{payment_card|378282246310005}",
        "{payment_card|3782 822463 10005}",
        "exp 12 {payment_card|5555555555554444} 123",
        "4111 1111 1111 1112 has a wrong check digit",
        "1700000000000000001 4111111111111111111111",
        "id a4111111111111111 and 0.4111111111111111",
        "card {payment_card|630427373398}",
        "630427373398 has twelve digits, and no word beside it",
        NULL,
    };
    check_cases(cases);
}

static void ibans(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "IBAN {iban|DE89 3704 0044 0532 0130 00}, BIC {bic|COBADEFFXXX}",
        "{iban|GB29NWBK60161331926819}",
        "{iban|gb29nwbk60161331926819}",
        "{iban|FR14-2004-1010-0505-0001-3M02-606}",
        "DE89 3704 0044 0532 0130 01",
        "XX89 3704 0044 0532 0130 00",
        "XGB29NWBK60161331926819",
        "GB29NWBK601613319268190",
        NULL,
    };
    check_cases(cases);
}

static void wallets(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "pay {crypto_wallet|1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa} or",
        "{crypto_wallet|bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4}.",
        "{crypto_wallet|BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4}",
        "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb, 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa2",
        "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5, Bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
        NULL,
    };
    check_cases(cases);
}

static void social_security_numbers(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "Here's my SSN: {us_ssn|536-90-4399}",
        "{us_ssn|536-90-4399}",
        "social security number {us_ssn|536904399}",
        "order 536904399",
        "000-12-3456, 666-12-3456, 900-12-3456, 536-00-4399, 536-90-0000",
        "1-536-90-4399-2",
        "driver's license {driving_licence|536-90-4399}",
        NULL,
    };
    check_cases(cases);
}

static void ip_addresses(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "from {ip_address|203.0.113.7}:443",
        "http://{ip_address|10.0.0.1}/",
        "[{ip_address|2001:db8::1}]:8080",
        "{ip_address|::ffff:192.0.2.1}",
        "ping {ip_address|8.8.8.8}",
        "host_{ip_address|203.0.113.7}",
        "{ip_address|1.2.3.4}/24, {ip_address|2.3.4.5}:80",
        "the version at {ip_address|203.0.113.7}",
        "IP {ip_address|192.168.1.1}.443 > b",
        "version 10.2.3.4, v1.2.3.4, section 4.1.2.3, 1.2.3.4.5, 1.3.6.1.4.1.311, 256.1.1.1, 01.2.3.4",
        "std::vector a::b x[::1] xs :: Int 12:34:56 aa:bb:cc:dd:ee",
        NULL,
    };
    check_cases(cases);
}

static void api_keys(void **state)
{
    (void)state;
    static const char        private_key[] = "key:\n{api_key|-----BEGIN RSA PRIVATE KEY-----\n"
                                             "MIIEowIBAAKCAQEAZk3vP0wq8RtY5uLm2XcB7nHa4Dg9Sf1Qe6Wy\n"
                                             "-----END RSA PRIVATE KEY-----}\nthanks";
    static const char *const cases[] = {
        "OPENAI_API_KEY={api_key|sk-proj-Zk3vP0wq8RtY5uLm2XcB7nHa_4Dg-9Sf}",
        "{api_key|sk-ant-api03-Zk3vP0wq8RtY5uLm2XcB7nHa4Dg9Sf-AA}",
        "\"{api_key|AKIAZ7QWERTYUIOPASDF}\"",
        "{api_key|ghp_Zk3vP0wq8RtY5uLm2XcB7nHa4Dg9Sf1Qe6Wy}",
        "token: {api_key|glpat-Zk3vP0wq8RtY5uLm2XcB}",
        "{api_key|xoxb-1723894650-Zk3vP0wq8RtY}",
        "{api_key|AIzaZk3vP0wq8RtY5uLm2XcB7nHa4Dg9Sf1Qe6W}",
        "{api_key|sk_live_Zk3vP0wq8RtY5uLm2XcB7nHa}",
        "{api_key|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}",
        "{api_key|eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.Zk3vP0wq8RtY5uLm2XcB}!",
        "aws_secret_access_key = {api_key|Zk3vP0wq8RtY5uLm2XcB7nHa/Dg9Sf1Qe6WyJo+I}",
        private_key,
        "{api_key|-----BEGIN PRIVATE KEY-----\\nMIIEowIBAAKCAQEAZk3vP0wq8RtY5uLm2XcB7nHa4Dg9Sf1Qe6Wy}",
        "sk-proj-xxxxxxxxxxxxxxxxxxxxxxxx AKIAIOSFODNN7EXAMPLE ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "sk-your-api-key-goes-in-here mask-image-position-x-offset ask-about-the-long-kebab-case-name",
        "-----BEGIN PRIVATE KEY----------END PRIVATE KEY-----",
        NULL,
    };
    check_cases(cases);
}

static void secrets_by_their_names(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "postgres://{url_credentials|admin:s3cr3tP4ss}@db.internal:5432/app",
        "https://{email|ada@example.org}",
        "my password is {password|Tr0ub4dor&3}.",
        "Your password is: {password|hunter2}, pass={password|pQ9wTxu4}",
        "password={password|hunter2}&user={user_name|ada}",
        "[\"password\": \"{password|correct-horse}\"]",
        "passwort: {password|geheim7}, 密码:{password|abc12345}",
        "curl -u ada:{password|pQ9wTxu4Fg} {url|https://example.org}",
        "curl --user 'ada:{password|pQ9 wTxu4}' x",
        "curl -u \"{password|d2LkV78zLx1t}:\" x",
        "Authorization: Bearer {api_key|cfcabd11c7ed9a41b1a3e063c32d5114}",
        "const apiKey = \"{api_key|9f8e7d6c5b4a39281706}\";",
        "client_secret => '{api_key|Zk3vP0wq8RtY5uLm}'",
        "The password is required. password: string, password = get_password(), passwd=$PASS, pwd: <yours>",
        "token: string; token = os.environ['TOKEN1234567']",
        "Authorization: Bearer $TOKEN1234; secret=xxxxxxxxxxxx1",
        "curl -u test:test x; curl -u user:$PASS x; curl -u ada x",
        "ls -u ada:pQ9wTxu4Fg",
        "apiKey: process.env.API_KEY_2, bypass: a1b2c3",
        "curl -u \"ada\":\"{password|pQ9wTxu4Fg}\" x; curl -u ada:'{password|pQ9wTxu4Fg}' x",
        "curl -u {password|d2LkV78zLx1t}: https://localhost:9200",
        "{url|http://example.org:8080/a@b} http://localhost:80/ www. (see {url|www.example.org/a_(b}).",
        NULL,
    };
    check_cases(cases);
}

static void disguises_hide_nothing(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "card {payment_card|４１１１１１１１１１１１１１１１}, "
        "{payment_card|4111\u00a01111\u00a01111\u00a01111}",
        "{email|ann@\u200bexample.org} and {email|ann%40example.org}, {email|ann&#64;example.org}",
        "{email|ann&#x40;example&#46;org}; {email|ann [at] example [dot] org} or "
        "{email|ann(at)example(dot)org}",
        "{email|ａｎｎ＠ｅｘａｍｐｌｅ．ｏｒｇ}",
        "pay with {payment_card|4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1} or "
        "{payment_card|4-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1}.",
        "my SSN is {us_ssn|536\u201190\u20114399}, {us_ssn|٥٣٦-٩٠-٤٣٩٩}",
        "1 2 3 4 5 6 7 8 9 10, 100%40 of (at) all, A&#x; %zz [dot",
        NULL,
    };
    check_cases(cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(disguises_hide_nothing),
        cmocka_unit_test(emails),
        cmocka_unit_test(phones),
        cmocka_unit_test(cards),
        cmocka_unit_test(ibans),
        cmocka_unit_test(wallets),
        cmocka_unit_test(social_security_numbers),
        cmocka_unit_test(ip_addresses),
        cmocka_unit_test(api_keys),
        cmocka_unit_test(secrets_by_their_names),
    };
    return cmocka_run_group_tests(tests, open_finder, close_finder);
}
