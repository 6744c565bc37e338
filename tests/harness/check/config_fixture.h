/* What the tests of the configuration share: a directory of their own, a clean environment, and a load that
 * keeps what was complained of. Check runs each test in a process of its own, so that none of it outlives a
 * test. */
#ifndef RIGGER_TESTS_CHECK_CONFIG_FIXTURE_H
#define RIGGER_TESTS_CHECK_CONFIG_FIXTURE_H

#include "config/config.h"

#include <check.h>
#include <stddef.h>
#include <sys/types.h>

#define LAUNCH_SECRET "d1f2a7c44b0e9f6a8c3b"
#define SALT          "77aa8c0de19f4b2563fd"
#define VALIDATOR     "5Dt7HZ7Zpw4DppPxFM7Ke3Cm7sDAWhsZXmM5ZAmE7dSVJbcQ"

/* The least that is accepted. */
#define DATABASE    "[database]\ndsn = dbname=rigger\n"
#define LAUNCH      "[launch]\npublic_url = https://api.example\nvalidator_ss58 = " VALIDATOR "\n"
#define SECRETS     "launch_secret = " LAUNCH_SECRET "\nip_check_salt = " SALT "\n"
#define ATTESTATION "[attestation]\nenvironment = none\nfilesystem = none\n"
#define MINIMUM     DATABASE LAUNCH SECRETS ATTESTATION

extern char config_directory[];
extern char config_path[64], config_secret_path[64]; /* neither exists yet */
extern char *config_errors;                          /* what the last load printed */

void config_fixture_set_up(void);
void config_fixture_tear_down(void);

void config_fixture_write(const char *path, const char *text, size_t length, mode_t mode);

/* Loads a file; writes text to config_path and loads it; the same, and asserts that there is no complaint. */
struct config *config_fixture_load_path(const char *path) MUST_CHECK;
struct config *config_fixture_load(const char *text) MUST_CHECK;
struct config *config_fixture_load_good(const char *text) MUST_CHECK;

/* Asserts that text is refused, and that `told` is in what was printed. */
void config_fixture_refuse(const char *text, const char *told);

size_t config_fixture_count_lines(const char *text);

#endif
