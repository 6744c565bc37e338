/* The graval provider: binds attest/graval.h to the provider interface. */
#include "attest/graval.h"

static enum status make(const struct proof_context *context, const struct proof_gpu *gpu,
                        const char *symmetric_key, struct proof_challenge *challenge)
{
    challenge->algorithm = proof_graval.name;
    challenge->n = -1;
    challenge->secret_row = -1;
    challenge->tag = NULL;
    return graval_encrypt(context, gpu, symmetric_key, GRAVAL_NO_SEED, &challenge->seed,
                          &challenge->ciphertext);
}

static enum status check(const struct proof_context *context, const struct proof_gpu *gpu,
                         const struct proof_challenge *challenge, const char *work_product, bool *valid)
{
    /* What is missing is wrong; the service need not be asked. */
    *valid = false;
    if (work_product[0] == '\0')
        return STATUS_OK;
    return graval_check_proof(context, gpu, challenge->seed, work_product, valid);
}

const struct proof_algorithm proof_graval = {
    .name = "graval",
    .make = make,
    .check = check,
};
