/*
 * Audit cache: directories, packages and revocation data of an archive, found by digest, parsed and
 * compiled once; the last few stay in memory. For `emgate audit`.
 *
 * Thread: owner thread.
 */
#ifndef EG_FLOW_AUDIT_CACHE_H
#define EG_FLOW_AUDIT_CACHE_H

#include "archive/store.h"
#include "assess/judge/engine.h"
#include "verify/cms.h"

struct eg_audit_cache;

/*
 *   anchors_pem   for eg_audit_cache_verifier; borrowed. May be empty when that is never called
 * EG_E_NOMEM.
 */
EG_MUST_USE
enum eg_status eg_audit_cache_new(struct eg_audit_cache **out, struct eg_bytes anchors_pem,
                                  struct eg_error *err);
void eg_audit_cache_free(struct eg_audit_cache **cache);

/*
 * The directory with this digest. Borrowed, until the next call for a directory.
 * EG_E_NOTFOUND: never recorded; EG_E_FORMAT: damaged, or not one.
 */
EG_MUST_USE
enum eg_status eg_audit_cache_directory(const struct eg_directory **out,
                                        struct eg_audit_cache *cache, struct eg_store *store,
                                        const struct eg_digest *digest, struct eg_error *err);

/*
 * One to judge by the package with this digest, which is parsed and compiled once. Borrowed, until
 * eight other packages were asked for.
 */
EG_MUST_USE
enum eg_status eg_audit_cache_judge(struct eg_judge **out, struct eg_audit_cache *cache,
                                    struct eg_store *store, const struct eg_digest *digest,
                                    struct eg_error *err);

/* A verifier under this revocation data; NULL: without any. Borrowed, until the next call. */
EG_MUST_USE
enum eg_status eg_audit_cache_verifier(struct eg_verifier **out, struct eg_audit_cache *cache,
                                       struct eg_store *store, const struct eg_digest *revocation,
                                       struct eg_error *err);

#endif
