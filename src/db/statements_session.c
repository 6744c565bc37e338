/* The settings of a session whose start-up packet may not carry them; see session.c. */
#include "db/statements_session.h"

const struct statement statement_limit_session = {
    .name = "limit_session",
    .text = "select set_config('statement_timeout', $1::text, false) as statement_timeout,"
            " set_config('lock_timeout', $2::text, false) as lock_timeout,"
            " set_config('idle_in_transaction_session_timeout', $1::text, false) as idle_timeout,"
            " set_config('TimeZone', 'UTC', false) as time_zone,"
            " set_config('search_path', 'pg_catalog', false) as search_path",
    .parameter_count = 2, /* statement time-out, lock time-out, in ms */
    .columns = "statement_timeout lock_timeout idle_timeout time_zone search_path",
};
