/* See notice.h. */
#include "db/notice.h"

#include <string.h>

bool notice_is_unconfirmed(const PGresult *notice)
{
    const char *function = PQresultErrorField(notice, PG_DIAG_SOURCE_FUNCTION);

    return function != NULL && strcmp(function, "SyncRepWaitForLSN") == 0;
}
