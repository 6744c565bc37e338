/* How long a text may be that a client, or somebody else outside, gave us: the one place that says it. What
 * is longer is refused where it comes in (http/fields.h, exchange/router.h), or cut where it would be echoed,
 * stored or logged (core/refusal.h, core/log.h, and rigger.refusal_text of the schema, which cuts alike).
 * docs/contract.md, "Lengths", tells clients. */
#ifndef RIGGER_CORE_BOUNDS_H
#define RIGGER_CORE_BOUNDS_H

#include <stddef.h>

/* In characters. A text field has BOUND_NAME where its table says nothing else. */
#define BOUND_NAME  256      /* what something is called: a chute, a job, a GPU, a node, a host */
#define BOUND_PROOF 4096     /* what is compared with a few bytes of ours: a digest, an answer, a salt */
#define BOUND_DUMP  67108864 /* of an environment, or of code; the limit of the body is not more */
#define BOUND_SUBJECT                                                                                        \
    128                /* of the subject in the text of a refusal; also in sql/functions/refusal_text.sql */
#define BOUND_ECHO 256 /* of each text in the errors of a 422 */
#define BOUND_GPUS 256 /* items of a list of GPUs */

/* In bytes. */
#define BOUND_TARGET     16384 /* path and query of a request */
#define BOUND_LOG_LINE   4096  /* with its line feed: what a pipe takes whole (PIPE_BUF) */
#define BOUND_LOG_VALUE  512   /* of a value in a log line, as JSON */
#define BOUND_LOG_METHOD 32

/* The bytes that the first max_characters characters of text take; length where it has no more. text is
 * UTF-8. */
size_t bound_prefix(const char *text, size_t length, size_t max_characters);

#endif
