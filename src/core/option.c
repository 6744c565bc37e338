/* getopt_long, with messages of our own that show no value. */
#include "core/option.h"

#include <stdio.h>
#include <string.h>

int option_next(const char *program, int argc, char **argv, const char *letters, const struct option *options,
                int *index)
{
    const char *word;
    int option;

    opterr = 0;
    option = getopt_long(argc, argv, letters, options, index);
    if (option != '?')
        return option;
    word = argv[optind - 1];
    if (optopt > 0 && optopt < 128 && strchr(letters, optopt) == NULL && strncmp(word, "--", 2) != 0)
        fprintf(stderr, "%s: there is no option -%c\n", program, optopt);
    else if (strncmp(word, "--", 2) == 0)
        fprintf(stderr, "%s: %.*s: no such option, or its value is missing, or it takes none\n", program,
                (int)strcspn(word, "="), word);
    else
        fprintf(stderr, "%s: an option lacks its value\n", program);
    return '?';
}
