/*
 * Files of PEM blocks: whole, of the kind wanted, and not without any.
 */
#include "tests/support/cms_maker.h"

#include "base/limits.h"
#include "verify/pem.h"

#include <criterion/criterion.h>
#include <string.h>

#define LIST_BEGIN "-----BEGIN X509 CRL-----\n"
#define LIST_END "-----END X509 CRL-----\n"
#define LIST LIST_BEGIN "AAAA\n" LIST_END

static const char *const lists[] = {"X509 CRL", NULL};
static const char *const both[] = {"X509 CRL", "CERTIFICATE", NULL};

static enum eg_status whole(const char *text, const char *const *labels)
{
    struct eg_error err = {0};
    enum eg_status status = eg_pem_whole(eg_bytes_of(text), labels, "the file", &err);
    cr_expect(status == EG_OK || (status == EG_E_FORMAT && err.text[0] != '\0'), "%s", text);
    cr_expect(status == EG_OK || strcmp(err.where, "the file") == 0);
    return status;
}

Test(pem, takes_whole_blocks_of_the_kind_with_comments_around_them)
{
    cr_expect_eq(whole(LIST, lists), EG_OK);
    cr_expect_eq(whole(LIST LIST, lists), EG_OK);
    cr_expect_eq(whole("List of today:\n    Version 2\n\n" LIST "\nthe end", lists), EG_OK);
    cr_expect_eq(whole("-----BEGIN X509 CRL-----\r\nAAAA\r\n-----END X509 CRL----- \r\n", lists),
                 EG_OK);
    cr_expect_eq(whole("-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----", lists), EG_OK,
                 "no line end behind the last");
    cr_expect_eq(whole(LIST "-----BEGIN CERTIFICATE-----\nA\n-----END CERTIFICATE-----\n", both),
                 EG_OK);
}

Test(pem, refuses_a_file_without_a_block)
{
    static const char *const files[] = {
        "", "\n", " \n\t\n", "# revoked: nobody\n", "garbage", " " LIST_BEGIN, "x" LIST_BEGIN};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        cr_expect_eq(whole(files[i], lists), EG_E_FORMAT, "%zu", i);
    }
    struct eg_error err = {0};
    cr_expect_eq(eg_pem_whole(EG_BYTES_NONE, lists, "the file", &err), EG_E_FORMAT);
}

Test(pem, refuses_blocks_of_another_kind)
{
    static const char *const files[] = {
        "-----BEGIN CERTIFICATE-----\nA\n-----END CERTIFICATE-----\n",
        LIST "-----BEGIN CERTIFICATE-----\nA\n-----END CERTIFICATE-----\n",
        "-----BEGIN PRIVATE KEY-----\nA\n-----END PRIVATE KEY-----\n" LIST,
        "-----BEGIN X509 CRLS-----\nA\n-----END X509 CRLS-----\n",
        LIST_BEGIN "A\n-----END CERTIFICATE-----\n",
        LIST_END LIST_BEGIN,
        LIST LIST_END,
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        cr_expect_eq(whole(files[i], lists), EG_E_FORMAT, "%zu", i);
    }
    cr_expect_eq(whole(LIST_BEGIN "A\n-----END CERTIFICATE-----\n", both), EG_E_FORMAT);
}

/* But for the ends of blocks (and their trailing blanks) a file that is cut is seen to be cut. */
Test(pem, refuses_a_file_of_two_blocks_cut_anywhere_but_between_them)
{
    static const char text[] = LIST LIST;
    size_t block = strlen(LIST);
    for (size_t len = 0; len < strlen(text); len++) {
        struct eg_error err = {0};
        bool between = len == block || len == block - 1 || len == 2 * block - 1;
        cr_expect_eq(eg_pem_whole((struct eg_bytes){(const uint8_t *)text, len}, lists, "x", &err),
                     between ? EG_OK : EG_E_FORMAT, "%zu", len);
    }
}

Test(pem, is_asked_of_anchors_and_lists)
{
    struct maker_identity root;
    struct eg_buf list, twice;
    struct eg_verifier *verifier = NULL;
    struct eg_error err = {0};
    maker_identity_init(&root, NULL, &(struct maker_terms){.name = "Root", .authority = true});
    eg_buf_init(&list, EG_MIB);
    eg_buf_init(&twice, EG_MIB);
    maker_crl(&list, &root, NULL, MAKER_NOW - MAKER_DAY, MAKER_NOW + MAKER_DAY);
    eg_buf_bytes(&twice, eg_bytes_view(&list));
    eg_buf_text(&twice, "-----BEGIN X509");
    struct eg_bytes anchors = eg_bytes_view(&root.chain_pem), crls = eg_bytes_view(&list);
    const struct {
        struct eg_trust trust;
        enum eg_status status;
        const char *where;
    } rows[] = {
        {{.anchors_pem = anchors}, EG_OK, ""},
        {{.anchors_pem = anchors, .crls_pem = crls, .crls_from = "crl.pem"}, EG_OK, ""},
        {{.anchors_pem = anchors, .crls_from = "crl.pem"}, EG_E_FORMAT, "crl.pem"},
        {{.anchors_pem = anchors, .crls_pem = anchors, .crls_from = "c"}, EG_E_FORMAT, "c"},
        {{.anchors_pem = anchors, .crls_pem = eg_bytes_of(" \n")}, EG_E_FORMAT, "revocation lists"},
        {{.anchors_pem = anchors, .crls_pem = eg_bytes_view(&twice), .crls_from = "c"},
         EG_E_FORMAT,
         "c"},
        {{.anchors_pem = EG_BYTES_NONE}, EG_E_FORMAT, "anchors"},
        {{.anchors_pem = crls, .anchors_from = "ca.pem"}, EG_E_FORMAT, "ca.pem"},
        {{.anchors_pem = {anchors.data, anchors.len - 5}, .anchors_from = "a"}, EG_E_FORMAT, "a"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        err = (struct eg_error){0};
        cr_expect_eq(eg_verifier_new(&verifier, &rows[i].trust, &err), rows[i].status, "%zu: %s", i,
                     err.text);
        cr_expect_str_eq(err.where, rows[i].where, "%zu", i);
        eg_verifier_free(&verifier);
    }
    eg_buf_done(&twice);
    eg_buf_done(&list);
    maker_identity_done(&root);
}
