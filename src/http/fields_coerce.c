/* Plain values, coerced as pydantic 2 does outside its strict mode: text stays text, but what plainly means
 * an integer or a truth is taken for one. Judges one value; knows nothing of the table around it. */
#include "http/fields_internal.h"

#include "core/bounds.h"
#include "json/json.h"

#include <math.h>
#include <string.h>
#include <strings.h>

/* The doubles in between convert to int64 exactly or by losing their fraction. */
#define DOUBLE_BOUND 0x1p63

/* An integer as it was read. It may be one that int64 cannot hold, of which only the sign matters. */
struct integer {
    int64_t number;
    int beyond;              /* -1: below int64, 1: above, 0: it is number */
    const char *error, *msg; /* type and words of an error, NULL: none */
};

static const struct integer integer_type = { .error = "int_type", .msg = "Input should be a valid integer" };
static const struct integer integer_finite = { .error = "finite_number",
                                               .msg = "Input should be a finite number" };
static const struct integer integer_fraction = {
    .error = "int_from_float",
    .msg = "Input should be a valid integer, got a number with a fractional part",
};
static const struct integer integer_parsing = {
    .error = "int_parsing",
    .msg = "Input should be a valid integer, unable to parse string as an integer",
};
static const struct integer integer_size = {
    .error = "int_parsing_size",
    .msg = "Unable to parse input string as an integer, exceeded maximum size",
};

/* The bytes of the Unicode white space (property White_Space) that text begins with, 0 if it is none. */
static size_t space_length(const char *text)
{
    static const char *const spaces[] = {
        "\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\xA8",
        "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80",
    };

    if (*text == ' ' || (*text >= '\t' && *text <= '\r'))
        return 1;
    for (size_t i = 0; i < sizeof(spaces) / sizeof(spaces[0]); i++)
        if (strncmp(text, spaces[i], strlen(spaces[i])) == 0)
            return strlen(spaces[i]);
    if (strncmp(text, "\xE2\x80", 2) == 0 && (unsigned char)text[2] >= 0x80 && (unsigned char)text[2] <= 0x8A)
        return 3;
    return 0;
}

static const char *skip_spaces(const char *text)
{
    size_t length;

    while ((length = space_length(text)) > 0)
        text += length;
    return text;
}

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

/* Adds digits, single underscores between them, to *number as a negative value, which reaches one further.
 * *overflow where it does not reach. Returns the end, NULL if no digit stands where one must. */
static const char *read_digits(const char *text, int64_t *number, bool *overflow)
{
    *number = 0;
    *overflow = false;
    if (*text == '0') { /* behind a leading zero, underscores are no longer counted */
        text += strspn(text, "0_");
        if (!is_digit(*text))
            return text[-1] == '0' ? text : NULL;
    }
    if (!is_digit(*text))
        return NULL;
    for (;;) {
        if (__builtin_mul_overflow(*number, 10, number) ||
            __builtin_sub_overflow(*number, *text - '0', number))
            *overflow = true;
        text++;
        if (*text == '_' && is_digit(text[1]))
            text++;
        else if (!is_digit(*text))
            return text;
    }
}

static struct integer read_text(const char *text)
{
    struct integer integer = { .number = 0 };
    bool negative, overflow;

    text = skip_spaces(text);
    negative = *text == '-';
    if (*text == '-' || *text == '+')
        text++;
    text = read_digits(text, &integer.number, &overflow);
    if (text == NULL)
        return integer_parsing;
    if (text[0] == '.' && text[1] == '0')
        text += 1 + strspn(text + 1, "0");
    if (*skip_spaces(text) != '\0')
        return integer_parsing;
    if (!negative && !overflow)
        overflow = __builtin_sub_overflow(0, integer.number, &integer.number);
    if (overflow)
        integer.beyond = negative ? -1 : 1;
    return integer;
}

static struct integer read_double(json_object *input)
{
    double number = json_object_get_double(input);
    int64_t whole;

    if (json_is_integer(input))
        return (struct integer){ .beyond = number < 0 ? -1 : 1 };
    if (!isfinite(number))
        return integer_finite;
    if (number <= -DOUBLE_BOUND || number >= DOUBLE_BOUND)
        return integer_size;
    whole = (int64_t)number;
    return (double)whole < number || (double)whole > number ? integer_fraction
                                                            : (struct integer){ .number = whole };
}

static struct integer read_integer(json_object *input)
{
    switch (json_object_get_type(input)) {
    case json_type_int:
        return (struct integer){ .number = json_object_get_int64(input) };
    case json_type_boolean:
        return (struct integer){ .number = json_object_get_boolean(input) };
    case json_type_double:
        return read_double(input);
    case json_type_string:
        return read_text(json_object_get_string(input));
    default:
        return integer_type;
    }
}

static bool coerce_integer(const struct field *field, json_object *input, const struct field_place *place,
                           struct field_errors *errors, json_object **value)
{
    struct integer integer = read_integer(input);
    bool low = integer.beyond < 0 || (integer.beyond == 0 && integer.number < field->min);
    bool high = integer.beyond > 0 || (integer.beyond == 0 && integer.number > field->max);

