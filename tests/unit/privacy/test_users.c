/* test_users.c - logins, handles, home folders, machines; dates of birth, ages, plates in their usual forms;
 * keys by their issuers' formats, and what only looks like one. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "marked.h"

static void what_someone_is_called_on_machines(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "username: {user_name|ada_l}, user=\"{user_name|ada}\"",
        "my username is {user_name|ada_lovelace}",
        "the username is required; username: <your name>; username=$USER",
        "/home/{user_name|ada}/x.c and /home/user/x.c and /Users/{user_name|ada.l}",
        "C:\\Users\\{user_name|Jane.Doe}\\x, C:\\\\Users\\\\{user_name|jane}\\\\y",
        "ssh {user_name|jdoe@build01} -p 22",
        "{user_name|jdoe@laptop}:~$ ls",
        "root@web01:~# ls",
        "on {user_name|Adas-MacBook-Pro.local} my-laptop gaming-pc",
        "@{user_name|ada_l} said it; tweet to @{user_name|ada}",
        "@dataclass @app.route(\"/x\") npm i @angular/core",
        "{url|https://www.linkedin.com/in}/{user_name|ada-lovelace-1}/",
        "see {url|https://x.example}/~{user_name|ada}/{url|notes} and (~ten minutes/day)",
        "Accepted password for {user_name|jdoe} from {ip_address|10.0.0.7} port 22",
        "responsible for User Interface design",
        NULL,
    };
    check_cases(cases);
}

static void dates_of_birth_ages_and_plates(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "born {date_of_birth|17-May-1984}",
        "Birth date: {date_of_birth|17MAY1984}",
        "dob {date_of_birth|19840517}",
        "\345\207\272\347\224\237{date_of_birth|1984\345\271\26405\346\234\21017\346\227\245}",
        "my birthday is the {date_of_birth|17th of May}",
        "birthdate={date_of_birth|1984/05/17}T00:00:00Z",
        "she is a {age|34} y.o. woman",
        "I'm {age|34}. I'm 34 minutes late",
        "licence plate: {licence_plate|AB-123-CD}",
        "n\xC3\xBAmero de placa {licence_plate|ABC1D23}",
        "the licence plate number is missing",
        "serial number {serial_number|C02XL0GYJGHX}; serial number one",
        "Member ID: {insurance_id|XYZ123456789}",
        "my bank account number is {bank_account|12-3456-789}",
        NULL,
    };
    check_cases(cases);
}

static void keys_by_their_formats(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "{api_key|gsk_Zk3vP0wq8RtY5uLm2XcB7nHa4Dg9Zk3vP0wq8RtY5uLm2XcB}",
        "{api_key|rubygems_0f3a9c27be514d68f0a1c9e2b7d4835f6e0a1b2c3d4f5a69}",
        "{api_key|figd_Zk3vP0wq8RtY5uLm2XcB7nHa4Dg9Zk3vP0wq8RtY}",
        "post to {url|https}://{api_key|hooks.slack.com/services/T0Zk3vP0w/B8RtY5uLm/2XcB7nHa4Dg9Zk3vP0wq8RtY}",
        "SharedAccessKey={api_key|Zk3vP0wq8RtY5uLm2XcB7nHa4Dg9Zk3vP0wq8RtY5uL=}",
        "?sv=2024-01-01&sig={api_key|Zk3vP0wq8RtY5uLm2XcB7nHa4Dg9Zk3vP0wq8RtY5uL%3D}&se=1",
        "{api_key|AGE-SECRET-KEY-1QYQSZ2GP0YQSZ3GP4YQ5Z6GP7YQ8ZCGPDYQEZFGPHYQJSLKAMN8XW9TVR0DFEU}",
        "the api key is {api_key|9f8e7d6c5b4a39281706f5e4d3c2b1a0}",
        "hash {password|$2b$12$Zk3vP0wq8RtY5uLm2XcB7nHa4Dg9Zk3vP0wq8RtY5uLm2XcB7nHa4}",
        "sshpass -p '{password|hunter22}' ssh x; subjects identified by determining",
        "redis://{url_credentials|:p4ssw0rdlong}@cache:6379/0",
        "jdbc:oracle:thin:{url_credentials|scott/tiger12}@//db:1521/x",
        "Private-Lines: 1\n{api_key|AAAAgFZk3vP0wq8RtY5uLm2XcB7nHa4Dg9Zk3vP0wq8RtY5uLm2X}\nMAC",
        "\"type\": \"{api_key|service_account}\"",
        "Authorization: Basic {api_key|YW5uOnMzY3JldA==}",
        NULL,
    };
    check_cases(cases);
}

static void what_only_looks_like_a_key(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "AKIAIOSFODNN7EXAMPLE",
        "sk-proj-abcdefghijklmnopqrstuvwxyz123456",
        "npm_Zk3vP0wq12345678RtY5uLm2XcB7nHa4Dg9Z",
        "sk_test_4eC39HqLyjWDarjtT1zdp7dc",
        /* A token that names no one and nothing: {"alg":"HS256","typ":"JWT"}, {"confidence":0.9}. */
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJjb25maWRlbmNlIjowLjh9.kvRPfjAhLhtRTczoRgctVGp7KY1QVH3UBZM",
        /* No header: {"a":1}. */
        "eyJhIjoxLCJiIjoyfQ.eyJzdWIiOiIxMjM0In0.Zk3vP0wq8RtY",
        "api_key: your_api_key_here1",
        NULL,
    };
    check_cases(cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_someone_is_called_on_machines),
        cmocka_unit_test(dates_of_birth_ages_and_plates),
        cmocka_unit_test(keys_by_their_formats),
        cmocka_unit_test(what_only_looks_like_a_key),
    };
    return cmocka_run_group_tests(tests, open_finder, close_finder);
}
