/* riggerctl token: what a launch token says, and whether this service would take it. Needs no database. */
#include "auth/jwt.h"
#include "auth/launch_token.h"
#include "config/config.h"
#include "core/clock.h"
#include "ctl/ctl.h"
#include "json/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ARENA_MAX_BYTES ((size_t)1 << 20)

/* What the responder would say of the token; NULL: it would take it. */
static const char *check_token(struct arena *arena, const struct config *config, const char *text,
                               json_object *claims)
{
    const char *config_id = jwt_text(claims, "sub");
    int64_t now_s = clock_unix_seconds(), issued_at_s = 0, expires_at_s = 0;
    struct launch_token token;

    if (config_id == NULL || !jwt_date(claims, "iat", &issued_at_s) ||
        !jwt_date(claims, "exp", &expires_at_s))
        return "it is no launch token";
    if (launch_token_verify(arena, config, text, config_id, now_s, &token) == REFUSAL_NONE)
        return NULL;
    if (launch_token_verify(arena, config, text, config_id, issued_at_s, &token) != REFUSAL_NONE)
        return config->launch.launch_key.text != NULL
                   ? "its signature is not of this launch_key, or it is no launch token"
                   : "its signature is not of this launch_secret, or it is no launch token";
    return now_s >= expires_at_s ? "it has expired" : "it is from the future: a clock is wrong";
}

/* A claim; dates in words as well. */
static void print_claim(const char *name, json_object *value, int64_t now_s)
{
    char date[64] = "";

    if ((strcmp(name, "exp") == 0 || strcmp(name, "iat") == 0) && json_object_is_type(value, json_type_int)) {
        time_t at = (time_t)json_object_get_int64(value);
        struct tm utc;

        if (gmtime_r(&at, &utc) != NULL && strftime(date, sizeof(date), "  %Y-%m-%d %H:%M:%S UTC", &utc) > 0)
            snprintf(date + strlen(date), sizeof(date) - strlen(date), ", %+lld s from now",
                     (long long)(at - now_s));
    }
    ctl_print_text(name, 9);
    ctl_print_text(json_object_get_string(value), 0);
    printf("%s\n", date);
}

static void print_token(json_object *claims, const char *refusal, bool json)
{
    if (json) {
        json_put(claims, "fault", refusal == NULL ? NULL : json_made(json_object_new_string(refusal)));
        puts(json_object_to_json_string_ext(claims, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
        return;
    }
    json_object_object_foreach(claims, name, value) print_claim(name, value, clock_unix_seconds());
    printf("%s%s\n", refusal == NULL ? "good" : "refused: ", refusal == NULL ? "" : refusal);
}

/* The token of the command line, or the first line of standard input. */
static const char *read_token(const char *argument, char line[JWT_MAX_BYTES + 2])
{
    if (strcmp(argument, "-") != 0)
        return argument;
    if (fgets(line, JWT_MAX_BYTES + 2, stdin) == NULL)
        return "";
    line[strcspn(line, "\r\n")] = '\0';
    return line;
}

int ctl_token(int argc, char **argv)
{
    char line[JWT_MAX_BYTES + 2];
    struct ctl_options options;
    struct config *config;
    struct arena *arena;
    json_object *claims;
    const char *text, *refusal;
    int code = EXIT_FAILURE;

    if (!ctl_options_read(&options, "", argc, argv))
        return CTL_USAGE;
    if (options.argument_count != 1)
        return ctl_misused("token", "takes a token, or - to read it from standard input");
    config = config_load(options.config_path, stderr);
    if (config == NULL)
        return EXIT_FAILURE;
    arena = arena_create(ARENA_MAX_BYTES);
    text = read_token(options.arguments[0], line);
    claims = jwt_peek(arena, text);
    if (claims == NULL) {
        fputs("riggerctl token: that is no token\n", stderr);
        goto out;
    }
    refusal = check_token(arena, config, text, claims);
    print_token(claims, refusal, options.json);
    code = refusal == NULL ? EXIT_SUCCESS : EXIT_FAILURE;
out:
    arena_free(arena);
    config_free(config);
    return code;
}
