/* The graval provider: binds attest/graval.h to the provider interface. The seed is all that the service
 * needs again, so nothing is kept and nothing more is shown. */
#include "attest/graval.h"
#include "attest/proof.h"

const struct field proof_graval_shown[] = {
    { .type = FIELD_END },
};

static enum status make(const struct proof_context *context, const struct proof_gpu *gpu, const char *secret,
                        struct proof_challenge *challenge)
{
    *challenge = (struct proof_challenge){ .shown = NULL, .kept = NULL };
    return graval_encrypt(context, gpu, secret, &challenge->seed, &challenge->ciphertext);
}

static enum status check(const struct proof_context *context, const struct proof_gpu *gpu,
                         const struct proof_challenge *challenge, const struct proof_work *work, bool *valid)
{
    /* What is missing is wrong; the service need not be asked. */
    *valid = false;
    return work->sent ? graval_check_proof(context, gpu, challenge->seed, work->product, valid) : STATUS_OK;
}

/* A challenge of GraVal may still have to be judged after another provider was chosen: the service is there
 * as long as its URL is. */
static int64_t wait_ms(const struct config *config)
{
    return config->attestation.graval_url[0] != '\0' ? config->attestation.graval_wait_ms : 0;
}

const struct proof_algorithm proof_graval = {
    .name = "graval",
    .wait_ms = wait_ms,
    .make = make,
    .check = check,
    .check_devices = graval_verify_devices,
};
