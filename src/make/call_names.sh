#!/bin/sh
# Prints a C header with the names of this machine's system calls by their numbers, as the compiler's headers
# have them.
# usage: call_names.sh COMPILER...
set -eu
cat <<'TXT'
/* Made by src/make/call_names.sh; do not edit. */
#ifndef RIGGER_CONFINE_CALL_NAMES_H
#define RIGGER_CONFINE_CALL_NAMES_H

#include <sys/syscall.h>

static const char *const call_names[] = {
TXT
echo '#include <sys/syscall.h>' | "$@" -E -dM - |
    sed -n 's/^#define __NR_\([a-z0-9_]*\) .*/\1/p' | grep -vxE 'syscalls|arch_specific_syscall' |
    sort | sed 's/.*/    [__NR_&] = "&",/'
cat <<'TXT'
};

#endif
TXT
