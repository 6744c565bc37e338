/* The steps that ask an instance of an old SDK about its files. Called by verify.c alone. */
#ifndef RIGGER_OLD_SDK_CODE_H
#define RIGGER_OLD_SDK_CODE_H

#include "core/attributes.h"
#include "old_sdk/ask.h"

/* SDK 0.2.20 and later: the command line of the first process and the chute's code are read whole. */
step code_read_whole;

/* SDK before 0.2.20: digests of pieces of the chute's code and of the image's files. */
enum step_result code_read_pieces(struct verification *verification) MUST_CHECK;

#endif
