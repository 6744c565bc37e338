/* The least a FastCGI responder can do: accept, answer 200, close. The yardstick for token_check, behind the
 * same nginx. Usage: empty_responder SOCKET WORKERS */
#include <fcgiapp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void serve(int listener)
{
    FCGX_Request request;

    FCGX_InitRequest(&request, listener, 0);
    while (FCGX_Accept_r(&request) == 0) {
        FCGX_PutS("Status: 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
                  request.out);
        FCGX_Finish_r(&request);
    }
}

int main(int argc, char **argv)
{
    long workers = argc == 3 ? strtol(argv[2], NULL, 10) : 0;
    int listener;

    if (workers < 1 || workers > 64) {
        fprintf(stderr, "usage: empty_responder SOCKET WORKERS\n");
        return 2;
    }
    FCGX_Init();
    listener = FCGX_OpenSocket(argv[1], 511);
    if (listener < 0 || chmod(argv[1], 0666) != 0)
        return 1;
    for (long i = 0; i < workers; i++) {
        if (fork() == 0) {
            serve(listener);
            _exit(0);
        }
    }
    while (wait(NULL) > 0)
        continue;
    return 0;
}
