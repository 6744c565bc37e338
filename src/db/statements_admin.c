/* SQL of riggerctl. */
#include "db/statements_admin.h"

const struct statement statement_admin_status = {
    .name = "admin_status",
    .text = "select what, count from rigger.status()",
    .columns = "what count",
};

const struct statement statement_admin_check_invariants = {
    .name = "admin_check_invariants",
    .text = "select invariant, subject, what from rigger.check_invariants()",
    .columns = "invariant subject what",
};
