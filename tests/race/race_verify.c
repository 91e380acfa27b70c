/*
 * Two threads, each with its own verifier and signing key, at the same time: nothing is shared, so
 * a thread sanitizer must find nothing and every answer must be the right one.
 */
#include "tests/support/cms_maker.h"

#include "base/limits.h"
#include "verify/sign.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define ROUNDS 60

static struct maker_identity root, member;

static int one_round(struct eg_verifier *verifier, struct eg_signing_key *key, int number)
{
    struct eg_buf cms;
    struct eg_signer signer;
    struct eg_verdict verdict = {0};
    struct eg_error err = {0};
    char text[40];
    snprintf(text, sizeof(text), "report %d", number);
    eg_buf_init(&cms, EG_CMS_MAX);
    int wrong = 1;
    if (eg_cms_sign(&cms, key, EG_SIGNED_REPORT, eg_bytes_of(text), MAKER_NOW, &err) == EG_OK &&
        eg_cms_check(&signer, &verdict, verifier, eg_bytes_view(&cms), eg_bytes_of(text),
                     EG_SIGNED_REPORT, MAKER_NOW, &err) == EG_OK &&
        verdict.code == EG_CODE_OK &&
        eg_cms_check(&signer, &verdict, verifier, eg_bytes_view(&cms), eg_bytes_of("other"),
                     EG_SIGNED_REPORT, MAKER_NOW, &err) == EG_OK &&
        verdict.code == EG_CODE_CMS_SIGNATURE) {
        wrong = 0;
    }
    eg_buf_done(&cms);
    return wrong;
}

static void *work(void *wrong)
{
    struct eg_trust trust = {.anchors_pem = eg_bytes_view(&root.chain_pem)};
    struct eg_verifier *verifier = NULL;
    struct eg_signing_key *key = NULL;
    struct eg_error err = {0};
    *(int *)wrong = 1;
    if (eg_verifier_new(&verifier, &trust, &err) == EG_OK &&
        eg_signing_key_load(&key, eg_bytes_view(&member.key_pem), eg_bytes_view(&member.chain_pem),
                            &err) == EG_OK) {
        *(int *)wrong = 0;
        for (int i = 0; i < ROUNDS; i++) {
            *(int *)wrong += one_round(verifier, key, i);
        }
    }
    eg_signing_key_free(&key);
    eg_verifier_free(&verifier);
    return NULL;
}

int main(void)
{
    pthread_t threads[2];
    int wrong[2] = {1, 1};
    maker_identity_init(&root, NULL, &(struct maker_terms){.name = "Root", .authority = true});
    maker_identity_init(&member, &root, &(struct maker_terms){.name = "Member"});
    for (int i = 0; i < 2; i++) {
        if (pthread_create(&threads[i], NULL, work, &wrong[i]) != 0) {
            return 2;
        }
    }
    for (int i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
    }
    maker_identity_done(&member);
    maker_identity_done(&root);
    if (wrong[0] + wrong[1] != 0) {
        fprintf(stderr, "race_verify: %d wrong answers\n", wrong[0] + wrong[1]);
        return 1;
    }
    return 0;
}
