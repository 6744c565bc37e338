/* Memory of one request: allocated piecemeal, freed at once. Cleanups of foreign objects (PGresult,
 * json_object) are registered here and run newest first, so that no endpoint carries cleanup code.
 *
 * Allocation never returns NULL: a process that is out of memory, or an arena over its limit, logs one line
 * and exits with EXIT_NO_MEMORY. The database rolls back what was open, the web server answers 503, the
 * master forks a successor. Secrets do not belong in an arena; see core/secret.h. */
#ifndef RIGGER_CORE_ARENA_H
#define RIGGER_CORE_ARENA_H

#include "core/attributes.h"

#include <stddef.h>

#define EXIT_NO_MEMORY 71

struct arena;

/* Creates an arena that may hold at most max_bytes. */
struct arena *arena_create(size_t max_bytes) NEVER_NULL;

/* Zeroed memory, aligned for any type, valid until the next arena_reset. */
void *arena_alloc(struct arena *arena, size_t bytes) NEVER_NULL;

char *arena_strdup(struct arena *arena, const char *text) NEVER_NULL;
char *arena_strndup(struct arena *arena, const char *text, size_t length) NEVER_NULL;
char *arena_printf(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3) NEVER_NULL;

/* Calls cleanup(object) at the next arena_reset, before older registrations. A null object is ignored. */
void arena_defer(struct arena *arena, void (*cleanup)(void *), void *object);

/* Runs the cleanups, newest first, and frees all but the first block, which is kept for the next request. */
void arena_reset(struct arena *arena);

/* arena_reset, and frees the arena itself. NULL is allowed. */
void arena_free(struct arena *arena);

#endif
