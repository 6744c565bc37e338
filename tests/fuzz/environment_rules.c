/* The administrator's rules, a line of JSON, over a dump: what passes them passes each of them alone. */
#include "attest/environment.h"
#include "fuzz/fuzz.h"
#include "json/json.h"

#include <string.h>

void fuzz_environment_rules(const unsigned char *data, size_t size);

void fuzz_environment_rules(const unsigned char *data, size_t size)
{
    struct arena *arena = fuzz_arena();
    struct fuzz_rest rest = { data, size };
    const char *text = fuzz_line(arena, &rest);
    struct json_error error;
    json_object *rules = json_parse_strict(text, strlen(text), &error);
    json_object *dump = json_parse_strict((const char *)rest.data, rest.size, &error);

    json_defer(arena, rules);
    json_defer(arena, dump);
    if (!json_object_is_type(rules, json_type_object) || dump == NULL)
        return;
    enum refusal all = environment_check_rules(dump, rules);
    json_object_object_foreach(rules, pointer, rule)
    {
        json_object *one = json_made(json_object_new_object());

        json_defer(arena, one);
        json_object_object_add(one, pointer, json_object_get(rule));
        if (all == REFUSAL_NONE)
            FUZZ_CHECK(environment_check_rules(dump, one) == REFUSAL_NONE);
    }
}
