/* Secrets in sodium memory, and what makes one unfit. Nothing here may say in words what a secret is. */
#include "core/secret.h"

#include <ctype.h>
#include <limits.h>
#include <sodium.h>
#include <string.h>

#define MIN_DIFFERENT_BYTES  5
#define MAX_WORDS_TEXT_BYTES 128 /* longer texts are not taken for a string of well-known words */

/* What people type where a secret is asked for, alone or strung together. */
static const char *const known_words[] = {
    "admin",      "administrator", "asdfgh",      "asdfghjkl",   "change",  "changeit",   "changeme",
    "chutes",     "default",       "demo",        "development", "dummy",   "example",    "foobar",
    "here",       "hunter",        "insert",      "instance",    "is",      "jwt",        "key",
    "launch",     "letmein",       "master",      "me",          "my",      "pass",       "passphrase",
    "passwd",     "password",      "placeholder", "please",      "private", "production", "qwerty",
    "qwertyuiop", "replace",       "replaceme",   "rigger",      "root",    "salt",       "sample",
    "secret",     "secrets",       "server",      "setme",       "super",   "test",       "testing",
    "the",        "this",          "token",       "topsecret",   "use",     "validator",  "very",
    "welcome",    "with",          "your",        "zxcvbnm",
};

#define KNOWN_WORD_COUNT (sizeof(known_words) / sizeof(known_words[0]))

bool secret_set(struct secret *secret, const char *text, size_t length)
{
    if (length == SIZE_MAX || sodium_init() < 0)
        return false;

    char *copy = sodium_malloc(length + 1);
    if (copy == NULL)
        return false;
    if (length > 0)
        memcpy(copy, text, length);
    copy[length] = '\0';
    if (sodium_mprotect_readonly(copy) != 0) {
        sodium_free(copy);
        return false;
    }
    secret_clear(secret);
    secret->text = copy;
    secret->length = length;
    return true;
}

void secret_clear(struct secret *secret)
{
    sodium_free(secret->text);
    secret->text = NULL;
    secret->length = 0;
}

static int count_different_bytes(const char *text)
{
    bool seen[UCHAR_MAX + 1] = { false };
    int count = 0;

    for (const char *at = text; *at != '\0'; at++) {
        if (!seen[(unsigned char)*at])
            count++;
        seen[(unsigned char)*at] = true;
    }
    return count;
}

static bool repeats_a_pattern(const char *text, size_t length)
{
    for (size_t period = 1; period <= length / 2; period++) {
        if (memcmp(text, text + period, length - period) == 0)
            return true;
    }
    return false;
}

/* "abcdefgh…", "12345678901…" and the same backwards. */
static bool counts_up_or_down(const char *text, size_t length)
{
    size_t up = 0, down = 0;

    for (size_t i = 1; i < length; i++) {
        int before = tolower((unsigned char)text[i - 1]), now = tolower((unsigned char)text[i]);
        if (now == before + 1 || (before == '9' && (now == '0' || now == 'a')))
            up++;
        if (now == before - 1 || (before == '0' && now == '9') || (before == 'a' && now == '9'))
            down++;
    }
    return up == length - 1 || down == length - 1;
}

/* True if the letters of text, whatever stands between them, are nothing but well-known words. */
static bool is_made_of_known_words(const char *text)
{
    char letters[MAX_WORDS_TEXT_BYTES];
    bool reachable[MAX_WORDS_TEXT_BYTES + 1] = { true };
    size_t count = 0;

    for (const char *at = text; *at != '\0'; at++) {
        if (!isalpha((unsigned char)*at))
            continue;
        if (count == sizeof(letters)) {
            sodium_memzero(letters, sizeof(letters));
            return false;
        }
        letters[count++] = (char)tolower((unsigned char)*at);
    }

    for (size_t start = 0; start < count; start++) {
        for (size_t i = 0; reachable[start] && i < KNOWN_WORD_COUNT; i++) {
            size_t length = strlen(known_words[i]);
            if (length <= count - start && memcmp(letters + start, known_words[i], length) == 0)
                reachable[start + length] = true;
        }
    }
    sodium_memzero(letters, sizeof(letters));
    return count > 0 && reachable[count];
}

const char *secret_error(const char *text)
{
    size_t length = strlen(text);

    /* rule: secret.length */
    if (length < SECRET_MIN_BYTES)
        return "it is shorter than 16 bytes";
    /* rule: secret.different */
    if (count_different_bytes(text) < MIN_DIFFERENT_BYTES)
        return "it has fewer than five different characters";
    /* rule: secret.pattern */
    if (repeats_a_pattern(text, length))
        return "it repeats a pattern";
    /* rule: secret.counting */
    if (counts_up_or_down(text, length))
        return "it only counts up or down";
    /* rule: secret.words */
    if (is_made_of_known_words(text))
        return "it is a well-known example";
    return NULL;
}
