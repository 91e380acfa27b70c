/*
 * Folder: the installed packages, as `emgate rules` writes them and a gateway reads them:
 *
 *   <id>/<version>/          the package
 *   <id>/state/<version>     the publisher's newest statement about it (core/package_state.h), an
 *                            empty line, "cms ", its CMS in base64, LF
 *   <id>/held/<version>      installed --inactive: a gateway passes the package over
 *
 * Names that begin with a dot or end in .tmp are installations under way, and are passed over.
 *
 * A package that can not be read refuses the whole folder; so does a statement or a mark of being
 * held that can not be looked at, for it may be a withdrawal.
 *
 * Thread: any; several processes may read. Writing is durable, a file whole or not at all.
 */
#ifndef EG_FLOW_FOLDER_H
#define EG_FLOW_FOLDER_H

#include "core/authorise.h"
#include "core/package_state.h"
#include "verify/cms.h"

/* All laws of all Länder in all versions. */
#define EG_FOLDER_PACKAGES_MAX 1000

/* A publisher's statement with its signature; there: false = none was made. */
struct eg_statement {
    bool there;
    struct eg_package_state state;
    struct eg_buf text, cms;
    /* certificate; filled by who checks it */
    struct eg_digest signer;
};
void eg_statement_done(struct eg_statement *statement);

/* The one file of a statement, read and written. EG_E_FORMAT, EG_E_LIMIT, EG_E_NOMEM. Any thread.
 */
EG_MUST_USE
enum eg_status eg_statement_read(struct eg_statement *out, struct eg_bytes file,
                                 struct eg_error *err);
EG_MUST_USE
enum eg_status eg_statement_write(struct eg_buf *out, struct eg_bytes text, struct eg_bytes cms,
                                  struct eg_error *err);

/* What the right to publish is judged by. All borrowed. */
struct eg_publisher_rules {
    /* who may publish what */
    const struct eg_directory *directory;
    struct eg_verifier *verifier;
    /* time as of which the signature is judged */
    int64_t at_ms;
};

/*
 * Judge a statement: signed by the package's own publisher, who may publish the package, and about
 * this package, version and digest.
 *   signer    filled on a pass; may be NULL
 *   verdict   pass, or the first reason against it
 * EG_OK: judged. Other statuses as eg_cms_check.
 */
EG_MUST_USE
enum eg_status eg_statement_authorise(struct eg_signer *signer, struct eg_verdict *verdict,
                                      const struct eg_statement *statement,
                                      const struct eg_package *package,
                                      const struct eg_publisher_rules *by, struct eg_error *err);

struct eg_folder_item {
    struct eg_package *package;
    struct eg_statement statement;
    /* installed inactive: a gateway passes it over */
    bool held;
};
struct eg_folder {
    /* by id, then by version text */
    struct eg_folder_item *items;
    size_t count;
};

/*
 * Read the whole folder; files against SIGNED, no signature is verified, nothing is compiled.
 *   with_held   read packages that are held, too
 * EG_E_DENIED: a package lies under another name than its own; EG_E_LIMIT, EG_E_IO, EG_E_NOTFOUND,
 * EG_E_FORMAT, EG_E_NOMEM.
 */
EG_MUST_USE
enum eg_status eg_folder_read(struct eg_folder *out, const char *dir, bool with_held,
                              struct eg_error *err);
void eg_folder_done(struct eg_folder *folder);

/*
 * No two packages of the folder that are not held judge the same report in the same period, and
 * those for one root element read its identity alike. EG_E_DENIED with both names, the period and
 * the remedy.
 */
EG_MUST_USE
enum eg_status eg_folder_check(const struct eg_folder *folder, struct eg_error *err);

/*
 * The same with a package added that is not in the folder yet. EG_E_EXISTS: its version is there
 * with other content; there with the same content: EG_OK.
 */
EG_MUST_USE
enum eg_status eg_folder_check_new(struct eg_folder *folder, struct eg_package *package,
                                   struct eg_error *err);

/* The item of this id and version; NULL: none. Borrowed from the folder. */
struct eg_folder_item *eg_folder_find(const struct eg_folder *folder,
                                      const struct eg_package_ref *package);

/* Periods that the item judges: those of the package under its statement. */
struct eg_span eg_folder_span(const struct eg_folder_item *item);

/* Put a statement (the octets of its one file) in place; the package is no longer held. Durable. */
EG_MUST_USE
enum eg_status eg_folder_state(const char *dir, const struct eg_package_ref *package,
                               struct eg_bytes file, struct eg_error *err);
/* Hold a package: a gateway passes it over until a statement is put in place. Durable. */
EG_MUST_USE
enum eg_status eg_folder_hold(const char *dir, const struct eg_package_ref *package,
                              struct eg_error *err);
/* Hold it no longer, if it was held. Durable. */
EG_MUST_USE
enum eg_status eg_folder_release(const char *dir, const struct eg_package_ref *package,
                                 struct eg_error *err);

#endif
