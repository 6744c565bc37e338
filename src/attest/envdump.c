/* Opens and judges environment dumps. No network, no database; keys come in and are never logged. */
#include "attest/envdump.h"

#include "core/encode.h"
#include "crypto/aes.h"
#include "json/json.h"

#include <openssl/evp.h>
#include <regex.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define KEY_TEXT_MAX_BYTES 512

bool envdump_derive_key(const char *master_key, const char *env_key, const char *salt,
                        unsigned char key[ENVDUMP_KEY_BYTES])
{
    size_t master_length = strlen(master_key) / 2, env_length = strlen(env_key) / 2,
           salt_length = strlen(salt) / 2;
    unsigned char password[KEY_TEXT_MAX_BYTES], salt_bytes[KEY_TEXT_MAX_BYTES];
    bool derived;

    if (master_length + env_length > sizeof(password) || salt_length > sizeof(salt_bytes))
        return false;
    derived =
        hex_decode(password, master_length, master_key, strlen(master_key)) &&
        hex_decode(password + master_length, env_length, env_key, strlen(env_key)) &&
        hex_decode(salt_bytes, salt_length, salt, strlen(salt)) &&
        PKCS5_PBKDF2_HMAC((const char *)password, (int)(master_length + env_length), salt_bytes,
                          (int)salt_length, ENVDUMP_ITERATIONS, EVP_sha256(), ENVDUMP_KEY_BYTES, key) == 1;
    sodium_memzero(password, sizeof(password));
    return derived;
}

char *envdump_open(struct arena *arena, const unsigned char key[ENVDUMP_KEY_BYTES], const char *dump,
                   size_t *length)
{
    size_t sealed_length = 0;
    unsigned char *sealed = base64_decode(arena, dump, strlen(dump), &sealed_length);
    ptrdiff_t plain_length;
    char *plain;

    if (sealed == NULL || sealed_length <= AES_BLOCK_BYTES)
        return NULL;
    sealed_length -= AES_BLOCK_BYTES;
    plain = arena_alloc(arena, sealed_length + 1);
    plain_length = aes_cbc_decrypt(key, ENVDUMP_KEY_BYTES, sealed, sealed + AES_BLOCK_BYTES, sealed_length,
                                   (unsigned char *)plain);
    if (plain_length < 0)
        return NULL;
    *length = (size_t)plain_length;
    plain[*length] = '\0';
    return plain;
}

/* The word without a leading path. */
static const char *base_name(const char *word)
{
    const char *slash = strrchr(word, '/');

    return slash != NULL ? slash + 1 : word;
}

/* "python", "python3" or "python3.x". */
static bool is_python(const char *name)
{
    if (strncmp(name, "python", 6) != 0)
        return false;
    name += 6;
    if (name[0] == '\0' || strcmp(name, "3") == 0)
        return true;
    return strncmp(name, "3.", 2) == 0 && name[2] != '\0' &&
           strspn(name + 2, "0123456789") == strlen(name + 2);
}

bool envdump_command_matches(struct arena *arena, const char *cmdline, const struct envdump_command *expected)
{
    char *line = arena_strdup(arena, cmdline), *chutes, *rest;
    const char *wanted;

    chutes = strchr(line, ' ');
    if (chutes == NULL)
        return false;
    *chutes++ = '\0';
    rest = strchr(chutes, ' ');
    if (rest == NULL)
        return false;
    *rest++ = '\0';
    wanted =
        arena_printf(arena, "run %s --port 8000%s%s --miner-ss58 %s --validator-ss58 %s", expected->ref_str,
                     expected->seed != NULL ? " --graval-seed " : "",
                     expected->seed != NULL ? expected->seed : "", expected->hotkey, expected->validator);
    return is_python(base_name(line)) && strcmp(base_name(chutes), "chutes") == 0 &&
           strcmp(rest, wanted) == 0;
}

static void put_object(void *object)
{
    json_object_put(object);
}

static json_object *parse_object(struct arena *arena, const char *text, size_t length)
{
    struct json_fault fault;
    json_object *object = json_parse_strict(text, length, &fault);

    arena_defer(arena, put_object, object);
    return json_object_is_type(object, json_type_object) ? object : NULL;
}

enum refusal envdump_check_command(struct arena *arena, const char *dump, size_t length,
                                   const struct envdump_command *expected)
{
    json_object *root = parse_object(arena, dump, length), *processes = NULL, *first = NULL, *pid = NULL;
    const char *user, *cmdline;

    if (root == NULL || !json_object_object_get_ex(root, "all_processes", &processes) ||
        !json_object_is_type(processes, json_type_array))
        return REFUSAL_ENVIRONMENT_UNREADABLE;
    first = json_object_array_get_idx(processes, 0);
    if (!json_object_is_type(first, json_type_object) || !json_object_object_get_ex(first, "pid", &pid) ||
        !json_object_is_type(pid, json_type_int) || json_object_get_int64(pid) != 1)
        return REFUSAL_ENVIRONMENT_COMMAND_WRONG;
    user = json_get_text(first, "username");
    cmdline = json_get_text(first, "cmdline");
    if (user == NULL || strcmp(user, "chutes") != 0 || cmdline == NULL ||
        !envdump_command_matches(arena, cmdline, expected))
        return REFUSAL_ENVIRONMENT_COMMAND_WRONG;
    return REFUSAL_NONE;
}

enum refusal envdump_check_code(struct arena *arena, const char *dump, size_t length, const char *code)
{
    json_object *root = parse_object(arena, dump, length);
    const char *content = root != NULL ? json_get_text(root, "content") : NULL;
    size_t found_length = 0;
    unsigned char *found;

    if (content == NULL)
        return REFUSAL_ENVIRONMENT_UNREADABLE;
    found = base64_decode(arena, content, strlen(content), &found_length);
    if (found == NULL || found_length != strlen(code) || memcmp(found, code, found_length) != 0)
        return REFUSAL_CODE_DIFFERS;
    return REFUSAL_NONE;
}

/* One rule against what its pointer found (NULL: nothing). */
static bool rule_holds(json_object *rule, bool there, json_object *value)
{
    json_object *wanted = NULL;
    regex_t pattern;
    bool matches;

    if (json_object_object_get_ex(rule, "present", &wanted))
        return there == json_object_get_boolean(wanted);
    if (json_object_object_get_ex(rule, "equals", &wanted))
        return there && json_object_equal(wanted, value);
    if (!json_object_object_get_ex(rule, "matches", &wanted) ||
        !json_object_is_type(wanted, json_type_string) || !json_object_is_type(value, json_type_string) ||
        regcomp(&pattern, json_object_get_string(wanted), REG_EXTENDED | REG_NOSUB) != 0)
        return false;
    matches = regexec(&pattern, json_object_get_string(value), 0, NULL, 0) == 0;
    regfree(&pattern);
    return matches;
}

enum refusal envdump_check_rules(const char *dump, size_t length, json_object *rules)
{
    struct json_fault fault;
    json_object *root = json_parse_strict(dump, length, &fault);
    enum refusal refusal = REFUSAL_NONE;

    if (root == NULL)
        return REFUSAL_ENVIRONMENT_UNREADABLE;
    json_object_object_foreach(rules, pointer, rule)
    {
        json_object *value = NULL;
        bool there = json_pointer_get(root, pointer, &value) == 0;

        if (!json_object_is_type(rule, json_type_object) || !rule_holds(rule, there, value))
            refusal = REFUSAL_ENVIRONMENT_RULE_BROKEN;
    }
    json_object_put(root);
    return refusal;
}
