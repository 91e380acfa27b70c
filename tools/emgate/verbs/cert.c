/*
 * emgate cert check: the path check that the gateway uses, with every option that RFC 5280 knows,
 * and its reason.
 */
#include "emgate/frame/verb.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "verify/certificate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POLICIES_MAX 64

/* Everything that the command line names; buffers are owned. */
struct question {
    struct eg_buf anchors, crls, untrusted, certificate;
    const char *policies[POLICIES_MAX];
    struct eg_path_options options;
};

/* Append each file that the repeating option names, as PEM. */
static enum eg_status read_files(struct eg_buf *out, const struct eg_tool_args *args,
                                 const char *option, const char *label, struct eg_error *err)
{
    enum eg_status status = EG_OK;
    const char *path;
    for (size_t n = 0; (path = eg_tool_value(args, option, n)) != NULL; n++) {
        struct eg_buf file;
        eg_buf_init(&file, EG_TRUST_PEM_MAX);
        status = eg_file_read_some(&file, path, err);
        if (status == EG_OK && eg_pem_append(out, eg_bytes_view(&file), label, err) != EG_OK) {
            status =
                eg_error_set(err, EG_E_FORMAT, path, "holds no %s, neither PEM nor DER", label);
        }
        eg_buf_done(&file);
        if (status != EG_OK) {
            return status;
        }
    }
    return EG_OK;
}

/* "2026-11-23T22:30:00.000Z", the same without milliseconds, a day, or "@" and seconds. */
static bool read_time(const char *text, int64_t *at_ms)
{
    static const char whole[] = "0000-00-00T00:00:00.000Z";
    char full[sizeof whole];
    uint64_t seconds;
    size_t len = strlen(text);
    if (text[0] == '@') {
        if (!eg_text_u64(eg_bytes_of(text + 1), 253402300799ULL, &seconds)) {
            return false;
        }
        *at_ms = (int64_t)seconds * 1000;
        return true;
    }
    if (len == 10 || (len == 20 && text[19] == 'Z')) {
        size_t kept = len == 10 ? 10 : 19;
        snprintf(full, sizeof full, "%.*s%s", (int)kept, text, whole + kept);
        return eg_text_untime(eg_bytes_of(full), at_ms);
    }
    return eg_text_untime(eg_bytes_of(text), at_ms);
}

static enum eg_status read_purpose(unsigned *roles, const char *text, struct eg_error *err)
{
    *roles = 0;
    if (text == NULL || strcmp(text, "any") == 0) {
        return EG_OK;
    }
    *roles = eg_role_named(text);
    return *roles != 0 ? EG_OK
                       : eg_error_set(err, EG_E_USAGE, "--purpose",
                                      "\"%s\" is neither a role of the directory nor any", text);
}

static enum eg_status read_options(struct question *question, const struct eg_tool_args *args,
                                   struct eg_error *err)
{
    struct eg_path_options *options = &question->options;
    const char *at = eg_tool_value(args, "--at", 0);
    const char *algorithms = eg_tool_value(args, "--algorithms", 0);
    options->at_ms = eg_clock_wall_ms();
    if (at != NULL && !read_time(at, &options->at_ms)) {
        return eg_error_set(err, EG_E_USAGE, "--at",
                            "\"%s\" is not a UTC time such as 2026-11-23T22:30:00Z", at);
    }
    if (algorithms != NULL && strcmp(algorithms, "any") != 0 &&
        strcmp(algorithms, "current") != 0) {
        return eg_error_set(err, EG_E_USAGE, "--algorithms", "\"%s\" is neither current nor any",
                            algorithms);
    }
    options->any_algorithm = algorithms != NULL && strcmp(algorithms, "any") == 0;
    options->explicit_policy = eg_tool_flag(args, "--explicit-policy");
    options->inhibit_mapping = eg_tool_flag(args, "--inhibit-mapping");
    options->inhibit_any = eg_tool_flag(args, "--inhibit-any");
    const char *policy;
    for (size_t n = 0; (policy = eg_tool_value(args, "--policy", n)) != NULL; n++) {
        if (n == POLICIES_MAX) {
            return eg_error_set(err, EG_E_LIMIT, "--policy", "more than %d", POLICIES_MAX);
        }
        question->policies[options->policy_count++] = policy;
    }
    options->policies = question->policies;
    return read_purpose(&options->roles, eg_tool_value(args, "--purpose", 0), err);
}

static enum eg_status read_question(struct question *question, const struct eg_tool_args *args,
                                    struct eg_error *err)
{
    EG_TRY(read_options(question, args, err));
    EG_TRY(read_files(&question->anchors, args, "--anchor", "CERTIFICATE", err));
    EG_TRY(read_files(&question->crls, args, "--crl", "X509 CRL", err));
    EG_TRY(read_files(&question->untrusted, args, "--untrusted", "CERTIFICATE", err));
    return eg_file_read_some(&question->certificate, eg_tool_operand(args, 0), err);
}

static void put_pair(struct eg_buf *out, const char *name, const char *value)
{
    eg_buf_format(out, ",\"%s\":", name);
    eg_text_json(out, eg_bytes_of(value));
}

