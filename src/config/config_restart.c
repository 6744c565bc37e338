/* Which changed settings a running server cannot take over. */
#include "config/config_internal.h"

#include <stdlib.h>
#include <string.h>

/* The value as config_value_print writes it; NULL: no memory. The caller frees it. */
static char *print_value(const struct config *config, const struct setting *setting)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);

    if (out == NULL)
        return NULL;
    config_value_print(config, setting, out);
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

const struct setting *config_next_restart_needed(const struct config *before, const struct config *after,
                                                 const struct setting *last)
{
    size_t first = last == NULL ? 0 : (size_t)(last - config_settings) + 1;

    for (size_t i = first; i < config_setting_count; i++) {
        const struct setting *setting = &config_settings[i];
        char *old, *new;
        bool differs;

        if (setting->reloadable)
            continue;
        old = print_value(before, setting);
        new = print_value(after, setting);
        differs = old == NULL || new == NULL || strcmp(old, new) != 0;
        free(old);
        free(new);
        if (differs)
            return setting;
    }
    return NULL;
}
