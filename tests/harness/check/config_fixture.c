/* See config_fixture.h. It must leave nothing behind in /tmp. */
#include "check/config_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char config_directory[] = "/tmp/rigger-config-XXXXXX";
char config_path[64], config_secret_path[64];
char *config_errors; /* what the last load printed */
static size_t errors_length;

void config_fixture_set_up(void)
{
    ck_assert_ptr_nonnull(mkdtemp(config_directory));
    snprintf(config_path, sizeof(config_path), "%s/rigger.conf", config_directory);
    snprintf(config_secret_path, sizeof(config_secret_path), "%s/secret", config_directory);
    clearenv();
}

void config_fixture_tear_down(void)
{
    free(config_errors);
    unlink(config_path);
    unlink(config_secret_path);
    ck_assert_int_eq(rmdir(config_directory), 0);
}

void config_fixture_write(const char *path, const char *text, size_t length, mode_t mode)
{
    FILE *file = fopen(path, "w");

    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(text, 1, length, file), length);
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_int_eq(chmod(path, mode), 0);
}

struct config *config_fixture_load_path(const char *path)
{
    free(config_errors);
    config_errors = NULL;
    FILE *stream = open_memstream(&config_errors, &errors_length);
    struct config *config = config_load(path, stream);
    fclose(stream);
    return config;
}

struct config *config_fixture_load(const char *text)
{
    config_fixture_write(config_path, text, strlen(text), 0600);
    return config_fixture_load_path(config_path);
}

struct config *config_fixture_load_good(const char *text)
{
    struct config *config = config_fixture_load(text);

    ck_assert_msg(config != NULL, "%s", config_errors);
    ck_assert_str_eq(config_errors, "");
    return config;
}

void config_fixture_refuse(const char *text, const char *told)
{
    struct config *config = config_fixture_load(text);

    ck_assert_msg(config == NULL, "accepted: %s", text);
    ck_assert_msg(strstr(config_errors, told) != NULL, "\"%s\" is not in:\n%s", told, config_errors);
}

size_t config_fixture_count_lines(const char *text)
{
    size_t count = 0;

    for (; (text = strchr(text, '\n')) != NULL; text++)
        count++;
    return count;
}
