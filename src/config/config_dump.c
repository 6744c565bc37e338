/* The configuration as a commented ini file. No secret and no password may appear in it. */
#include "config/config_internal.h"

#include <string.h>

static void print_about(const struct setting *setting, FILE *out)
{
    fprintf(out, "\n# %s\n#", setting->doc);
    if (setting->choices != NULL) {
        for (size_t i = 0; setting->choices[i] != NULL; i++)
            fprintf(out, "%s %s", i == 0 ? "" : " or", setting->choices[i]);
        fputs(";", out);
    }
    if (setting->type == SETTING_INTEGER)
        fprintf(out, " %lld to %lld;", (long long)setting->min, (long long)setting->max);

    if (setting->default_text == NULL)
        fputs(" required", out);
    else
        fprintf(out, " default: %s", setting->default_text[0] == '\0' ? "empty" : setting->default_text);
    fputs(setting->reloadable ? "\n" : "; a change needs a restart\n", out);
}

void config_dump(const struct config *config, FILE *out)
{
    const char *section = "";

    for (size_t i = 0; i < config_setting_count; i++) {
        const struct setting *setting = &config_settings[i];

        if (strcmp(section, setting->section) != 0) {
            fprintf(out, "%s[%s]\n", i == 0 ? "" : "\n", setting->section);
            section = setting->section;
        }
        print_about(setting, out);
        fprintf(out, "%s = ", setting->key);
        config_value_print(config, setting, out);
        fputs("\n", out);
    }
}
