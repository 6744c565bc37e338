/* The files of web/, embedded by src/make/embed.sh. */
#ifndef RIGGER_ENDPOINTS_DOCS_H
#define RIGGER_ENDPOINTS_DOCS_H

#include <stddef.h>

struct docs_file {
    const char *path; /* relative to web/ */
    const unsigned char *text;
    size_t length;
};

extern const struct docs_file docs_files[];
extern const unsigned docs_file_count;

#endif
