/*
 * The ladder, rung by rung: one good signature in each allowed form, and for each rung signatures
 * that are refused there, with the code that says so.
 */
#include "tests/support/cms_maker.h"

#include "base/limits.h"
#include "base/text.h"
#include "verify/sign.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define REPORT "<Report xmlns='urn:emgate:report:1'/>"

/* Root, issuing authority, member; and a verifier that trusts the root. */
static struct world {
    struct maker_identity root, issuer, member, stranger_root, stranger;
    struct eg_verifier *verifier;
} world;

static struct eg_verifier *verifier_with(struct eg_bytes anchors, struct eg_bytes crls,
                                         int64_t max_age_ms)
{
    struct eg_trust trust = {
        .anchors_pem = anchors, .crls_pem = crls, .crl_max_age_ms = max_age_ms};
    struct eg_verifier *verifier = NULL;
    struct eg_error err = {0};
    cr_assert_eq(eg_verifier_new(&verifier, &trust, &err), EG_OK, "%s", err.text);
    return verifier;
}

static void set_up(void)
{
    struct maker_terms authority = {.name = "Root", .authority = true};
    maker_identity_init(&world.root, NULL, &authority);
    maker_identity_init(&world.stranger_root, NULL, &authority);
    authority.name = "Issuer";
    maker_identity_init(&world.issuer, &world.root, &authority);
    maker_identity_init(&world.member, &world.issuer, &(struct maker_terms){.name = "Member"});
    maker_identity_init(&world.stranger, &world.stranger_root,
                        &(struct maker_terms){.name = "Stranger"});
    world.verifier = verifier_with(eg_bytes_view(&world.root.chain_pem), EG_BYTES_NONE, 0);
}

static void tear_down(void)
{
    eg_verifier_free(&world.verifier);
    maker_identity_done(&world.member);
    maker_identity_done(&world.issuer);
    maker_identity_done(&world.root);
    maker_identity_done(&world.stranger);
    maker_identity_done(&world.stranger_root);
}

TestSuite(cms, .init = set_up, .fini = tear_down);

static struct eg_verdict judge_at(struct eg_verifier *verifier, struct eg_bytes cms,
                                  const char *content, int64_t at_ms)
{
    struct eg_signer signer = {0};
    struct eg_verdict verdict = {0};
    struct eg_error err = {0};
    enum eg_status status = eg_cms_check(&signer, &verdict, verifier, cms, eg_bytes_of(content),
                                         EG_SIGNED_REPORT, at_ms, &err);
    cr_assert_eq(status, EG_OK, "%s", err.text);
    return verdict;
}

/* Sign with these terms and judge what comes out. */
static struct eg_verdict judged(const struct maker_identity *signer, const struct maker_cms *terms)
{
    struct eg_buf cms;
    eg_buf_init(&cms, EG_CMS_MAX);
    maker_sign(&cms, signer, eg_bytes_of(REPORT), terms);
    struct eg_verdict verdict = judge_at(world.verifier, eg_bytes_view(&cms), REPORT, MAKER_NOW);
    eg_buf_done(&cms);
    return verdict;
}

static void expect(struct eg_verdict verdict, enum eg_code code)
{
    cr_expect_eq(verdict.code, code, "%s, not %s: %s [%s] %s", eg_code_row(verdict.code)->text,
                 eg_code_row(code)->text, verdict.text, verdict.rule, verdict.where);
    if (verdict.code != EG_CODE_OK) {
        cr_expect_neq(verdict.rule[0], '\0', "no rule with %s", verdict.text);
        cr_expect_neq(verdict.text[0], '\0');
        cr_expect_eq(eg_code_row(verdict.code)->answer, EG_ANSWER_UNAUTHENTICATED);
    }
}

