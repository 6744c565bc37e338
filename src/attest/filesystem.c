/* Asks the operator's tool for a digest, and compares. */
#include "attest/filesystem.h"

#include "programs/ask.h"

#include <string.h>

enum status filesystem_check(const struct config *config, struct arena *arena,
                             const struct filesystem_question *question, const char *digest,
                             int64_t deadline_ms, enum refusal *refusal)
{
    const struct question asked = {
        .kind = QUESTION_FILESYSTEM,
        .part = { [FILESYSTEM_IMAGE_ID] = question->image_id,
                  [FILESYSTEM_PATCH_VERSION] = question->patch_version,
                  [FILESYSTEM_SALT] = question->salt,
                  [FILESYSTEM_FILENAME] = question->filename },
        .deadline_ms = deadline_ms,
    };
    const char *expected;

    *refusal = REFUSAL_NONE;
    if (config->attestation.filesystem == FILESYSTEM_NONE)
        return STATUS_OK;
    expected = ask_program(config, arena, &asked);
    if (expected == NULL)
        return STATUS_UNAVAILABLE;
    if (digest == NULL || strcmp(digest, expected) != 0)
        *refusal = REFUSAL_FILESYSTEM_DIFFERS;
    return STATUS_OK;
}
