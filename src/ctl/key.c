/* riggerctl keygen and sign: keys and signed headers, for curl and for tests. Needs no server and no
 * database. */
#include "auth/hotkey.h"
#include "core/clock.h"
#include "core/encode.h"
#include "core/option.h"
#include "crypto/sr25519.h"
#include "crypto/ss58.h"
#include "ctl/ctl.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEED_BYTES     32
#define BODY_MAX_BYTES ((size_t)4 << 20)
#define COUNT_MAX      10000000

/* A hotkey: its seed and address. */
struct key {
    unsigned char seed[SEED_BYTES];
    char address[SS58_TEXT_BYTES];
};

static bool derive(struct key *key)
{
    unsigned char public_key[SS58_KEY_BYTES];

    return sr25519_public_key(public_key, key->seed) &&
           ss58_encode(key->address, SS58_PREFIX_HOTKEY, public_key);
}

static bool read_seed_text(struct key *key, const char *text)
{
    size_t length = strcspn(text, "\r\n");

    if (length == 2 + 2 * SEED_BYTES && text[0] == '0' && text[1] == 'x')
        text += 2, length -= 2;
    return hex_decode(key->seed, SEED_BYTES, text, length) && derive(key);
}

static bool read_seed_file(struct key *key, const char *path)
{
    char line[128] = "";
    FILE *file = fopen(path, "r");
    bool read;

    if (file == NULL)
        return false;
    read = fgets(line, sizeof(line), file) != NULL && read_seed_text(key, line);
    fclose(file);
    sodium_memzero(line, sizeof(line));
    return read;
}

int ctl_keygen(int argc, char **argv)
{
    static const struct option options[] = { { "seed", required_argument, NULL, 's' },
                                             { "json", no_argument, NULL, 'j' },
                                             { NULL, 0, NULL, 0 } };
    struct key key;
    char seed[2 * SEED_BYTES + 1];
    const char *given = NULL;
    bool json = false;
    int option;

    while ((option = option_next("riggerctl", argc, argv, "", options, NULL)) != -1) {
        if (option == 's')
            given = optarg;
        else if (option == 'j')
            json = true;
        else
            return CTL_USAGE;
    }
    if (optind != argc)
        return ctl_misused("keygen", "takes no arguments");
    randombytes_buf(key.seed, sizeof(key.seed));
    if (given != NULL ? !read_seed_text(&key, given) : !derive(&key))
        return ctl_misused("keygen", "--seed takes 64 hex digits");
    hex_encode(seed, key.seed, sizeof(key.seed));
    if (json)
        printf("{\"seed\": \"%s\", \"ss58\": \"%s\"}\n", seed, key.address);
    else
        printf("seed    %s\nhotkey  %s\n", seed, key.address);
    sodium_memzero(seed, sizeof(seed));
    sodium_memzero(&key, sizeof(key));
    return EXIT_SUCCESS;
}

enum form { FORM_HEADERS, FORM_CURL, FORM_JSON, FORM_TABLE };

struct request_to_sign {
    const char *method, *body_path;
    char tail[65];
    enum form form;
    long count;
};

/* The tail that the route signs: a purpose, or the body's digest. Returns what is wrong, or NULL. */
static const char *choose_tail(struct request_to_sign *request)
{
    unsigned char *body;
    size_t length = 0;
    FILE *file;

    if (strcmp(request->method, "GET") == 0)
        snprintf(request->tail, sizeof(request->tail), "launch");
    else if (strcmp(request->method, "DELETE") == 0)
        snprintf(request->tail, sizeof(request->tail), "instances");
    else if (strcmp(request->method, "POST") != 0 && strcmp(request->method, "PATCH") != 0)
        return "METHOD is one of GET, DELETE, POST and PATCH; the other routes take a launch token";
    if (request->tail[0] != '\0')
        return NULL;
    body = malloc(BODY_MAX_BYTES + 1);
    if (body == NULL)
        return "out of memory";
    if (request->body_path != NULL) {
        file = strcmp(request->body_path, "-") == 0 ? stdin : fopen(request->body_path, "rb");
        if (file == NULL) {
            free(body);
            return "the file of --body cannot be read";
        }
        length = fread(body, 1, BODY_MAX_BYTES + 1, file);
        if (file != stdin)
            fclose(file);
    }
    if (length <= BODY_MAX_BYTES)
        hotkey_body_tail(request->tail, body, length);
    free(body);
    return length <= BODY_MAX_BYTES ? NULL : "the body is larger than 4 MiB";
}

