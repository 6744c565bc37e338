/* The options of a command line. Everybody who reads any reads them through here: getopt's own messages quote
 * the whole of an option that it does not know, and what stands behind its = may be a password. */
#ifndef RIGGER_CORE_OPTION_H
#define RIGGER_CORE_OPTION_H

#include <getopt.h>

/* The next option, as getopt_long tells it: letters are those of one letter, and *index (NULL: not wanted) is
 * set to the long one's number. An option that is unknown, ambiguous or lacks its value is complained of on
 * standard error, under the program's name, and is '?'. optarg and optind are getopt's. */
int option_next(const char *program, int argc, char **argv, const char *letters, const struct option *options,
                int *index);

#endif
