/* fuzz_redis_url.c - any text as a Redis URL: refused with a reason, or taken with every field in its bounds.
 */
#include "base/die.h"
#include "redis_url.h"

#include <string.h>

int                      LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
extern const char *const fuzz_seeds[];

const char *const fuzz_seeds[] = {
    "redis://user:p%40ss@host:6379/3", "rediss://[::1]:6380", "unix:///run/weir/redis.sock?db=2",
    "redis+sentinel://u:p@a:1,[::1],c/ours/2?sentinel_user=s&sentinel_password=%41", NULL
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = must_calloc(size + 1, 1);
    memcpy(text, data, size);
    struct redis_url url;
    struct fault     why = { 0 };
    if (redis_url_parse(text, &url, &why)) {
        bool is_unix = url.kind == REDIS_URL_UNIX, is_place = url.host[0] && url.port && !url.path[0];
        for (unsigned i = 0; i < url.sentinels; i++)
            is_place = url.sentinel[i].host[0] && url.sentinel[i].port && !url.host[0] && url.master[0];
        if (is_unix ? url.path[0] != '/' || url.host[0] : !is_place)
            die("a URL was taken without a place");
        char address[300];
        redis_url_address(&url, address, sizeof address);
    } else if (why.kind != FAULT_INTERNAL || !why.detail[0]) {
        die("a URL was refused without a reason");
    }
    free(text);
    return 0;
}
