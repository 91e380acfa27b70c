/*
 * The command line of a verb: what is taken, and that everything else is refused.
 */
#include "emgate/frame/args.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct eg_tool_option options[] = {
    {.name = "--map", .value = "FILE", .help = "Mapping.", .required = true},
    {.name = "--crl", .value = "FILE", .help = "List.", .repeats = true},
    {.name = "--strict", .help = "A flag."},
    {.name = "-o", .value = "DIR", .help = "Where to."},
    {0},
};
static const struct eg_tool_verb verb = {
    .name = "try",
    .operands = "A [B]",
    .operands_min = 1,
    .operands_max = 2,
    .options = options,
};

static struct eg_tool_args args;
static struct eg_error err;

static void done(void)
{
    eg_tool_args_done(&args);
    memset(&err, 0, sizeof(err));
}

static enum eg_status parse(size_t count, const char *const *words)
{
    char *copies[32] = {NULL};
    memcpy(copies, words, count * sizeof(*words));
    return eg_tool_args_parse(&args, &verb, copies, count, &err);
}
#define PARSE(...)                                                                                 \
    parse(sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *), (const char *[]){__VA_ARGS__})
#define REFUSED(place, words, ...)                                                                 \
    do {                                                                                           \
        cr_assert_eq(PARSE(__VA_ARGS__), EG_E_USAGE);                                              \
        cr_assert_str_eq(err.where, place);                                                        \
        cr_assert_not_null(strstr(err.text, words), "%s", err.text);                               \
    } while (0)

TestSuite(args, .fini = done);

Test(args, takes_options_anywhere)
{
    cr_assert_eq(PARSE("a", "--map", "m", "b", "-o", "d"), EG_OK);
    cr_assert_str_eq(eg_tool_value(&args, "--map", 0), "m");
    cr_assert_str_eq(eg_tool_value(&args, "-o", 0), "d");
    cr_assert_eq(eg_tool_operand_count(&args), 2);
    cr_assert_str_eq(eg_tool_operand(&args, 0), "a");
    cr_assert_str_eq(eg_tool_operand(&args, 1), "b");
    cr_assert_null(eg_tool_operand(&args, 2));
    cr_assert(!eg_tool_json(&args));
    cr_assert(!eg_tool_flag(&args, "--strict"));
}

Test(args, takes_values_behind_an_equals_sign)
{
    cr_assert_eq(PARSE("a", "--map=x=y", "--strict"), EG_OK);
    cr_assert_str_eq(eg_tool_value(&args, "--map", 0), "x=y");
    cr_assert(eg_tool_flag(&args, "--strict"));
}

Test(args, takes_an_empty_value_behind_an_equals_sign)
{
    cr_assert_eq(PARSE("a", "--map="), EG_OK);
    cr_assert_str_eq(eg_tool_value(&args, "--map", 0), "");
}

Test(args, takes_a_repeating_option_in_order)
{
    cr_assert_eq(PARSE("a", "--map", "m", "--crl", "1", "--crl=2", "--crl", "3"), EG_OK);
    cr_assert_str_eq(eg_tool_value(&args, "--crl", 0), "1");
    cr_assert_str_eq(eg_tool_value(&args, "--crl", 1), "2");
    cr_assert_str_eq(eg_tool_value(&args, "--crl", 2), "3");
    cr_assert_null(eg_tool_value(&args, "--crl", 3));
}

Test(args, takes_operands_that_look_like_options_behind_two_dashes)
{
    cr_assert_eq(PARSE("--map", "m", "--", "--json", "--"), EG_OK);
    cr_assert(!eg_tool_json(&args));
    cr_assert_str_eq(eg_tool_operand(&args, 0), "--json");
    cr_assert_str_eq(eg_tool_operand(&args, 1), "--");
}

Test(args, takes_a_single_dash_as_an_operand)
{
    cr_assert_eq(PARSE("-", "--map", "-"), EG_OK);
    cr_assert_str_eq(eg_tool_operand(&args, 0), "-");
    cr_assert_str_eq(eg_tool_value(&args, "--map", 0), "-");
}

Test(args, takes_a_negative_number_as_a_value)
{
    cr_assert_eq(PARSE("a", "--map", "-5"), EG_OK);
    cr_assert_str_eq(eg_tool_value(&args, "--map", 0), "-5");
}

Test(args, help_comes_before_all_refusals)
{
    cr_assert_eq(PARSE("--nonsense", "--help"), EG_OK);
    cr_assert(args.help);
}

Test(args, json_is_known_also_when_the_rest_is_refused)
{
    cr_assert_eq(PARSE("a", "--nonsense", "--json"), EG_E_USAGE);
    cr_assert(eg_tool_json(&args));
}

Test(args, refuses_an_unknown_option_and_names_the_nearest)
{
    REFUSED("--mapp", "did you mean --map?", "a", "--mapp", "m");
}

Test(args, refuses_an_unknown_option_with_a_value)
{
    REFUSED("--crll", "did you mean --crl?", "a", "--crll=m");
}

Test(args, refuses_an_unknown_option_that_is_near_to_none)
{
    REFUSED("--quite-different", "is not an option of try", "a", "--quite-different");
}

Test(args, refuses_a_prefix_of_an_option)
{
    REFUSED("--stric", "did you mean --strict?", "a", "--map", "m", "--stric");
}

Test(args, refuses_an_option_joined_to_its_value)
{
    REFUSED("-odir", "is not an option", "a", "--map", "m", "-odir");
}

Test(args, refuses_a_missing_value_at_the_end)
{
    REFUSED("--map", "needs a value: --map FILE", "a", "--map");
}

Test(args, refuses_an_option_as_a_value)
{
    REFUSED("--map", "needs a value", "a", "--map", "--strict");
}

Test(args, refuses_a_value_for_a_flag)
{
    REFUSED("--strict", "takes no value", "a", "--map", "m", "--strict=yes");
}

Test(args, refuses_an_option_given_twice)
{
    REFUSED("--map", "only once", "a", "--map", "m", "--map", "n");
}

Test(args, refuses_a_flag_given_twice)
{
    REFUSED("--strict", "only once", "a", "--map", "m", "--strict", "--strict");
}

Test(args, refuses_when_a_required_option_is_missing)
{
    REFUSED("--map", "is required", "a");
}

Test(args, refuses_too_few_operands)
{
    REFUSED("", "emgate try A [B]", "--map", "m");
}

Test(args, refuses_one_operand_too_many)
{
    REFUSED("c", "one word too many", "a", "b", "c", "--map", "m");
}

Test(args, refuses_a_very_long_option_without_harm)
{
    char word[5000];
    memset(word, 'x', sizeof(word) - 1);
    memcpy(word, "--", 2);
    word[sizeof(word) - 1] = '\0';
    cr_assert_eq(PARSE("a", word), EG_E_USAGE);
    cr_assert_not_null(strstr(err.text, "is not an option"));
}
