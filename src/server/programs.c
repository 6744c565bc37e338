/* One desk, at its door. */
#include "server/programs.h"

#include "core/arena.h"
#include "programs/desk.h"

#include <stdlib.h>

int programs_run(struct process *process)
{
    struct desk *desk = desk_create(process->config, process->door);

    if (desk == NULL)
        return EXIT_NO_MEMORY;
    desk_serve(desk);
    desk_free(desk);
    return EXIT_SUCCESS;
}
