/* The only SQL in C. Each statement calls one function of the schema `rigger` and says the shape it expects;
 * the shape is checked once per connection, when the statement is first used. */
#ifndef RIGGER_DB_STATEMENTS_H
#define RIGGER_DB_STATEMENTS_H

struct statement {
    const char *name; /* also the name of the prepared statement */
    const char *text;
    int parameter_count;
    const char *columns; /* "status detail config_id …", in order */
};

extern const struct statement statement_ready, statement_ping, statement_authenticate_hotkey,
    statement_find_api_key, statement_touch_api_key, statement_find_user, statement_issue_launch_config,
    statement_describe_claim, statement_claim_launch_config, statement_store_challenge,
    statement_release_claim, statement_begin_verification, statement_release_attempt,
    statement_finish_verification, statement_activate_launch_config, statement_delete_instance,
    statement_create_instance, statement_activate_instance, statement_reap, statement_take_messages,
    statement_acknowledge_events, statement_prune_events, statement_take_verification,
    statement_finish_background_verification;

#endif
