/* The fields of an instance, as docs/contract.md, "The instance", lists them. */
#include "endpoints/instance.h"

#include <stddef.h>

#define TEXT(key, text)                                                                                      \
    {                                                                                                        \
        .name = (key), .type = FIELD_TEXT, .required = true, .doc = (text)                                   \
    }
#define NULLABLE(key, text)                                                                                  \
    {                                                                                                        \
        .name = (key), .type = FIELD_TEXT, .required = true, .nullable = true, .doc = (text)                 \
    }
#define NUMBER(key, text)                                                                                    \
    {                                                                                                        \
        .name = (key), .type = FIELD_INTEGER, .required = true, .doc = (text)                                \
    }
#define FLAG(key, text)                                                                                      \
    {                                                                                                        \
        .name = (key), .type = FIELD_BOOLEAN, .required = true, .doc = (text)                                \
    }

static const struct field mapping_item = { .type = FIELD_OBJECT };

const struct field instance_fields[] = {
    TEXT("instance_id", "The instance."),
    TEXT("chute_id", "Its chute."),
    TEXT("host", "Where it said it is."),
    NUMBER("port", "Port of its service."),
    TEXT("version", "Version of the chute."),
    NUMBER("miner_uid", "The miner's uid on the subnet."),
    TEXT("miner_hotkey", "Whose it is."),
    TEXT("miner_coldkey", "The miner's owner."),
    NULLABLE("region", "Where it is."),
    FLAG("active", "Whether it was activated."),
    FLAG("verified", "Whether it was verified."),
    NULLABLE("created_at", "ISO 8601, UTC."),
    NULLABLE("updated_at", "ISO 8601, UTC."),
    NULLABLE("last_verified_at", "ISO 8601, UTC."),
    NULLABLE("last_queried_at", "ISO 8601, UTC."),
    NULLABLE("verification_error", "Why the last verification failed."),
    { .name = "consecutive_failures",
      .type = FIELD_INTEGER,
      .required = true,
      .nullable = true,
      .doc = "Of requests to it." },
    NULLABLE("chutes_version", "Version of its SDK."),
    NULLABLE("config_id", "Its launch config."),
    { .name = "port_mappings",
      .type = FIELD_LIST,
      .required = true,
      .nullable = true,
      .children = &mapping_item,
      .doc = "Its ports." },
    { .type = FIELD_END },
};
