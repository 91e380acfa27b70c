/*
 * What the openssl command signs by certs/by-hand.sh passes our ladder, in a folder whose name has
 * a blank; what it revokes is refused.
 */
#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "verify/cms.h"

#include <criterion/criterion.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define REPORT "<Report/>\n"

static char base[300], folder[400];

extern char **environ;

static void by_hand(const char *verb, const char *a, const char *b, const char *c)
{
    char *const argv[] = {
        "certs/by-hand.sh",   (char *)(uintptr_t)verb, folder, (char *)(uintptr_t)a,
        (char *)(uintptr_t)b, (char *)(uintptr_t)c,    NULL};
    pid_t pid = -1;
    int how = 0;
    cr_assert_eq(posix_spawn(&pid, argv[0], NULL, NULL, argv, environ), 0);
    cr_assert_eq(waitpid(pid, &how, 0), pid);
    cr_assert(WIFEXITED(how) && WEXITSTATUS(how) == 0, "by-hand.sh %s: %d", verb, how);
}

static void read_from(struct eg_buf *out, const char *name)
{
    char *path = eg_file_join(folder, name);
    struct eg_error err = {0};
    eg_buf_init(out, EG_MIB);
    cr_assert_eq(eg_file_read(out, path, &err), EG_OK, "%s: %s", name, err.text);
    free(path);
}

static void set_up(void)
{
    const char *tmp = getenv("TMPDIR");
    snprintf(base, sizeof(base), "%s/emgate-hand-XXXXXX", tmp == NULL ? "/tmp" : tmp);
    cr_assert_not_null(mkdtemp(base));
    snprintf(folder, sizeof(folder), "%s/by hand", base);
}

static void tear_down(void)
{
    struct eg_error err = {0};
    cr_expect_eq(eg_file_remove_tree(base, &err), EG_OK);
}

TestSuite(by_hand, .init = set_up, .fini = tear_down);

static enum eg_code judged(enum eg_signed_kind kind)
{
    struct eg_buf ca, crl, cms;
    struct eg_verifier *verifier = NULL;
    struct eg_signer signer;
    struct eg_verdict verdict = {0};
    struct eg_error err = {0};
    read_from(&ca, "ca.pem");
    read_from(&crl, "crl.pem");
    read_from(&cms, "report.xml.p7s");
    struct eg_trust trust = {.anchors_pem = eg_bytes_view(&ca), .crls_pem = eg_bytes_view(&crl)};
    cr_assert_eq(eg_verifier_new(&verifier, &trust, &err), EG_OK, "%s", err.text);
    cr_assert_eq(eg_cms_check(&signer, &verdict, verifier, eg_bytes_view(&cms), eg_bytes_of(REPORT),
                              kind, eg_clock_wall_ms(), &err),
                 EG_OK, "%s", err.text);
    eg_verifier_free(&verifier);
    eg_buf_done(&ca);
    eg_buf_done(&crl);
    eg_buf_done(&cms);
    return verdict.code;
}

Test(by_hand, openssl_alone_makes_signatures_that_we_accept, .timeout = 60)
{
    struct eg_error err = {0};
    by_hand("authority", NULL, NULL, NULL);
    by_hand("identity", "operator", "member", NULL);
    by_hand("identity", "ams", "device", NULL);
    char *report = eg_file_join(folder, "report.xml");
    cr_assert_eq(eg_file_write(report, eg_bytes_of(REPORT), 0644, &err), EG_OK);
    by_hand("sign", "ams", eg_signed_kind_oid(EG_SIGNED_REPORT), report);
    cr_expect_eq(judged(EG_SIGNED_REPORT), EG_CODE_OK);
    by_hand("sign", "operator", eg_signed_kind_oid(EG_SIGNED_REPORT), report);
    cr_expect_eq(judged(EG_SIGNED_REPORT), EG_CODE_OK);
    cr_expect_eq(judged(EG_SIGNED_HELLO), EG_CODE_CMS_CONTENT_TYPE);
    by_hand("revoke", "operator", NULL, NULL);
    cr_expect_eq(judged(EG_SIGNED_REPORT), EG_CODE_CERT_REVOKED);
    free(report);
}