#define MEMBER(...) expect(judged(&world.member, &(struct maker_cms){__VA_ARGS__}), EG_CODE_OK)
#define REFUSED(code, ...)                                                                         \
    expect(judged(&world.member, &(struct maker_cms){__VA_ARGS__}), EG_CODE_##code)

/* ---- what passes ----------------------------------------------------------------------------- */

Test(cms, accepts_the_profile_in_its_smallest_form)
{
    MEMBER(.no_issuer_serial = true);
}

Test(cms, accepts_every_allowed_variation)
{
    MEMBER(0);
    MEMBER(.digest = "SHA384");
    MEMBER(.digest = "SHA512");
    MEMBER(.capabilities = true);
    MEMBER(.by_key_id = true);
    MEMBER(.ess_sha512 = true);
    MEMBER(.extra = &world.root);
    MEMBER(.signing_time_ms = MAKER_NOW + 300000);
    MEMBER(.signing_time_ms = MAKER_NOW - MAKER_DAY);
}

static void key_is_judged(const char *key, const struct maker_cms *terms, enum eg_code code)
{
    struct maker_identity other;
    maker_identity_init(&other, &world.issuer, &(struct maker_terms){.key = key});
    expect(judged(&other, terms), code);
    maker_identity_done(&other);
}

Test(cms, accepts_the_keys_of_the_policy)
{
    key_is_judged("P-384", &(struct maker_cms){.digest = "SHA384"}, EG_CODE_OK);
    key_is_judged("P-521", &(struct maker_cms){.digest = "SHA512"}, EG_CODE_OK);
    key_is_judged("RSA-3072", &(struct maker_cms){0}, EG_CODE_OK);
    key_is_judged("RSA-3072", &(struct maker_cms){.pkcs1_named = true}, EG_CODE_OK);
    key_is_judged("RSA-3072", &(struct maker_cms){.pss = true}, EG_CODE_OK);
    key_is_judged("RSA-3072", &(struct maker_cms){.pss = true, .digest = "SHA512"}, EG_CODE_OK);
}

Test(cms, tells_who_signed_when)
{
    struct eg_buf cms;
    struct eg_signer signer = {0};
    struct eg_verdict verdict = {0};
    struct eg_error err = {0};
    eg_buf_init(&cms, EG_CMS_MAX);
    maker_sign(&cms, &world.member, eg_bytes_of(REPORT),
               &(struct maker_cms){.signing_time_ms = MAKER_NOW - 7000});
    for (int i = 0; i < 2; i++) { /* once decoded, once known */
        cr_assert_eq(eg_cms_check(&signer, &verdict, world.verifier, eg_bytes_view(&cms),
                                  eg_bytes_of(REPORT), EG_SIGNED_REPORT, MAKER_NOW, &err),
                     EG_OK);
        cr_expect_eq(verdict.code, EG_CODE_OK);
        cr_expect_str_eq(signer.subject, "CN=Member,O=Test");
        cr_expect_eq(signer.signing_time_ms, MAKER_NOW - 7000);
        cr_expect_eq(signer.not_before_ms, MAKER_NOW - MAKER_DAY);
        signer = (struct eg_signer){0};
    }
    eg_buf_done(&cms);
}

/* ---- structure ------------------------------------------------------------------------------- */

Test(cms, refuses_what_is_not_cms)
{
    static const char *const texts[] = {
        "", "0", "\x30", "hello", "\x30\x03\x02\x01\x01", "\x30\x80\x02\x01\x01"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        expect(judge_at(world.verifier, eg_bytes_of(texts[i]), REPORT, MAKER_NOW),
               EG_CODE_CMS_NOT_CMS);
    }
}

Test(cms, refuses_trailing_octets)
{
    struct eg_buf cms;
    eg_buf_init(&cms, EG_CMS_MAX);
    maker_sign(&cms, &world.member, eg_bytes_of(REPORT), &(struct maker_cms){0});
    eg_buf_char(&cms, '\n');
    expect(judge_at(world.verifier, eg_bytes_view(&cms), REPORT, MAKER_NOW), EG_CODE_CMS_TRAILING);
    eg_buf_done(&cms);
}

Test(cms, refuses_every_shortened_signature)
{
    struct eg_buf cms;
    eg_buf_init(&cms, EG_CMS_MAX);
    maker_sign(&cms, &world.member, eg_bytes_of(REPORT), &(struct maker_cms){0});
    for (size_t len = 0; len < cms.len; len++) {
        uint8_t *exact = malloc(len == 0 ? 1 : len); /* so that a sanitizer sees one octet more */
        memcpy(exact, cms.data, len);
        expect(judge_at(world.verifier, (struct eg_bytes){exact, len}, REPORT, MAKER_NOW),
               EG_CODE_CMS_NOT_CMS);
        free(exact);
    }
    eg_buf_done(&cms);
}

Test(cms, refuses_a_signature_over_the_limit)
{
    struct eg_buf cms;
    eg_buf_init(&cms, 2 * EG_CMS_MAX);
    uint8_t head[] = {0x30, 0x83, 0x00, 0xff, 0xff};
    eg_buf_add(&cms, head, sizeof(head));
    while (cms.len <= EG_CMS_MAX) {
        eg_buf_char(&cms, '\0');
    }
    expect(judge_at(world.verifier, eg_bytes_view(&cms), REPORT, MAKER_NOW), EG_CODE_CMS_NOT_CMS);
    eg_buf_done(&cms);
}

/* The outermost length in one octet more than it needs. */
Test(cms, refuses_a_padded_length)
{
    struct eg_buf cms, padded;
    eg_buf_init(&cms, EG_CMS_MAX);
    eg_buf_init(&padded, EG_CMS_MAX);
    maker_sign(&cms, &world.member, eg_bytes_of(REPORT), &(struct maker_cms){0});
    cr_assert_eq(cms.data[1], 0x82);
    uint8_t head[] = {0x30, 0x83, 0x00, cms.data[2], cms.data[3]};
    eg_buf_add(&padded, head, sizeof(head));
    eg_buf_add(&padded, cms.data + 4, cms.len - 4);
    expect(judge_at(world.verifier, eg_bytes_view(&padded), REPORT, MAKER_NOW),
           EG_CODE_CMS_NOT_CMS);
    eg_buf_done(&padded);
    eg_buf_done(&cms);
}

/* The same signature with an indefinite length outside: BER that OpenSSL itself accepts. */
Test(cms, refuses_ber_indefinite_length)
{
    struct eg_buf cms, ber;
    eg_buf_init(&cms, EG_CMS_MAX);
    eg_buf_init(&ber, EG_CMS_MAX);
    maker_sign(&cms, &world.member, eg_bytes_of(REPORT), &(struct maker_cms){0});
    eg_buf_add(&ber, "\x30\x80", 2);
    eg_buf_add(&ber, cms.data + 4, cms.len - 4);
    eg_buf_add(&ber, "\0\0", 2);
    struct eg_verdict verdict = judge_at(world.verifier, eg_bytes_view(&ber), REPORT, MAKER_NOW);
    expect(verdict, EG_CODE_CMS_NOT_CMS);
    cr_expect_str_eq(verdict.rule, "X.690 10.1");
    eg_buf_done(&ber);
    eg_buf_done(&cms);
}

Test(cms, refuses_another_structure_than_the_profile)
{
    REFUSED(CMS_NOT_CMS, .version = 1);
    REFUSED(CMS_NOT_CMS, .version = 4);
    REFUSED(CMS_NOT_CMS, .crls = true);
    REFUSED(CMS_NOT_CMS, .unsorted = true);
    REFUSED(CMS_NOT_CMS, .garbage_certificate = true);
    REFUSED(CMS_CONTENT, .attached = true);
}

Test(cms, refuses_other_numbers_of_signers_than_one)
{
    REFUSED(CMS_SIGNERS, .two_signers = true);
    REFUSED(CMS_SIGNERS, .no_signers = true);
}

/* ---- kinds ----------------------------------------------------------------------------------- */

Test(cms, takes_no_signed_kind_for_another)
{
    for (enum eg_signed_kind kind = 1; kind < EG_SIGNED_KIND_COUNT; kind++) {
        REFUSED(CMS_CONTENT_TYPE, .kind = kind);
    }
    REFUSED(CMS_CONTENT_TYPE, .econtent_oid = "1.2.840.113549.1.7.1");
    REFUSED(CMS_CONTENT_TYPE, .attribute_oid = "1.2.840.113549.1.7.1");
    REFUSED(CMS_CONTENT_TYPE, .attribute_oid = eg_signed_kind_oid(EG_SIGNED_HELLO));
}

/* Whatever else is wrong, the kind is told first. */
Test(cms, tells_the_kind_before_anything_else)
{
    struct maker_cms terms = {.kind = EG_SIGNED_HELLO,
                              .two_signers = true,
                              .attached = true,
                              .digest = "SHA1",
                              .unsigned_attribute = true,
                              .version = 1};
    struct eg_verdict verdict = judged(&world.stranger, &terms);
    expect(verdict, EG_CODE_CMS_CONTENT_TYPE);
    cr_expect_not_null(strstr(verdict.text, "hello"));
}

/* ---- attributes ------------------------------------------------------------------------------ */

Test(cms, refuses_a_missing_attribute)
{
    for (unsigned which = 0; which < EG_ATTRIBUTE_CAPABILITIES; which++) {
        REFUSED(CMS_ATTRIBUTE_MISSING, .omit = 1u << which);
        REFUSED(CMS_ATTRIBUTE_MISSING, .no_value = 1u << which);
    }
    REFUSED(CMS_ATTRIBUTE_MISSING, .no_attributes = true);
}

Test(cms, refuses_a_doubled_attribute)
{
    for (unsigned which = 0; which < EG_ATTRIBUTE_COUNT; which++) {
        REFUSED(CMS_ATTRIBUTE_DOUBLED, .twice = 1u << which, .capabilities = true);
        REFUSED(CMS_ATTRIBUTE_DOUBLED, .two_values = 1u << which, .capabilities = true);
    }
}

Test(cms, refuses_an_unknown_attribute)
{
    REFUSED(CMS_ATTRIBUTE_UNKNOWN, .unknown_attribute = true);
    REFUSED(CMS_ATTRIBUTE_UNKNOWN, .unsigned_attribute = true);
}

/* ---- algorithms ------------------------------------------------------------------------------ */

Test(cms, refuses_algorithms_beyond_the_policy)
{
    REFUSED(CMS_ALGORITHM, .digest = "SHA1");
    REFUSED(CMS_ALGORITHM,
            .scheme_oid = "1.2.840.10045.4.3.3"); /* ecdsa-with-SHA384 over SHA-256 */
    REFUSED(CMS_ALGORITHM, .scheme_oid = "1.2.840.113549.1.1.11");
    REFUSED(CMS_ALGORITHM, .scheme_oid = "1.2.3.4");
    key_is_judged("RSA-2048", &(struct maker_cms){0}, EG_CODE_CMS_ALGORITHM);
    key_is_judged("RSA-2048", &(struct maker_cms){.pss = true}, EG_CODE_CMS_ALGORITHM);
    key_is_judged("secp256k1", &(struct maker_cms){0}, EG_CODE_CMS_ALGORITHM);
    key_is_judged("ED25519", &(struct maker_cms){.digest = "SHA512"}, EG_CODE_CMS_ALGORITHM);
    key_is_judged("RSA-3072", &(struct maker_cms){.scheme_oid = "1.2.840.113549.1.1.13"},
                  EG_CODE_CMS_ALGORITHM);
}

static void member_is_judged(const struct maker_terms *terms, enum eg_code code)
{
    struct maker_identity other;
    maker_identity_init(&other, &world.issuer, terms);
    expect(judged(&other, &(struct maker_cms){0}), code);
    maker_identity_done(&other);
}

Test(cms, refuses_a_weak_algorithm_in_the_path)
{
    member_is_judged(&(struct maker_terms){.digest = "SHA1"}, EG_CODE_CMS_ALGORITHM);
    struct maker_identity weak, member;
    maker_identity_init(&weak, &world.root,
                        &(struct maker_terms){.key = "RSA-2048", .authority = true});
    maker_identity_init(&member, &weak, &(struct maker_terms){0});
    expect(judged(&member, &(struct maker_cms){0}), EG_CODE_CMS_ALGORITHM);
    maker_identity_done(&member);
    maker_identity_done(&weak);
}

/* ---- signature and content ------------------------------------------------------------------- */

Test(cms, refuses_a_signature_that_does_not_fit)
{
    REFUSED(CMS_SIGNATURE, .wrong_signature = true);
    REFUSED(CMS_SIGNATURE, .wrong_certificate_digest = true);
    REFUSED(CMS_SIGNATURE, .wrong_issuer_serial = true);
    key_is_judged("RSA-3072", &(struct maker_cms){.wrong_signature = true}, EG_CODE_CMS_SIGNATURE);
    key_is_judged("RSA-3072", &(struct maker_cms){.wrong_signature = true, .pss = true},
                  EG_CODE_CMS_SIGNATURE);
}

Test(cms, refuses_altered_content)
{
    struct eg_buf cms;
    eg_buf_init(&cms, EG_CMS_MAX);
    maker_sign(&cms, &world.member, eg_bytes_of(REPORT), &(struct maker_cms){0});
    static const char *const others[] = {"", REPORT " ", "<report xmlns='urn:emgate:report:1'/>"};
    for (size_t i = 0; i < 3; i++) {
        expect(judge_at(world.verifier, eg_bytes_view(&cms), others[i], MAKER_NOW),
               EG_CODE_CMS_SIGNATURE);
    }
    eg_buf_done(&cms);
}

Test(cms, refuses_implausible_signing_times)
{
    REFUSED(CMS_SIGNING_TIME, .signing_time_ms = MAKER_NOW + 301000);
    REFUSED(CMS_SIGNING_TIME, .signing_time_ms = MAKER_NOW - MAKER_DAY - 1000);
    REFUSED(CMS_TIME_FORM, .generalized_time = true);
    REFUSED(CMS_TIME_FORM, .signing_time = "2601010000Z");
    REFUSED(CMS_TIME_FORM, .signing_time = "260101000000+0000");
    REFUSED(CMS_TIME_FORM, .signing_time = "260229000000Z");
    REFUSED(CMS_TIME_FORM, .signing_time = "");
}

/* The refusal names the times in question, and may be tried again. */
static void names_times(const struct maker_cms *flaw, int64_t at_ms, enum eg_code code,
                        const int64_t times_ms[2])
{
    struct eg_buf cms;
    eg_buf_init(&cms, EG_CMS_MAX);
    maker_sign(&cms, &world.member, eg_bytes_of(REPORT), flaw);
    struct eg_verdict verdict = judge_at(world.verifier, eg_bytes_view(&cms), REPORT, at_ms);
    expect(verdict, code);
    for (int i = 0; i < 2; i++) {
        char time[EG_TIME_TEXT_MAX];
        eg_text_time(time, times_ms[i]);
        cr_expect_not_null(strstr(verdict.text, time), "%s is not in: %s", time, verdict.text);
    }
    cr_expect_gt(eg_code_row(code)->retry_after_ms, 0);
    eg_buf_done(&cms);
}

Test(cms, names_both_times_where_a_clock_is_wrong_and_nothing_shows_which)
{
    const int64_t ahead_ms = MAKER_NOW + 2 * MAKER_DAY;
    const int64_t behind_ms = MAKER_NOW - MAKER_DAY - 1000;
    const int64_t late_ms = MAKER_NOW + 4000 * MAKER_DAY;
    names_times(&(struct maker_cms){.signing_time_ms = ahead_ms}, MAKER_NOW,
                EG_CODE_CMS_SIGNING_TIME, (const int64_t[]){ahead_ms, MAKER_NOW});
    names_times(&(struct maker_cms){.signing_time_ms = behind_ms}, MAKER_NOW,
                EG_CODE_CMS_SIGNING_TIME, (const int64_t[]){behind_ms, MAKER_NOW});
    names_times(&(struct maker_cms){0}, late_ms, EG_CODE_CERT_EXPIRED,
                (const int64_t[]){MAKER_NOW + 365 * MAKER_DAY, late_ms});
}

Test(cms, tells_the_time_that_a_signature_claims_and_no_other)
{
    struct eg_buf cms;
    int64_t claimed_ms = 77;
    eg_buf_init(&cms, EG_CMS_MAX);
    maker_sign(&cms, &world.member, eg_bytes_of(REPORT),
               &(struct maker_cms){.signing_time_ms = MAKER_NOW + 301000});
    cr_assert(eg_cms_claimed_time(&claimed_ms, eg_bytes_view(&cms), EG_SIGNED_REPORT));
    cr_expect_eq(claimed_ms, MAKER_NOW + 301000);
    claimed_ms = 77;
    cr_expect_not(eg_cms_claimed_time(&claimed_ms, eg_bytes_view(&cms), EG_SIGNED_HELLO));
    cr_expect_not(eg_cms_claimed_time(&claimed_ms, EG_BYTES_NONE, EG_SIGNED_REPORT));
    cr_expect_not(eg_cms_claimed_time(&claimed_ms, (struct eg_bytes){cms.data, cms.len - 1},
                                      EG_SIGNED_REPORT));
    eg_buf_reset(&cms);
    maker_sign(&cms, &world.member, eg_bytes_of(REPORT), &(struct maker_cms){.signing_time = ""});
    cr_expect_not(eg_cms_claimed_time(&claimed_ms, eg_bytes_view(&cms), EG_SIGNED_REPORT));
    cr_expect_eq(claimed_ms, 77);
    eg_buf_done(&cms);
}

/* ---- certificates ---------------------------------------------------------------------------- */

Test(cms, refuses_a_signature_without_the_signers_certificate)
{
    REFUSED(CERT_UNKNOWN, .no_certificates = true);
}

Test(cms, refuses_a_stranger)
{
    expect(judged(&world.stranger, &(struct maker_cms){0}), EG_CODE_CERT_PATH);
    expect(judged(&world.stranger, &(struct maker_cms){.extra = &world.stranger_root}),
           EG_CODE_CERT_PATH);
}

Test(cms, refuses_certificates_out_of_their_time)
{
    member_is_judged(&(struct maker_terms){.until_ms = MAKER_NOW - 1000}, EG_CODE_CERT_EXPIRED);
    struct maker_identity early;
    maker_identity_init(&early, &world.issuer, &(struct maker_terms){.from_ms = MAKER_NOW + 60000});
    expect(judged(&early, &(struct maker_cms){.signing_time_ms = MAKER_NOW + 120000}),
           EG_CODE_CERT_EXPIRED);
    maker_identity_done(&early);
}

Test(cms, refuses_certificates_for_other_purposes)
{
    member_is_judged(&(struct maker_terms){.usage = "critical,keyEncipherment"},
                     EG_CODE_CERT_PURPOSE);
    member_is_judged(&(struct maker_terms){.extended = "codeSigning"}, EG_CODE_CERT_PURPOSE);
    member_is_judged(&(struct maker_terms){.extended = "OCSPSigning,timeStamping"},
                     EG_CODE_CERT_PURPOSE);
    member_is_judged(
        &(struct maker_terms){.authority = true, .usage = "critical,digitalSignature,keyCertSign"},
        EG_CODE_CERT_PURPOSE);
    member_is_judged(&(struct maker_terms){.extended = "1.3.6.1.5.5.7.3.36"}, EG_CODE_OK);
    member_is_judged(&(struct maker_terms){.usage = "critical,nonRepudiation"}, EG_CODE_OK);
}

Test(cms, refuses_a_path_through_a_member)
{
    struct maker_identity below;
    maker_identity_init(&below, &world.member, &(struct maker_terms){.name = "Below"});
    expect(judged(&below, &(struct maker_cms){0}), EG_CODE_CERT_PATH);
    maker_identity_done(&below);
}

/* A member that is known is judged at each time anew. */
Test(cms, forgets_nothing_about_time_when_the_signer_is_known)
{
    struct eg_buf cms;
    eg_buf_init(&cms, EG_CMS_MAX);
    maker_sign(&cms, &world.member, eg_bytes_of(REPORT), &(struct maker_cms){0});
    struct eg_bytes view = eg_bytes_view(&cms);
    expect(judge_at(world.verifier, view, REPORT, MAKER_NOW), EG_CODE_OK);
    expect(judge_at(world.verifier, view, REPORT, MAKER_NOW + 400 * MAKER_DAY),
           EG_CODE_CERT_EXPIRED);
    expect(judge_at(world.verifier, view, REPORT, MAKER_NOW + MAKER_DAY), EG_CODE_OK);
    expect(judge_at(world.verifier, view, REPORT, MAKER_NOW - 2 * MAKER_DAY),
           EG_CODE_CMS_SIGNING_TIME);
    eg_buf_done(&cms);
}

/* Known through its chain: without the chain in the signature it is as unknown as to an auditor. */
Test(cms, judges_a_known_signer_by_what_the_signature_brings)
{
    struct maker_identity lonely = world.member;
    struct maker_identity top = world.issuer;
    top.issuer = NULL;
    lonely.issuer = &top; /* the maker leaves out what it takes for a root */
    expect(judged(&world.member, &(struct maker_cms){0}), EG_CODE_OK);
    expect(judged(&lonely, &(struct maker_cms){0}), EG_CODE_CERT_PATH);
    expect(judged(&world.member, &(struct maker_cms){0}), EG_CODE_OK);
}

/* ---- revocation ------------------------------------------------------------------------------ */

struct lists {
    struct eg_buf pem;
    struct eg_verifier *verifier;
};

/* Lists of root and issuer, from a day before until a day after MAKER_NOW. */
static struct lists lists_with(const struct maker_identity *revoked, bool issuer_too,
                               int64_t grace_ms)
{
    struct lists lists = {0};
    eg_buf_init(&lists.pem, EG_MIB);
    maker_crl(&lists.pem, &world.root, NULL, MAKER_NOW - MAKER_DAY, MAKER_NOW + 3 * MAKER_DAY);
    if (issuer_too) {
        maker_crl(&lists.pem, &world.issuer, revoked, MAKER_NOW - MAKER_DAY, MAKER_NOW + MAKER_DAY);
    }
    lists.verifier =
        verifier_with(eg_bytes_view(&world.root.chain_pem), eg_bytes_view(&lists.pem), grace_ms);
    return lists;
}

static enum eg_status judge_with(struct lists *lists, const struct maker_identity *signer,
                                 int64_t at_ms, enum eg_code *code)
{
    struct eg_buf cms;
    struct eg_signer found = {0};
    struct eg_verdict verdict = {0};
    struct eg_error err = {0};
    eg_buf_init(&cms, EG_CMS_MAX);
    maker_sign(&cms, signer, eg_bytes_of(REPORT), &(struct maker_cms){0});
    enum eg_status status = eg_cms_check(&found, &verdict, lists->verifier, eg_bytes_view(&cms),
                                         eg_bytes_of(REPORT), EG_SIGNED_REPORT, at_ms, &err);
    *code = verdict.code;
    eg_buf_done(&cms);
    return status;
}

static void lists_done(struct lists *lists)
{
    eg_verifier_free(&lists->verifier);
    eg_buf_done(&lists->pem);
}

Test(cms, accepts_who_is_on_no_list_and_refuses_who_is)
{
    enum eg_code code;
    struct lists clean = lists_with(NULL, true, 0), revoked = lists_with(&world.member, true, 0);
    cr_expect_eq(judge_with(&clean, &world.member, MAKER_NOW, &code), EG_OK);
    cr_expect_eq(code, EG_CODE_OK);
    cr_expect_eq(judge_with(&revoked, &world.member, MAKER_NOW, &code), EG_OK);
    cr_expect_eq(code, EG_CODE_CERT_REVOKED);
    struct eg_digest none = {0}, one = eg_verifier_revocation(clean.verifier),
                     other = eg_verifier_revocation(revoked.verifier);
    cr_expect_not(eg_digest_equal(&none, &one));
    cr_expect_not(eg_digest_equal(&other, &one));
    lists_done(&clean);
    lists_done(&revoked);
}

Test(cms, takes_stale_or_missing_lists_for_our_own_trouble)
{
    enum eg_code code;
    struct lists lists = lists_with(NULL, true, 0), missing = lists_with(NULL, false, 0);
    cr_expect_eq(judge_with(&lists, &world.member, MAKER_NOW, &code), EG_OK);
    cr_expect_eq(judge_with(&lists, &world.member, MAKER_NOW + 2 * MAKER_DAY, &code), EG_E_STATE);
    cr_expect_eq(judge_with(&missing, &world.member, MAKER_NOW, &code), EG_E_STATE);
    lists_done(&lists);
    lists_done(&missing);
}

Test(cms, grants_a_stale_list_the_grace_that_was_set)
{
    enum eg_code code = EG_CODE_COUNT;
    struct lists lists = lists_with(NULL, true, MAKER_DAY);
    cr_expect_eq(judge_with(&lists, &world.member, MAKER_NOW + 2 * MAKER_DAY, &code), EG_OK);
    cr_expect_eq(code, EG_CODE_OK);
    cr_expect_eq(judge_with(&lists, &world.member, MAKER_NOW + 2 * MAKER_DAY + 1000, &code),
                 EG_E_STATE);
    lists_done(&lists);
}

Test(cms, takes_a_list_that_was_made_while_the_report_was_in_hand)
{
    enum eg_code code = EG_CODE_COUNT;
    struct lists lists = {0};
    struct maker_identity direct;
    maker_identity_init(&direct, &world.root, &(struct maker_terms){.name = "Direct"});
    eg_buf_init(&lists.pem, EG_MIB);
    maker_crl(&lists.pem, &world.root, NULL, MAKER_NOW + EG_CRL_AHEAD_MS, MAKER_NOW + MAKER_DAY);
    lists.verifier =
        verifier_with(eg_bytes_view(&world.root.chain_pem), eg_bytes_view(&lists.pem), 0);
    cr_expect_eq(judge_with(&lists, &direct, MAKER_NOW, &code), EG_OK);
    cr_expect_eq(code, EG_CODE_OK);
    cr_expect_eq(judge_with(&lists, &direct, MAKER_NOW - 1000, &code), EG_E_STATE);
    lists_done(&lists);
    maker_identity_done(&direct);
}

/* Revoked stays revoked, and a stranger stays a stranger, however old the lists are. */
Test(cms, refuses_finally_what_no_fresher_list_could_save)
{
    enum eg_code code;
    struct lists lists = lists_with(&world.member, true, 0);
    struct maker_identity forged = world.member;
    forged.key = world.stranger.key;
    cr_expect_eq(judge_with(&lists, &world.member, MAKER_NOW + 2 * MAKER_DAY, &code), EG_OK);
    cr_expect_eq(code, EG_CODE_CERT_REVOKED);
    cr_expect_eq(judge_with(&lists, &world.stranger, MAKER_NOW + 2 * MAKER_DAY, &code), EG_OK);
    cr_expect_eq(code, EG_CODE_CERT_PATH);
    cr_expect_eq(judge_with(&lists, &forged, MAKER_NOW + 2 * MAKER_DAY, &code), EG_OK);
    cr_expect_eq(code, EG_CODE_CMS_SIGNATURE);
    lists_done(&lists);
}

/* ---- damage ---------------------------------------------------------------------------------- */

/* Every octet changed in three ways: none of them passes. (An altered ECDSA signature that passes,
 * (r, n-s), differs in some thirty octets.) */
Test(cms, refuses_every_flipped_octet, .timeout = 120)
{
    struct eg_buf cms;
    eg_buf_init(&cms, EG_CMS_MAX);
    maker_sign(&cms, &world.member, eg_bytes_of(REPORT), &(struct maker_cms){0});
    static const uint8_t changes[] = {0x01, 0x80, 0xff};
    for (size_t i = 0; i < cms.len; i++) {
        for (size_t j = 0; j < sizeof(changes); j++) {
            cms.data[i] ^= changes[j];
            struct eg_verdict verdict =
                judge_at(world.verifier, eg_bytes_view(&cms), REPORT, MAKER_NOW);
            cr_assert_neq(verdict.code, EG_CODE_OK, "octet %zu ^ %02x passed", i, changes[j]);
            cms.data[i] ^= changes[j];
        }
    }
    expect(judge_at(world.verifier, eg_bytes_view(&cms), REPORT, MAKER_NOW), EG_CODE_OK);
    eg_buf_done(&cms);
}

Test(cms, tells_when_the_newest_list_was_issued_and_when_the_last_one_ends)
{
    struct eg_buf lists;
    int64_t issued_ms = 77, ended_ms = 78;
    cr_expect_not(eg_verifier_lists(world.verifier, &issued_ms, &ended_ms));
    cr_expect(issued_ms == 77 && ended_ms == 78, "touched although there is no list");
    eg_buf_init(&lists, EG_MIB);
    maker_crl(&lists, &world.root, NULL, MAKER_NOW - 9 * MAKER_DAY, MAKER_NOW + 30 * MAKER_DAY);
    maker_crl(&lists, &world.issuer, NULL, MAKER_NOW - MAKER_DAY, MAKER_NOW + MAKER_DAY);
    struct eg_verifier *verifier =
        verifier_with(eg_bytes_view(&world.root.chain_pem), eg_bytes_view(&lists), 5000);
    cr_assert(eg_verifier_lists(verifier, &issued_ms, &ended_ms));
    cr_expect_eq(issued_ms, MAKER_NOW - MAKER_DAY);
    cr_expect_eq(ended_ms, MAKER_NOW + 30 * MAKER_DAY + 5000);
    eg_verifier_free(&verifier);
    eg_buf_done(&lists);
}
