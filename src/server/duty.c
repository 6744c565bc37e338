/* See duty.h. */
#include "server/duty.h"

#include "db/calls.h"

void duty_note(enum metrics_duty duty, bool done, const char *error, struct db *db, struct arena *arena)
{
    struct db_note_duty_in in = { .duty = metrics_duty_name(duty) };

    if (!metrics_note_duty(duty, done))
        return;
    if (!done && error != NULL)
        in.error = error;
    else if (!done)
        in.error = arena_printf(arena, "SQLSTATE %s",
                                db_last_sqlstate(db) != NULL ? db_last_sqlstate(db) : "unknown");
    /* With the database away this fails as well: the metrics have it, and the log. */
    if (db_note_duty(db, arena, &in) != STATUS_OK)
        return;
}