    if (integer.error == NULL && field->has_max && high) {
        fields_refuse(
            errors, place, "less_than_equal",
            arena_printf(errors->arena, "Input should be less than or equal to %lld", (long long)field->max),
            input, fields_bound("le", field->max));
        return false;
    }
    if (integer.error == NULL && field->has_min && low) {
        fields_refuse(errors, place, "greater_than_equal",
                      arena_printf(errors->arena, "Input should be greater than or equal to %lld",
                                   (long long)field->min),
                      input, fields_bound("ge", field->min));
        return false;
    }
    if (integer.error == NULL && integer.beyond != 0)
        integer = integer_size;
    if (integer.error != NULL) {
        fields_refuse(errors, place, integer.error, integer.msg, input, NULL);
        return false;
    }
    *value = json_made(json_object_new_int64(integer.number));
    return true;
}

static bool truth_of_text(const char *text, bool *truth)
{
    static const char *const words[2][6] = {
        { "0", "off", "f", "false", "n", "no" },
        { "1", "on", "t", "true", "y", "yes" },
    };

    for (size_t i = 0; i < sizeof(words[0]) / sizeof(words[0][0]); i++) {
        if (strcasecmp(text, words[0][i]) == 0 || strcasecmp(text, words[1][i]) == 0) {
            *truth = strcasecmp(text, words[1][i]) == 0;
            return true;
        }
    }
    return false;
}

static bool coerce_boolean(json_object *input, const struct field_place *place, struct field_errors *errors,
                           json_object **value)
{
    struct integer integer = read_integer(input);
    bool is_text = json_object_is_type(input, json_type_string), truth = integer.number == 1, known;

    if (!is_text && (integer.error != NULL || integer.beyond != 0)) {
        fields_refuse(errors, place, "bool_type", "Input should be a valid boolean", input, NULL);
        return false;
    }
    known = is_text ? truth_of_text(json_object_get_string(input), &truth)
                    : integer.number == 0 || integer.number == 1;
    if (!known) {
        fields_refuse(errors, place, "bool_parsing",
                      "Input should be a valid boolean, unable to interpret input", input, NULL);
        return false;
    }
    *value = json_made(json_object_new_boolean(truth));
    return true;
}

/* A text of too few or too many characters. */
static void refuse_length(struct field_errors *errors, const struct field_place *place, json_object *input,
                          bool too_short, int64_t bound)
{
    const char *msg = arena_printf(errors->arena, "String should have at %s %lld character%s",
                                   too_short ? "least" : "most", (long long)bound, bound == 1 ? "" : "s");

    fields_refuse(errors, place, too_short ? "string_too_short" : "string_too_long", msg, input,
                  fields_bound(too_short ? "min_length" : "max_length", bound));
}

static bool coerce_text(const struct field *field, json_object *input, const struct field_place *place,
                        struct field_errors *errors, json_object **value)
{
    const char *text;
    size_t length;

    if (!json_object_is_type(input, json_type_string)) {
        fields_refuse(errors, place, "string_type", "Input should be a valid string", input, NULL);
        return false;
    }
    text = json_object_get_string(input);
    length = (size_t)json_object_get_string_len(input);
    /* rule: http.text_bound */
    if (field->has_max && bound_prefix(text, length, (size_t)field->max) < length) {
        refuse_length(errors, place, input, false, field->max);
        return false;
    }
    if (field->has_min && field->min > 0 && bound_prefix(text, length, (size_t)field->min - 1) == length) {
        refuse_length(errors, place, input, true, field->min);
        return false;
    }
    *value = json_object_get(input);
    return true;
}

/* 'a', 'b' or 'c' */
static const char *list_choices(struct arena *arena, const char *const *choices)
{
    const char *list = "";

    for (size_t i = 0; choices[i] != NULL; i++) {
        const char *separator = i == 0 ? "" : choices[i + 1] == NULL ? " or " : ", ";

        list = arena_printf(arena, "%s%s'%s'", list, separator, choices[i]);
    }
    return list;
}

static bool coerce_choice(const struct field *field, json_object *input, const struct field_place *place,
                          struct field_errors *errors, json_object **value)
{
    const char *expected;
    json_object *ctx;

    /* rule: http.choice_text */
    if (!json_object_is_type(input, json_type_string)) {
        fields_refuse(errors, place, "string_type", "Input should be a valid string", input, NULL);
        return false;
    }
    for (size_t i = 0; field->choices[i] != NULL; i++) {
        if (strcasecmp(json_object_get_string(input), field->choices[i]) == 0) {
            *value = json_made(json_object_new_string(field->choices[i]));
            return true;
        }
    }
    expected = list_choices(errors->arena, field->choices);
    ctx = json_made(json_object_new_object());
    json_put(ctx, "expected", json_made(json_object_new_string(expected)));
    fields_refuse(errors, place, "literal_error", arena_printf(errors->arena, "Input should be %s", expected),
                  input, ctx);
    return false;
}

bool fields_coerce(const struct field *field, json_object *input, const struct field_place *place,
                   struct field_errors *errors, json_object **value)
{
    switch (field->type) {
    case FIELD_INTEGER:
        return coerce_integer(field, input, place, errors, value);
    case FIELD_BOOLEAN:
        return coerce_boolean(input, place, errors, value);
    case FIELD_CHOICE:
        return coerce_choice(field, input, place, errors, value);
    default:
        return coerce_text(field, input, place, errors, value);
    }
}
