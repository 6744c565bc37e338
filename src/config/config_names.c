/* Names of settings: how they are found, and what a mistyped one probably meant. */
#include "config/config_internal.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define WORD_BYTES CONFIG_NAME_BYTES /* longer names are nobody's typing error */

const struct setting *config_name_find(const char *section, const char *key)
{
    for (size_t i = 0; i < config_setting_count; i++) {
        if (strcmp(config_settings[i].section, section) == 0 && strcmp(config_settings[i].key, key) == 0)
            return &config_settings[i];
    }
    return NULL;
}

void config_name_variable(const struct setting *setting, char out[CONFIG_NAME_BYTES])
{
    snprintf(out, CONFIG_NAME_BYTES, "RIGGER_%s_%s", setting->section, setting->key);
    for (char *at = out; *at != '\0'; at++)
        *at = (char)toupper((unsigned char)*at);
}

const struct setting *config_name_find_variable(const char *variable)
{
    char name[CONFIG_NAME_BYTES];

    for (size_t i = 0; i < config_setting_count; i++) {
        config_name_variable(&config_settings[i], name);
        if (strcmp(name, variable) == 0)
            return &config_settings[i];
    }
    return NULL;
}

const struct setting *config_name_renamed(const char *section, const char *key)
{
    for (size_t i = 0; i < config_setting_count; i++) {
        const struct setting *setting = &config_settings[i];

        if (setting->former_key != NULL && strcmp(setting->section, section) == 0 &&
            strcmp(setting->former_key, key) == 0)
            return setting;
    }
    return NULL;
}

const struct setting *config_name_renamed_variable(const char *variable)
{
    char name[CONFIG_NAME_BYTES];

    for (size_t i = 0; i < config_setting_count; i++) {
        struct setting former = config_settings[i];

        if (former.former_key == NULL)
            continue;
        former.key = former.former_key;
        config_name_variable(&former, name);
        if (strcmp(name, variable) == 0)
            return &config_settings[i];
    }
    return NULL;
}

const char *config_name_gone(const char *section, const char *key)
{
    static const struct {
        const char *section, *key, *instead;
    } gone[] = {
        { "database", "lock_timeout_ms",
          "waits for locks are the limits lock.waited_fast and lock.waited_slow of the database now" },
    };

    for (size_t i = 0; i < sizeof(gone) / sizeof(gone[0]); i++) {
        if (strcmp(gone[i].section, section) == 0 && strcmp(gone[i].key, key) == 0)
            return gone[i].instead;
    }
    return NULL;
}

static size_t least(size_t a, size_t b, size_t c)
{
    size_t smaller = a < b ? a : b;

    return smaller < c ? smaller : c;
}

/* Levenshtein's distance: insertions, deletions and substitutions of one byte, one row of the table at a
 * time. */
static size_t distance(const char *from, const char *to)
{
    size_t row[WORD_BYTES], from_length = strlen(from), to_length = strlen(to);

    if (from_length >= WORD_BYTES || to_length >= WORD_BYTES)
        return WORD_BYTES;
    for (size_t column = 0; column <= to_length; column++)
        row[column] = column;
    for (size_t line = 0; line < from_length; line++) {
        size_t diagonal = row[0];
        row[0] = line + 1;
        for (size_t column = 0; column < to_length; column++) {
            size_t above = row[column + 1];
            size_t substituted = diagonal + (from[line] != to[column]);
            row[column + 1] = least(above + 1, row[column] + 1, substituted);
            diagonal = above;
        }
    }
    return row[to_length];
}

/* Up to a third of a name may be wrong. */
static bool is_near(size_t away, const char *name)
{
    return away <= 1 + strlen(name) / 3;
}

const struct setting *config_name_guess_section(const char *section)
{
    const struct setting *best = NULL;
    size_t best_away = WORD_BYTES;

    for (size_t i = 0; i < config_setting_count; i++) {
        size_t away = distance(section, config_settings[i].section);
        if (away < best_away && is_near(away, section)) {
            best = &config_settings[i];
            best_away = away;
        }
    }
    return best;
}

const struct setting *config_name_guess_key(const char *section, const char *key)
{
    const struct setting *best = NULL;
    size_t best_rank = (size_t)2 * WORD_BYTES;

    for (size_t i = 0; i < config_setting_count; i++) {
        size_t away = distance(key, config_settings[i].key);
        /* Of two equally near keys the one of the same section was meant. */
        size_t rank = 2 * away + (strcmp(section, config_settings[i].section) != 0);
        if (rank < best_rank && is_near(away, key)) {
            best = &config_settings[i];
            best_rank = rank;
        }
    }
    return best;
}

const struct setting *config_name_guess_variable(const char *variable)
{
    const struct setting *best = NULL;
    size_t best_away = WORD_BYTES;
    char name[CONFIG_NAME_BYTES];

    for (size_t i = 0; i < config_setting_count; i++) {
        config_name_variable(&config_settings[i], name);
        size_t away = distance(variable, name);
        if (away < best_away && is_near(away, variable)) {
            best = &config_settings[i];
            best_away = away;
        }
    }
    return best;
}
