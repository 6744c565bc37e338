/* A request of a life and its answer, as JSON; credentials included. */
#ifndef RIGGER_CLIENT_CALL_H
#define RIGGER_CLIENT_CALL_H

#include "client/life.h"
#include "core/attributes.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#define CALL_CREDENTIAL_LINES 4

/* Header lines that say who asks, NULL-terminated, in the life's arena. */
struct credential {
    const char *lines[CALL_CREDENTIAL_LINES];
};

/* The hotkey's signature for a purpose ("launch", "instances"). False: it could not be made. */
bool call_sign(struct life *life, const char *purpose, struct credential *credential) MUST_CHECK;

/* The launch token, bare, as the SDK sends it. */
void call_bear(struct life *life, struct credential *credential);

struct call {
    const char *method;
    const char *path;                    /* in the life's arena */
    const struct credential *credential; /* NULL: none */
    json_object *body;                   /* NULL: none; becomes call_send's */
};

/* Sends the call. True: the answer is 200 with a JSON object, *answer, which lives until the arena's reset.
 * Fills in *result but for the time. */
bool call_send(struct life *life, const struct call *call, struct life_step_result *result,
               json_object **answer) MUST_CHECK;

/* Members of an answer: NULL and false where there is none of that type. */
const char *call_text(json_object *object, const char *key);
bool call_integer(json_object *object, const char *key, int64_t *value) MUST_CHECK;

/* Sets result->detail; returns false, for a step to return. */
bool call_fail(struct life_step_result *result, const char *detail);

#endif
