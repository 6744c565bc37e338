/* One value of the configuration: parsed by its type, checked, stored, shown, wiped. What it says of a value
 * that it refuses must not quote it: it may be a secret in the wrong place. */
#include "config/config_internal.h"

#include "core/dsn.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define SECRET_FILE_MAX_BYTES 4096

_Static_assert(sizeof(enum proof_provider) == sizeof(int) &&
                   sizeof(enum environment_provider) == sizeof(int) &&
                   sizeof(enum filesystem_provider) == sizeof(int),
               "a choice is stored as an int");

static void *member(struct config *config, const struct setting *setting)
{
    return (char *)config + setting->offset;
}

static const void *const_member(const struct config *config, const struct setting *setting)
{
    return (const char *)config + setting->offset;
}

static bool refuse(char error[CONFIG_ERROR_BYTES], const char *text)
{
    snprintf(error, CONFIG_ERROR_BYTES, "%s", text);
    return false;
}

static bool set_text(char **text, const char *value, char error[CONFIG_ERROR_BYTES])
{
    char *copy = strdup(value);

    if (copy == NULL)
        return refuse(error, "out of memory");
    free(*text);
    *text = copy;
    return true;
}

static bool refuse_number(const struct setting *setting, const char *wrong, char error[CONFIG_ERROR_BYTES])
{
    if (setting->type == SETTING_OCTAL)
        snprintf(error, CONFIG_ERROR_BYTES, "%s: write an octal number from %04llo to %04llo", wrong,
                 (unsigned long long)setting->min, (unsigned long long)setting->max);
    else
        snprintf(error, CONFIG_ERROR_BYTES, "%s: write a whole number from %lld to %lld", wrong,
                 (long long)setting->min, (long long)setting->max);
    return false;
}

static bool set_number(int64_t *number, const struct setting *setting, const char *text,
                       char error[CONFIG_ERROR_BYTES])
{
    bool octal = setting->type == SETTING_OCTAL;
    const char *first = !octal && text[0] == '-' ? text + 1 : text;

    if (first[0] == '\0' || first[strspn(first, octal ? "01234567" : "0123456789")] != '\0')
        return refuse_number(setting, octal ? "not octal" : "not an integer", error);

    errno = 0;
    long long value = strtoll(text, NULL, octal ? 8 : 10);
    /* rule: config.range */
    if (errno == ERANGE || value < setting->min || value > setting->max)
        return refuse_number(setting, "out of range", error);
    *number = value;
    return true;
}

static bool set_boolean(bool *boolean, const char *text, char error[CONFIG_ERROR_BYTES])
{
    static const char *const forms[][2] = {
        { "false", "true" }, { "no", "yes" }, { "off", "on" }, { "0", "1" }
    };

    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        for (int value = 0; value < 2; value++) {
            if (strcmp(text, forms[i][value]) == 0) {
                *boolean = value == 1;
                return true;
            }
        }
    }
    return refuse(error, "not a truth value: write true or false");
}

/* The number of the choice, from 1; 0: text is none of them. */
static int find_choice(const struct setting *setting, const char *text, char error[CONFIG_ERROR_BYTES])
{
    size_t used;

    for (int i = 0; setting->choices[i] != NULL; i++) {
        if (strcmp(setting->choices[i], text) == 0)
            return i + 1;
    }
    if (setting->former_choice != NULL && strcmp(setting->former_choice, text) == 0) {
        snprintf(error, CONFIG_ERROR_BYTES, "%s is called %s now: write that", text, setting->choice_now);
        return 0;
    }
    used = (size_t)snprintf(error, CONFIG_ERROR_BYTES, "%s: write ",
                            text[0] == '\0' ? "required, there is no default" : "not one of the choices");
    for (int i = 0; setting->choices[i] != NULL && used < CONFIG_ERROR_BYTES; i++)
        used += (size_t)snprintf(error + used, CONFIG_ERROR_BYTES - used, "%s%s", i == 0 ? "" : " or ",
                                 setting->choices[i]);
    return 0;
}

static bool store_secret(struct secret *secret, const struct setting *setting, const char *text,
                         size_t length, char error[CONFIG_ERROR_BYTES])
{
    const char *wrong = setting->of_others ? NULL : secret_error(text);

    /* rule: config.secret_weak */
    if (wrong != NULL) {
        snprintf(error, CONFIG_ERROR_BYTES,
                 "not fit for a secret, %s: write what `openssl rand -hex 32` prints", wrong);
        return false;
    }
    return secret_set(secret, text, length) || refuse(error, "out of memory");
}

