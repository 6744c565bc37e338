/* Standard output and errors go to unlinked files while a command runs. */
#include "check/command_output.h"

#include <check.h>
#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

struct command_output command_output;

static FILE *files[2];
static int saved[2];

void command_output_begin(void)
{
    fflush(stdout);
    fflush(stderr);
    for (int i = 0; i < 2; i++) {
        files[i] = tmpfile();
        saved[i] = dup(1 + i);
        ck_assert(files[i] != NULL && saved[i] >= 0 && dup2(fileno(files[i]), 1 + i) >= 0);
    }
}

static void take(int i, char *text, size_t size)
{
    size_t length;

    dup2(saved[i], 1 + i);
    close(saved[i]);
    rewind(files[i]);
    length = fread(text, 1, size - 1, files[i]);
    text[length] = '\0';
    fclose(files[i]);
}

void command_output_end(void)
{
    fflush(stdout);
    fflush(stderr);
    take(0, command_output.out, sizeof(command_output.out));
    take(1, command_output.err, sizeof(command_output.err));
}

int command_output_run(int (*run)(int argc, char **argv), const char *const *arguments, const char *input)
{
    static char *argv[COMMAND_ARGUMENTS_MAX + 1]; /* options point into it */
    FILE *file = tmpfile();
    int argc = 0;

    for (; arguments[argc] != NULL; argc++) {
        ck_assert_int_lt(argc, COMMAND_ARGUMENTS_MAX);
        argv[argc] = (char *)arguments[argc];
    }
    argv[argc] = NULL;
    ck_assert_ptr_nonnull(file);
    fputs(input != NULL ? input : "", file);
    rewind(file);
    ck_assert_int_ge(dup2(fileno(file), 0), 0);
    clearerr(stdin);
    optind = 0; /* glibc: begin anew */
    command_output_begin();
    command_output.code = run(argc, argv);
    command_output_end();
    fclose(file);
    return command_output.code;
}
