/* Gathers the settings from the file and the environment, then parses and checks them all. It never stops at
 * the first error: an operator should need one run of check-config, not one per mistake. */
#include "config/config_internal.h"

#include "core/dsn.h"

#include <ini.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX_BYTES   ((size_t)262144)
#define LINE_BYTES       4096
#define VARIABLE_PREFIX  "RIGGER_"
#define SHOWN_NAME_BYTES 32
#define WHITE            " \t\r\n\f\v"

/* A value as it was written, and where. */
struct raw {
    char *text; /* NULL: nowhere */
    int line;   /* of the file; 0: in the environment */
};

struct loader {
    FILE *errors;
    const char *path; /* NULL: no file */
    struct config *config;
    struct raw *raws;                        /* one for each of config_settings */
    const char *next, *end;                  /* what the parser has not read yet */
    int line;                                /* the one it read last */
    char unknown_section[CONFIG_NAME_BYTES]; /* already complained of */
    int error_count;
};

PRINTF_LIKE(2, 3) static void report(struct loader *loader, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vfprintf(loader->errors, format, arguments);
    va_end(arguments);
    fputc('\n', loader->errors);
    loader->error_count++;
}

static void report_setting(struct loader *loader, size_t index, const char *error)
{
    const struct setting *setting = &config_settings[index];
    const struct raw *raw = &loader->raws[index];
    char variable[CONFIG_NAME_BYTES];

    config_name_variable(setting, variable);
    if (raw->line > 0)
        report(loader, "%s:%d: [%s] %s: %s", loader->path, raw->line, setting->section, setting->key, error);
    else if (raw->text != NULL || loader->path == NULL)
        report(loader, "%s: [%s] %s: %s", variable, setting->section, setting->key, error);
    else
        report(loader, "%s: [%s] %s: %s", loader->path, setting->section, setting->key, error);
}

static void wipe(char *text)
{
    if (text != NULL)
        sodium_memzero(text, strlen(text));
    free(text);
}

/* Keeps a value without the white space around it; the later of two wins. */
static void keep(struct loader *loader, struct raw *raw, const char *text, int line)
{
    const char *start = text + strspn(text, WHITE);
    size_t length = strlen(start);

    while (length > 0 && strchr(WHITE, start[length - 1]) != NULL)
        length--;
    wipe(raw->text);
    raw->text = strndup(start, length);
    raw->line = line;
    if (raw->text == NULL)
        report(loader, "configuration: out of memory");
}

/* Whether a name may be shown: a line of a wrapped secret, or a password with an = in it, is read as a name.
 */
static bool may_be_shown(const char *name)
{
    size_t length = strlen(name);

    return length <= SHOWN_NAME_BYTES && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") == length;
}

static void report_unknown_key(struct loader *loader, const char *section, const char *key)
{
    const struct setting *meant = config_name_guess_key(section, key);
    const struct setting *now = config_name_renamed(section, key);
    const char *gone = config_name_gone(section, key);

    /* rule: config.gone */
    if (gone != NULL) {
        report(loader, "%s:%d: [%s] %s: is gone; %s: take it out", loader->path, loader->line, section, key,
               gone);
        return;
    }
    /* rule: config.name_shown */
    if (now == NULL && meant == NULL && !may_be_shown(key))
        report(loader, "%s:%d: [%s]: no such setting, and no name of one: dump-config lists them all",
               loader->path, loader->line, section);
    else if (now != NULL)
        report(loader, "%s:%d: [%s] %s: is called %s now: write that", loader->path, loader->line, section,
               key, now->key);
    else if (meant == NULL)
        report(loader, "%s:%d: [%s] %s: no such setting: dump-config lists them all", loader->path,
               loader->line, section, key);
    else
        report(loader, "%s:%d: [%s] %s: no such setting: did you mean [%s] %s?", loader->path, loader->line,
               section, key, meant->section, meant->key);
}

/* True if the section exists; complains once of one that does not. */
static bool check_section(struct loader *loader, const char *section)
{
    const struct setting *meant;

    for (size_t i = 0; i < config_setting_count; i++) {
        if (strcmp(config_settings[i].section, section) == 0)
            return true;
    }
    if (loader->error_count > 0 && strcmp(loader->unknown_section, section) == 0)
        return false;

    snprintf(loader->unknown_section, sizeof(loader->unknown_section), "%s", section);
    meant = config_name_guess_section(section);
    if (section[0] == '\0')
        report(loader, "%s:%d: a setting before the first [section]: move it below one", loader->path,
               loader->line);
    else if (meant == NULL && !may_be_shown(section))
        report(loader, "%s:%d: no such section, and no name of one: dump-config lists them all", loader->path,
               loader->line);
    else if (meant == NULL)
        report(loader, "%s:%d: [%s]: no such section: dump-config lists them all", loader->path, loader->line,
               section);
    else
        report(loader, "%s:%d: [%s]: no such section: did you mean [%s]?", loader->path, loader->line,
               section, meant->section);
    return false;
}