static bool set_secret_of_file(struct secret *secret, const struct setting *setting, const char *path,
                               char error[CONFIG_ERROR_BYTES])
{
    struct config_file file;
    const char *unreadable;
    bool done = false;

    /* A secret that begins with @ is not a path, and is not to be quoted as one. */
    /* rule: config.secret_path */
    if (path[0] != '/')
        return refuse(error, "@ is followed by the absolute path of a file; a secret that begins with @ goes "
                             "into such a file");
    unreadable = config_file_read(path, SECRET_FILE_MAX_BYTES, &file);
    if (unreadable != NULL) {
        snprintf(error, CONFIG_ERROR_BYTES, "%s cannot be read: %s", path, unreadable);
        return false;
    }
    /* rule: config.secret_file_open */
    if ((file.mode & S_IRWXO) != 0) {
        snprintf(error, CONFIG_ERROR_BYTES, "%s is open to everybody: run chmod o= %s", path, path);
        goto out;
    }
    if (file.length > 0 && file.text[file.length - 1] == '\n')
        file.text[--file.length] = '\0';
    if (file.length > 0 && file.text[file.length - 1] == '\r')
        file.text[--file.length] = '\0';
    /* rule: config.secret_one_line */
    if (strcspn(file.text, "\r\n") != file.length) {
        snprintf(error, CONFIG_ERROR_BYTES, "%s must hold the secret on one line and nothing else", path);
        goto out;
    }
    done = store_secret(secret, setting, file.text, file.length, error);
out:
    config_file_free(&file);
    return done;
}

static bool has_control_characters(const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            return true;
    }
    return false;
}

static bool store(struct config *config, const struct setting *setting, const char *text,
                  char error[CONFIG_ERROR_BYTES])
{
    void *target = member(config, setting);
    int choice;

    switch (setting->type) {
    case SETTING_TEXT:
    case SETTING_DSN:
        return set_text(target, text, error);
    case SETTING_INTEGER:
    case SETTING_OCTAL:
        return set_number(target, setting, text, error);
    case SETTING_BOOLEAN:
        return set_boolean(target, text, error);
    case SETTING_CHOICE:
        choice = find_choice(setting, text, error);
        memcpy(target, &choice, sizeof(choice));
        return choice != 0;
    case SETTING_SECRET:
        if (text[0] == '\0') { /* an optional one that is not set */
            secret_clear(target);
            return true;
        }
        return text[0] == '@' ? set_secret_of_file(target, setting, text + 1, error)
                              : store_secret(target, setting, text, strlen(text), error);
    }
    return refuse(error, "of no known type");
}

bool config_value_set(struct config *config, const struct setting *setting, const char *text,
                      char error[CONFIG_ERROR_BYTES])
{
    /* rule: config.control */
    if (has_control_characters(text))
        return refuse(error, "must not contain control characters");
    if (setting->default_text == NULL && text[0] == '\0' && setting->choices == NULL)
        return refuse(error, "required, there is no default");
    if (!store(config, setting, text, error))
        return false;

    /* rule: config.check */
    const char *wrong = setting->check == NULL ? NULL : setting->check(text);
    return wrong == NULL || refuse(error, wrong);
}

static void print_dsn(const char *dsn, FILE *out)
{
    char *masked = dsn_mask(dsn);

    fputs(masked == NULL ? SECRET_MASK : masked, out);
    free(masked);
}

void config_value_print(const struct config *config, const struct setting *setting, FILE *out)
{
    const void *source = const_member(config, setting);
    int choice;

    switch (setting->type) {
    case SETTING_TEXT:
        fputs(*(char *const *)source, out);
        break;
    case SETTING_DSN:
        print_dsn(*(char *const *)source, out);
        break;
    case SETTING_INTEGER:
        fprintf(out, "%lld", (long long)*(const int64_t *)source);
        break;
    case SETTING_OCTAL:
        fprintf(out, "%04llo", (unsigned long long)*(const int64_t *)source);
        break;
    case SETTING_BOOLEAN:
        fputs(*(const bool *)source ? "true" : "false", out);
        break;
    case SETTING_CHOICE:
        memcpy(&choice, source, sizeof(choice));
        fputs(setting->choices[choice - 1], out);
        break;
    case SETTING_SECRET:
        if (((const struct secret *)source)->text != NULL)
            fputs(SECRET_MASK, out);
        break;
    }
}

void config_value_clear(struct config *config, const struct setting *setting)
{
    void *target = member(config, setting);

    if (setting->type == SETTING_SECRET) {
        secret_clear(target);
    } else if (setting->type == SETTING_TEXT || setting->type == SETTING_DSN) {
        char **text = target;
        if (*text != NULL)
            sodium_memzero(*text, strlen(*text));
        free(*text);
        *text = NULL;
    }
}
