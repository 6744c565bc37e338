/* Runs a command of riggerctl as its main() does, and keeps what it printed. For tests in processes of their
 * own: the texts stay until the next run. */
#ifndef RIGGER_TESTS_CHECK_COMMAND_OUTPUT_H
#define RIGGER_TESTS_CHECK_COMMAND_OUTPUT_H

#define COMMAND_ARGUMENTS_MAX 12

struct command_output {
    char out[65536], err[16384];
    int code;
};

extern struct command_output command_output;

/* Runs a command with these arguments (the first is its name), NULL-terminated; input is its standard input,
 * NULL: empty. Returns its code. */
int command_output_run(int (*run)(int argc, char **argv), const char *const *arguments, const char *input);

#define COMMAND_RUN(run, ...) command_output_run(run, (const char *const[]){ __VA_ARGS__, NULL }, NULL)

/* The same for what prints and is no command. */
void command_output_begin(void);
void command_output_end(void);

#endif
