/* Account credentials: API keys and user tokens. They act for the account's own hotkey and for no other. */
#ifndef RIGGER_AUTH_ACCOUNT_H
#define RIGGER_AUTH_ACCOUNT_H

#include "config/config.h"
#include "core/arena.h"
#include "core/attributes.h"
#include "core/status.h"
#include "db/connection.h"

#include <stdint.h>

struct account_request {
    const struct config *config;
    struct arena *arena;
    struct db *db;
    const char *authorization; /* the header's value */
    const char *hotkey;        /* X-Chutes-Hotkey; NULL: absent */
    const char *client;        /* the address it comes from */
    int64_t now_s;             /* Unix seconds */
};

/* Verifies the credential; *hotkey (on the arena) is whom it acts for. STATUS_REFUSED: whatever is wrong with
 * it, and nothing tells what. Asks the database, in transactions of its own. */
enum status account_authenticate(const struct account_request *request, const char **hotkey) MUST_CHECK;

#endif
