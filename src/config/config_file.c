/* Files that may hold secrets, read into sodium memory and nowhere else: no stdio buffer keeps a copy. */
#include "config/config_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Fills file->text, of max_bytes + 2; 0 or an errno. A file of more than max_bytes is EFBIG. */
static int read_all(int fd, size_t max_bytes, struct config_file *file)
{
    ssize_t got;

    while (file->length <= max_bytes) {
        got = read(fd, file->text + file->length, max_bytes + 1 - file->length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return errno;
        if (got == 0)
            return 0;
        file->length += (size_t)got;
    }
    return EFBIG;
}

const char *config_file_read(const char *path, size_t max_bytes, struct config_file *file)
{
    struct stat status;
    int error = 0, fd;

    *file = (struct config_file){ 0 };
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) < 0) {
        error = errno;
        goto out;
    }
    file->mode = status.st_mode;
    file->text = sodium_init() < 0 ? NULL : sodium_malloc(max_bytes + 2);
    if (file->text == NULL) {
        error = ENOMEM;
        goto out;
    }
    error = read_all(fd, max_bytes, file);
    if (error == 0)
        file->text[file->length] = '\0';
out:
    if (fd >= 0)
        close(fd);
    if (error != 0)
        config_file_free(file);
    return error == 0 ? NULL : strerror(error);
}

void config_file_free(struct config_file *file)
{
    sodium_free(file->text);
    *file = (struct config_file){ 0 };
}
