/* The text of a JSON value. The one way in which the server writes JSON: see the top of json_text.c for why.
 */
#ifndef RIGGER_JSON_JSON_TEXT_H
#define RIGGER_JSON_JSON_TEXT_H

#include "core/arena.h"
#include "core/attributes.h"

#include <json-c/json.h>

/* Without white space; NULL is null. Want of memory ends the process, as it does with an arena. */
char *json_text(struct arena *arena, json_object *value) NEVER_NULL;

#endif
