/* What the database knows of an instance of an SDK before 0.3.0 that is to be verified. Filled in by who
 * takes the verification; read by all steps. */
#ifndef RIGGER_OLD_SDK_INSTANCE_H
#define RIGGER_OLD_SDK_INSTANCE_H

#include <stdbool.h>
#include <stdint.h>

struct old_sdk_instance {
    const char *host, *address; /* address: vetted; NULL: the host is vetted now */
    int64_t port;
    const char *symmetric_key; /* 32 hex digits */
    const char *hotkey;
    bool holds_key;                        /* its SDK takes the instance's key, and bodies go encrypted */
    bool hides_paths;                      /* its SDK takes paths encrypted, each under a fresh iv */
    bool shows_files;                      /* its SDK lets whole files be read */
    const char *code, *filename, *ref_str; /* of its chute */
    /* JSON lists, by device index: [{"uuid", "device_info", "seed", "iterations"}], and what is to be read of
     * its files: [{"filename", "offset", "length", "expected"}]. */
    const char *gpus, *challenges;
};

#endif
