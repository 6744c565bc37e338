/* tests/fuzz: every target with each of its seeds, of which many once made it fall. */
#include "fuzz/fuzz.h"

#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

Suite *fuzz_seeds_suite(void);

#define HANG_S          60
#define INPUT_MAX_BYTES ((size_t)1 << 20)
#define PATH_BYTES      512
#define SEEDS_MAX       2000

static struct seed {
    const struct fuzz_target *target;
    char path[PATH_BYTES];
} * seeds;
static int seed_count;

/* In the child: no return. */
static NO_RETURN void run_seed(const struct seed *seed)
{
    FILE *file = fopen(seed->path, "rb");
    unsigned char *data = malloc(INPUT_MAX_BYTES), *exact;
    size_t size;

    alarm(HANG_S);
    if (file == NULL || data == NULL)
        abort();
    size = fread(data, 1, INPUT_MAX_BYTES, file);
    fclose(file);
    /* Memory of exactly that size, so that a sanitizer sees a step beyond it. */
    exact = malloc(size > 0 ? size : 1);
    if (exact == NULL)
        abort();
    memcpy(exact, data, size);
    free(data);
    fuzz_begin();
    seed->target->run(exact, size);
    _exit(EXIT_SUCCESS);
}

START_TEST(what_is_accepted_of_a_seed_is_as_it_must_be)
{
    int state = 0;
    pid_t child = fork();

    if (child == 0)
        run_seed(&seeds[_i]);
    ck_assert_int_eq(waitpid(child, &state, 0), child);
    ck_assert_msg(WIFEXITED(state) && WEXITSTATUS(state) == 0, "%s", seeds[_i].path);
}
END_TEST

START_TEST(every_target_has_seeds_and_every_folder_a_target)
{
    DIR *folder = opendir(TEST_SEEDS_DIR);
    const struct dirent *entry;

    for (const struct fuzz_target *target = fuzz_targets; target->name != NULL; target++) {
        int count = 0;
        for (int i = 0; i < seed_count; i++)
            count += seeds[i].target == target;
        ck_assert_msg(count > 0, "%s has no seeds", target->name);
    }
    ck_assert_ptr_nonnull(folder);
    while ((entry = readdir(folder)) != NULL)
        ck_assert_msg(entry->d_name[0] == '.' || fuzz_find(entry->d_name) != NULL, "no target %s",
                      entry->d_name);
    closedir(folder);
}
END_TEST

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void find_seeds(const struct fuzz_target *target)
{
    char folder[PATH_BYTES];
    struct dirent **entries = NULL;
    int found;

    snprintf(folder, sizeof(folder), "%s/%s", TEST_SEEDS_DIR, target->name);
    found = scandir(folder, &entries, is_visible, alphasort);
    for (int i = 0; i < found; i++) {
        struct seed *seed = &seeds[seed_count];

        if (seed_count < SEEDS_MAX &&
            snprintf(seed->path, PATH_BYTES, "%s/%s", folder, entries[i]->d_name) < PATH_BYTES) {
            seed->target = target;
            seed_count++;
        }
        free(entries[i]);
    }
    free(entries);
}

Suite *fuzz_seeds_suite(void)
{
    Suite *suite = suite_create("fuzz/seeds");
    TCase *tests = tcase_create("seeds");

    seeds = calloc(SEEDS_MAX, sizeof(*seeds));
    for (const struct fuzz_target *target = fuzz_targets; seeds != NULL && target->name != NULL; target++)
        find_seeds(target);
    tcase_set_timeout(tests, 2 * HANG_S);
    tcase_add_test(tests, every_target_has_seeds_and_every_folder_a_target);
    tcase_add_loop_test(tests, what_is_accepted_of_a_seed_is_as_it_must_be, 0, seed_count);
    suite_add_tcase(suite, tests);
    return suite;
}
