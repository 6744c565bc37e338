/* A configuration file: what is accepted can be dumped, and the dump has no secret. */
#include "config/config.h"
#include "fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

void fuzz_config(const unsigned char *data, size_t size);

static void check_dump(const struct config *config)
{
    char *dump = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&dump, &length);

    FUZZ_CHECK(out != NULL);
    config_dump(config, out);
    fclose(out);
    FUZZ_CHECK(strstr(dump, "\nip_check_salt = ********\n") != NULL);
    FUZZ_CHECK(config->launch.launch_secret.text == NULL ||
               strstr(dump, "\nlaunch_secret = ********\n") != NULL);
    free(dump);
}

void fuzz_config(const unsigned char *data, size_t size)
{
    int fd = memfd_create("rigger.conf", MFD_CLOEXEC);
    char path[64], *said = NULL;
    size_t length = 0;
    FILE *errors = open_memstream(&said, &length);
    struct config *config;

    FUZZ_CHECK(fd >= 0 && errors != NULL && fchmod(fd, 0600) == 0);
    FUZZ_CHECK(write(fd, data, size) == (ssize_t)size);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    config = config_load(path, errors);
    fclose(errors);
    FUZZ_CHECK((config == NULL) == (length > 0));
    if (config != NULL)
        check_dump(config);
    config_free(config);
    free(said);
    close(fd);
}