static void print_json(const struct eg_signer *signer, const struct eg_verdict *verdict,
                       const char *at)
{
    char digest[EG_DIGEST_TEXT_LEN + 1];
    struct eg_buf out;
    eg_digest_text(&signer->certificate, digest);
    eg_buf_init(&out, 64 * EG_KIB);
    eg_buf_format(&out, "{\"valid\":%s", eg_verdict_passed(verdict) ? "true" : "false");
    put_pair(&out, "code", eg_code_row(verdict->code)->text);
    put_pair(&out, "subject", signer->subject);
    put_pair(&out, "certificate", digest);
    put_pair(&out, "at", at);
    put_pair(&out, "rule", verdict->rule);
    put_pair(&out, "where", verdict->where);
    put_pair(&out, "text", verdict->text);
    eg_buf_text(&out, "}\n");
    fwrite(out.data, 1, out.len, stdout);
    eg_buf_done(&out);
}

static void print_text(const struct eg_signer *signer, const struct eg_verdict *verdict,
                       const char *at)
{
    const struct eg_code_row *row = eg_code_row(verdict->code);
    printf("%-8s %s\n%-8s %s\n", eg_verdict_passed(verdict) ? "valid" : "refused", signer->subject,
           "at", at);
    if (eg_verdict_passed(verdict)) {
        return;
    }
    printf("%-8s %s: %s\n", "code", row->text, row->en);
    printf("%-8s %s\n", "reason", verdict->text);
    printf("%-8s %s\n%-8s %s\n", "rule", verdict->rule, "where", verdict->where);
}

/* The one file that the option names; of several the option; NULL: not given. */
static const char *name_of(const struct eg_tool_args *args, const char *option)
{
    return eg_tool_value(args, option, 1) == NULL ? eg_tool_value(args, option, 0) : option;
}

static int run_check(const struct eg_tool_args *args, struct eg_error *err)
{
    struct question question = {0};
    struct eg_signer signer = {0};
    struct eg_verdict verdict = {0};
    char at[EG_TIME_TEXT_MAX];
    int result = EG_EXIT_COULD_NOT;
    eg_buf_init(&question.anchors, EG_TRUST_PEM_MAX);
    eg_buf_init(&question.crls, EG_TRUST_PEM_MAX);
    eg_buf_init(&question.untrusted, EG_TRUST_PEM_MAX);
    eg_buf_init(&question.certificate, EG_TRUST_PEM_MAX);
    enum eg_status status = read_question(&question, args, err);
    if (status != EG_OK) {
        goto done;
    }
    const struct eg_trust trust = {.anchors_pem = eg_bytes_view(&question.anchors),
                                   .crls_pem = eg_bytes_view(&question.crls),
                                   .anchors_from = name_of(args, "--anchor"),
                                   .crls_from = name_of(args, "--crl")};
    status = eg_certificate_check(&signer, &verdict, &trust, eg_bytes_view(&question.untrusted),
                                  eg_bytes_view(&question.certificate), &question.options, err);
    if (status != EG_OK) {
        goto done;
    }
    eg_text_time(at, question.options.at_ms);
    (eg_tool_json(args) ? print_json : print_text)(&signer, &verdict, at);
    result = eg_verdict_passed(&verdict) ? EG_EXIT_DONE : EG_EXIT_NEGATIVE;

done:
    eg_buf_done(&question.certificate);
    eg_buf_done(&question.untrusted);
    eg_buf_done(&question.crls);
    eg_buf_done(&question.anchors);
    return result;
}

static const struct eg_tool_option options[] = {
    {"--anchor", "FILE", "Trusted certificates, PEM or DER.", true, true},
    {"--untrusted", "FILE", "Certificates that may help to build the path.", true, false},
    {"--crl", "FILE", "Revocation lists; with any, every certificate below the anchor needs one.",
     true, false},
    {"--at", "TIME", "Judge as of this time, 2026-11-23T22:30:00Z, a day, or @SECONDS; else now.",
     false, false},
    {"--purpose", "ROLE", "A role of the directory that it must be fit to sign in, or any.", false,
     false},
    {"--policy", "OID", "A certificate policy that is acceptable.", true, false},
    {"--explicit-policy", NULL, "An acceptable policy must hold along the path.", false, false},
    {"--inhibit-mapping", NULL, "Policies are not mapped to others.", false, false},
    {"--inhibit-any", NULL, "anyPolicy does not count.", false, false},
    {"--algorithms", "WHICH", "current: the gateway's algorithm policy; any: no policy.", false,
     false},
    {NULL, NULL, NULL, false, false},
};

const struct eg_tool_verb eg_verb_cert_check = {
    .name = "cert check",
    .summary = "check a certificate's path to an anchor",
    .operands = "CERT",
    .operands_min = 1,
    .operands_max = 1,
    .description = "Checks the path of a certificate (PEM or DER) as the gateway does when it "
                   "judges a signature: RFC 5280 with revocation lists, purposes and the algorithm "
                   "policy. Nothing is fetched. Exit status 1 is a refusal, with its reason.",
    .example = "emgate cert check --anchor trial/ca.pem --crl trial/crl.pem --purpose operator "
               "trial/operator.pem",
    .options = options,
    .run = run_check,
};