/* Called by the parser for each setting. It returns 1 even after an error: the parser's own errors are told
 * apart so. */
static int take_setting(void *user, const char *section, const char *key, const char *value)
{
    struct loader *loader = user;
    const struct setting *setting;

    if (value == NULL) {
        report(loader, "%s:%d: not a setting: write key = value", loader->path, loader->line);
        return 1;
    }
    /* rule: config.unknown_section */
    if (!check_section(loader, section))
        return 1;
    setting = config_name_find(section, key);
    if (setting == NULL) {
        /* rule: config.unknown_key */
        report_unknown_key(loader, section, key);
        return 1;
    }

    struct raw *raw = &loader->raws[setting - config_settings];
    /* rule: config.twice */
    if (raw->line > 0)
        report(loader, "%s:%d: [%s] %s: already set on line %d: take one of them out", loader->path,
               loader->line, section, key, raw->line);
    keep(loader, raw, value, loader->line);
    return 1;
}

/* Hands the parser one line, and counts it: the parser does not pass line numbers on. */
static char *next_line(char *out, int size, void *stream)
{
    struct loader *loader = stream;
    size_t left = (size_t)(loader->end - loader->next);

    sodium_memzero(out, (size_t)size); /* the line before may have been a secret */
    if (left == 0)
        return NULL;
    const char *newline = memchr(loader->next, '\n', left);
    size_t length = newline == NULL ? left : (size_t)(newline - loader->next);

    loader->line++;
    out[0] = '\0';
    if (length >= (size_t)size) {
        report(loader, "%s:%d: longer than %d bytes", loader->path, loader->line, size - 1);
    } else if (memchr(loader->next, '\0', length) != NULL) {
        report(loader, "%s:%d: contains a NUL byte", loader->path, loader->line);
    } else {
        memcpy(out, loader->next, length);
        out[length] = '\0';
    }
    loader->next += newline == NULL ? length : length + 1;
    return out;
}

/* True if the file itself holds a secret, not just the path of one. */
static bool holds_a_secret(const struct loader *loader)
{
    for (size_t i = 0; i < config_setting_count; i++) {
        const struct raw *raw = &loader->raws[i];
        if (raw->line == 0 || raw->text == NULL)
            continue;
        if (config_settings[i].type == SETTING_SECRET && raw->text[0] != '@')
            return true;
        if (config_settings[i].type == SETTING_DSN && dsn_has_password(raw->text))
            return true;
    }
    return false;
}

static void read_file(struct loader *loader)
{
    struct config_file file;
    const char *unreadable = config_file_read(loader->path, FILE_MAX_BYTES, &file);

    if (unreadable != NULL) {
        report(loader, "%s: cannot be read: %s", loader->path, unreadable);
        return;
    }

    /* A secret may contain " ;", an indented line is no continuation, and a line without "=" is ours to
     * report. */
    ini_allow_inline_comments = false;
    ini_allow_multiline = false;
    ini_allow_no_value = true;
    ini_use_stack = true;
    ini_max_line = LINE_BYTES;

    loader->next = file.text;
    loader->end = file.text + file.length;
    int result = ini_parse_stream(next_line, loader, take_setting, loader);
    if (result > 0)
        report(loader, "%s:%d: a section without its closing bracket", loader->path, result);
    else if (result < 0)
        report(loader, "%s: out of memory", loader->path);

    /* rule: config.open_file */
    if ((file.mode & S_IROTH) != 0 && holds_a_secret(loader))
        report(loader, "%s: holds secrets, and everybody may read it: run chmod o= %s", loader->path,
               loader->path);
    config_file_free(&file);
}

static bool is_reserved(const char *variable)
{
    static const char test_prefix[] = "RIGGER_TEST_";

    return strcmp(variable, "RIGGER_CONFIG") == 0 || strcmp(variable, "RIGGER_VECTORS") == 0 ||
           strncmp(variable, test_prefix, sizeof(test_prefix) - 1) == 0;
}

