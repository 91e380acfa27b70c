/*
 * emgate rules mutate: would a package's tests notice a wrong rule? Each rule is silenced and
 * turned round in turn.
 */
#include "emgate/rules/rules.h"

#include "base/limits.h"
#include "workbench/package_mutate.h"
#include "workbench/package_tests.h"

struct telling {
    bool json;
    bool all;
    struct eg_buf out;
};

static bool tell(void *payload, const struct eg_mutant *mutant)
{
    struct telling *telling = payload;

    if (telling->json) {
        eg_buf_char(&telling->out, '{');
        eg_tool_json_text(&telling->out, "file", mutant->file);
        eg_buf_format(&telling->out, ",\"line\":%u", mutant->line);
        eg_tool_json_text(&telling->out, "rule", mutant->rule);
        eg_tool_json_text(&telling->out, "mutation", eg_mutation_text(mutant->mutation));
        eg_buf_format(&telling->out, ",\"noticed\":%s", mutant->noticed ? "true" : "false");
        eg_tool_json_text(&telling->out, "by", mutant->by);
        eg_buf_text(&telling->out, "}\n");
    } else if (telling->all || !mutant->noticed) {
        eg_buf_format(&telling->out, "  %s  %s:%u: %s %s%s%s\n", mutant->noticed ? "ok  " : "MISS",
                      mutant->file, mutant->line, mutant->rule, eg_mutation_text(mutant->mutation),
                      mutant->by[0] != '\0' ? ", noticed by " : "", mutant->by);
    }
    return !eg_tool_interrupted();
}

/* Mutants say nothing about a package whose tests fail as it is. */
static enum eg_status check_sound(const struct eg_package *package, struct eg_error *err)
{
    struct eg_package_tests tests = {0, 0, false};
    struct eg_rules *rules = NULL;
    enum eg_status status = eg_rules_compile(&rules, package, err);
    if (status != EG_OK) {
        goto done;
    }

    status = eg_package_tests_run(&tests, rules, NULL, NULL, err);
    if (status != EG_OK) {
        goto done;
    }
    if (!tests.present || tests.failed > 0) {
        status = eg_error_set(err, EG_E_FORMAT, EG_PACKAGE_TESTS_FILE,
                              "the package must pass its own tests first (emgate rules test)");
    }

done:
    eg_rules_free(&rules);
    return status;
}

static int run_mutate(const struct eg_tool_args *args, struct eg_error *err)
{
    struct telling telling = {.json = eg_tool_json(args), .all = eg_tool_flag(args, "--all")};
    struct eg_package *package = NULL;
    struct eg_mutations made = {0, 0};
    int result = EG_EXIT_COULD_NOT;

    eg_buf_init(&telling.out, 8 * EG_MIB);
    if (eg_tool_package_open(&package, eg_tool_operand(args, 0), false, err) == EG_OK &&
        check_sound(package, err) == EG_OK &&
        eg_package_mutate(&made, package, tell, &telling, err) == EG_OK) {
        if (telling.json) {
            eg_buf_text(&telling.out, "{\"package\":");
            eg_tool_json_package(&telling.out, &package->ref);
            eg_buf_format(&telling.out, ",\"tried\":%zu,\"missed\":%zu}\n", made.tried,
                          made.missed);
        } else {
            eg_buf_format(&telling.out, "%s %s: %zu mutants, %zu not noticed\n", package->ref.id,
                          package->ref.version, made.tried, made.missed);
        }
        result = eg_tool_print(&telling.out, err) != EG_OK ? EG_EXIT_COULD_NOT
                 : made.missed == 0                        ? EG_EXIT_DONE
                                                           : EG_EXIT_NEGATIVE;
    }
    eg_tool_package_close(&package);
    eg_buf_done(&telling.out);
    return result;
}

static const struct eg_tool_option mutate_options[] = {
    {"--all", NULL, "show the mutants that were noticed too, and by which case", false, false},
    {NULL, NULL, NULL, false, false},
};

const struct eg_tool_verb eg_verb_rules_mutate = {
    .name = "rules mutate",
    .summary = "see whether a package's tests notice wrong rules",
    .operands = "PKG",
    .operands_min = 1,
    .operands_max = 1,
    .options = mutate_options,
    .description =
        "Takes the package directory PKG and, in memory, silences and turns round each check of "
        "its "
        "Schematron files and each finding of its assessments, one at a time. The package's own "
        "tests must fail for each; what none of them notices is listed. Exit status 1 when there "
        "is any.",
    .example = "emgate rules mutate rules/eu.ied.annex-v.gas-turbine",
    .run = run_mutate,
};
