/* GET /readyz: the database is there, can be written, and has the schema that this program was built with, on
 * tables of a generation that it serves. What an administrator should put right meanwhile is in the answer,
 * and leaves it 200. */
#include "db/calls.h"
#include "db/migrate.h"
#include "endpoints/registry.h"
#include "json/json.h"

#include <string.h>

/* The database did not answer; status: as the call ended. */
static enum status refuse_unreadable(struct exchange *exchange, enum status status)
{
    const char *right = db_missing_right(exchange->db);

    if (status == STATUS_UNAVAILABLE)
        return exchange_refuse(exchange, REFUSAL_DATABASE_AWAY, NULL);
    if (right != NULL)
        return exchange_refuse(exchange, REFUSAL_RIGHT_MISSING, right);
    return exchange_refuse(exchange, REFUSAL_SCHEMA_MISSING, NULL);
}

static json_object *list_warnings(const struct db_warnings_rows *warnings)
{
    json_object *list = json_made(json_object_new_array());

    for (int i = 0; i < warnings->count; i++)
        json_append(list, json_made(json_object_new_string(warnings->row[i].warning)));
    return list;
}

static enum status run(struct exchange *exchange)
{
    struct db_ready_out schema;
    struct db_warnings_rows warnings;
    enum status status = db_ready(exchange->db, exchange->arena, &schema);
    json_object *answer;

    if (status != STATUS_OK)
        return refuse_unreadable(exchange, status);
    if (schema.schema_version == NULL || strcmp(schema.schema_version, migrate_schema_version()) != 0)
        return exchange_refuse(exchange, REFUSAL_SCHEMA_DIFFERS, NULL);
    if (!schema.writable.value)
        return exchange_refuse(exchange, REFUSAL_DATABASE_READ_ONLY, NULL);
    if (schema.unserved != NULL)
        return exchange_refuse(exchange, REFUSAL_GENERATION_UNSERVED, schema.unserved);
    status = db_warnings(exchange->db, exchange->arena, &warnings);
    if (status != STATUS_OK)
        return refuse_unreadable(exchange, status);
    answer = json_made(json_object_new_object());
    json_put(answer, "status", json_made(json_object_new_string("ready")));
    json_put(answer, "generation", json_made(json_object_new_string(schema.generation)));
    if (warnings.count > 0)
        json_put(answer, "warnings", list_warnings(&warnings));
    response_json(exchange->response, exchange->arena, 200, answer);
    return STATUS_OK;
}

const struct endpoint readyz = {
    .name = "readyz",
    .method = HTTP_GET,
    .path = "/readyz",
    .summary = "The responder can serve: database up, schema current.",
    .auth = AUTH_NONE,
    .pool = POOL_FAST,
    .run = run,
};
