/* What the config_*.c files share. Nobody else includes this: core/config.h is the interface. */
#ifndef RIGGER_CONFIG_CONFIG_INTERNAL_H
#define RIGGER_CONFIG_CONFIG_INTERNAL_H

#include "config/config.h"
#include "core/attributes.h"

#include <sys/types.h>

#define CONFIG_ERROR_BYTES 512 /* room for what is wrong with a value */
#define CONFIG_NAME_BYTES  96  /* room for the name of an environment variable of ours */

/* The setting of that name, NULL if there is none. */
const struct setting *config_name_find(const char *section, const char *key);
const struct setting *config_name_find_variable(const char *variable);

/* The setting that had that name in former versions, NULL if none had. */
const struct setting *config_name_renamed(const char *section, const char *key);
const struct setting *config_name_renamed_variable(const char *variable);

/* What has come instead of a setting that former versions had, NULL if they had none of that name. */
const char *config_name_gone(const char *section, const char *key);

/* Writes RIGGER_<SECTION>_<KEY>. */
void config_name_variable(const struct setting *setting, char out[CONFIG_NAME_BYTES]);

/* The setting that was probably meant by a name that does not exist, NULL if none comes near. For a section,
 * any setting of it. */
const struct setting *config_name_guess_section(const char *section);
const struct setting *config_name_guess_key(const char *section, const char *key);
const struct setting *config_name_guess_variable(const char *variable);

/* Told of each error: what config_load says of a setting. reported is the caller's own. */
typedef void config_report(void *reported, const char *section, const char *key, const char *error);

/* Reports what is wrong between settings, of which each is right by itself. */
void config_check_relations(const struct config *config, config_report *report, void *reported);

/* The part of it that is about the secrets of launch tokens. */
void config_check_secrets(const struct config *config, config_report *report, void *reported);

/* Parses, checks and stores one value. false: refused, and error says what is wrong without quoting it. */
bool config_value_set(struct config *config, const struct setting *setting, const char *text,
                      char error[CONFIG_ERROR_BYTES]) MUST_CHECK;

/* Writes the value as config_value_set takes it, secrets and passwords masked. */
void config_value_print(const struct config *config, const struct setting *setting, FILE *out);

/* Wipes and frees what config_value_set stored. */
void config_value_clear(struct config *config, const struct setting *setting);

/* The bytes of a file, in sodium memory since they may hold secrets. */
struct config_file {
    char *text;
    size_t length;
    mode_t mode;
};

/* Reads a file of at most max_bytes; config_file_free it. Returns NULL, or why it cannot be read (static
 * text, or of strerror). */
const char *config_file_read(const char *path, size_t max_bytes, struct config_file *file) MUST_CHECK;
void config_file_free(struct config_file *file);

#endif