static bool print_signature(const struct request_to_sign *request, const struct key *key)
{
    unsigned char signature[64];
    char hex[129], nonce[24], message[256];
    int length;

    snprintf(nonce, sizeof(nonce), "%" PRId64, clock_unix_seconds());
    length = snprintf(message, sizeof(message), "%s:%s:%s", key->address, nonce, request->tail);
    if (length < 0 || (size_t)length >= sizeof(message) ||
        !sr25519_sign(signature, message, (size_t)length, key->seed))
        return false;
    hex_encode(hex, signature, sizeof(signature));
    switch (request->form) {
    case FORM_HEADERS:
        printf("X-Chutes-Hotkey: %s\nX-Chutes-Nonce: %s\nX-Chutes-Signature: %s\n", key->address, nonce, hex);
        break;
    case FORM_CURL:
        printf("-H 'X-Chutes-Hotkey: %s' -H 'X-Chutes-Nonce: %s' -H 'X-Chutes-Signature: %s'\n", key->address,
               nonce, hex);
        break;
    case FORM_JSON:
        printf("{\"X-Chutes-Hotkey\": \"%s\", \"X-Chutes-Nonce\": \"%s\", \"X-Chutes-Signature\": \"%s\"}\n",
               key->address, nonce, hex);
        break;
    case FORM_TABLE:
        printf("%s\t%s\t%s\n", key->address, nonce, hex);
        break;
    }
    return true;
}

/* Reads the options of sign; returns what is wrong, or NULL. */
static const char *read_sign_options(int argc, char **argv, struct request_to_sign *request, struct key *key)
{
    static const struct option options[] = {
        { "body", required_argument, NULL, 'b' },
        { "seed-file", required_argument, NULL, 's' },
        { "count", required_argument, NULL, 'n' },
        { "curl", no_argument, NULL, 'c' },
        { "json", no_argument, NULL, 'j' },
        { "tsv", no_argument, NULL, 't' },
        { NULL, 0, NULL, 0 },
    };
    const char *seed_path = NULL, *seed = getenv("RIGGER_SEED");
    char *end = NULL;
    int option;

    while ((option = option_next("riggerctl", argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case 'b':
            request->body_path = optarg;
            break;
        case 's':
            seed_path = optarg;
            break;
        case 'n':
            errno = 0;
            request->count = strtol(optarg, &end, 10);
            if (errno != 0 || *end != '\0' || request->count < 1 || request->count > COUNT_MAX)
                return "--count takes a number from 1 to 10000000";
            break;
        case 'c':
            request->form = FORM_CURL;
            break;
        case 'j':
            request->form = FORM_JSON;
            break;
        case 't':
            request->form = FORM_TABLE;
            break;
        default:
            return "see riggerctl help";
        }
    }
    if (argc - optind != 2)
        return "takes METHOD and PATH";
    request->method = argv[optind];
    if (seed_path != NULL ? !read_seed_file(key, seed_path) : seed == NULL || !read_seed_text(key, seed))
        return "the seed (--seed-file FILE or $RIGGER_SEED) must be 64 hex digits";
    return NULL;
}

int ctl_sign(int argc, char **argv)
{
    struct request_to_sign request = { .count = 1 };
    struct key key;
    const char *error = read_sign_options(argc, argv, &request, &key);
    bool signed_all = true;

    if (error == NULL)
        error = choose_tail(&request);
    if (error != NULL) {
        sodium_memzero(&key, sizeof(key));
        return ctl_misused("sign", error);
    }
    for (long i = 0; signed_all && i < request.count; i++)
        signed_all = print_signature(&request, &key);
    sodium_memzero(&key, sizeof(key));
    return signed_all && fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