static void report_unknown_variable(struct loader *loader, const char *variable)
{
    const struct setting *meant = config_name_guess_variable(variable);
    const struct setting *now = config_name_renamed_variable(variable);
    char name[CONFIG_NAME_BYTES];

    if (now != NULL) {
        config_name_variable(now, name);
        report(loader, "%s: is called %s now: set that", variable, name);
        return;
    }
    if (meant == NULL) {
        report(loader, "%s: no such setting: the variables are RIGGER_<SECTION>_<KEY>", variable);
        return;
    }
    config_name_variable(meant, name);
    report(loader, "%s: no such setting: did you mean %s?", variable, name);
}

static void read_environment(struct loader *loader)
{
    for (char **entry = environ; entry != NULL && *entry != NULL; entry++) {
        size_t length = strcspn(*entry, "=");

        if (strncmp(*entry, VARIABLE_PREFIX, sizeof(VARIABLE_PREFIX) - 1) != 0 || (*entry)[length] == '\0')
            continue;
        char *variable = strndup(*entry, length);
        if (variable == NULL) {
            report(loader, "environment: out of memory");
            return;
        }
        const struct setting *setting = config_name_find_variable(variable);
        if (setting != NULL)
            keep(loader, &loader->raws[setting - config_settings], *entry + length + 1, 0);
        else if (!is_reserved(variable)) /* rule: config.unknown_variable */
            report_unknown_variable(loader, variable);
        free(variable);
    }
}

static size_t index_of(const char *section, const char *key)
{
    return (size_t)(config_name_find(section, key) - config_settings);
}

/* Of two ways to give the key of launch tokens exactly one. */
static void check_launch_key(struct loader *loader)
{
    size_t secret = index_of("launch", "launch_secret"), key = index_of("launch", "launch_key");
    const char *secret_text = loader->raws[secret].text, *key_text = loader->raws[key].text;
    bool has_secret = secret_text != NULL && secret_text[0] != '\0';
    bool has_key = key_text != NULL && key_text[0] != '\0';

    /* rule: config.launch_key_missing */
    if (!has_secret && !has_key)
        report_setting(loader, secret,
                       "required, there is no default: write this, or a network's launch_key");
    /* rule: config.launch_key_twice */
    if (has_secret && has_key)
        report_setting(loader, key, "launch_secret is set, too: take one of them out");
}

static void set_values(struct loader *loader)
{
    char error[CONFIG_ERROR_BYTES];

    check_launch_key(loader);
    for (size_t i = 0; i < config_setting_count; i++) {
        const struct setting *setting = &config_settings[i];
        const char *text = loader->raws[i].text == NULL ? setting->default_text : loader->raws[i].text;

        /* An empty text is what every required setting refuses. */
        if (!config_value_set(loader->config, setting, text == NULL ? "" : text, error))
            report_setting(loader, i, error);
    }
}

static void report_named(void *loader, const char *section, const char *key, const char *error)
{
    report_setting(loader, index_of(section, key), error);
}

static const char *find_path(const char *path)
{
    const char *named = getenv("RIGGER_CONFIG");

    if (path != NULL)
        return path;
    if (named != NULL && named[0] != '\0')
        return named;
    return access(CONFIG_DEFAULT_PATH, F_OK) == 0 ? CONFIG_DEFAULT_PATH : NULL;
}

struct config *config_load(const char *path, FILE *errors)
{
    struct loader loader = { .errors = errors, .path = find_path(path) };

    loader.config = calloc(1, sizeof(*loader.config));
    loader.raws = calloc(config_setting_count, sizeof(*loader.raws));
    if (loader.config == NULL || loader.raws == NULL) {
        report(&loader, "configuration: out of memory");
        goto out;
    }
    if (loader.path != NULL)
        read_file(&loader);
    read_environment(&loader);
    set_values(&loader);
    if (loader.error_count == 0)
        config_check_relations(loader.config, report_named, &loader);
out:
    for (size_t i = 0; loader.raws != NULL && i < config_setting_count; i++)
        wipe(loader.raws[i].text);
    free(loader.raws);
    if (loader.error_count > 0) {
        config_free(loader.config);
        return NULL;
    }
    return loader.config;
}

void config_free(struct config *config)
{
    if (config == NULL)
        return;
    for (size_t i = 0; i < config_setting_count; i++)
        config_value_clear(config, &config_settings[i]);
    free(config);
}
