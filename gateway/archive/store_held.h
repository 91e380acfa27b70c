/*
 * Reports that met a ceiling while they were judged: one row for each participant and report, with
 * the octets, so that they can be judged again when a person says so. No entries: nothing here is
 * part of the log, no row is a decision.
 *
 *   breached   met a ceiling once; sent again it is judged once more
 *   held       met one again; not judged until a person has decided
 *   retry      a person asked for it to be judged once more; the gateway has not begun
 *   judging    the gateway judges it; becomes held again when that ends without a decision
 *
 * A row ends when its report is recorded, in the same commit, or when a person releases it. The
 * rows and their octets are bounded (EG_HELD_MAX and its neighbours). Without room for octets a
 * row is kept without them: it can be released, not retried. Without room for a row the oldest one
 * that is only breached makes room; where all are held, none is made and EG_E_LIMIT says so.
 *
 * The gateway's writer makes and ends rows; beside it a person's tool changes states in
 * transactions of its own (EG_STORE_AMEND).
 */
#ifndef EG_ARCHIVE_STORE_HELD_H
#define EG_ARCHIVE_STORE_HELD_H

#include "archive/store.h"

enum eg_held_state { EG_HELD_BREACHED, EG_HELD_HELD, EG_HELD_RETRY, EG_HELD_JUDGING };

const char *eg_held_state_text(enum eg_held_state state);

struct eg_held {
    /* whose certificate signed */
    char participant[EG_ID_MAX + 1];
    /* SHA-256 of its octets */
    struct eg_digest report;
    enum eg_held_state state;
    /* times it met a ceiling */
    uint32_t count;
    /* of these times */
    int64_t first_ms, last_ms;
    /* when it came first: kept when it is judged again */
    int64_t received_ms;
    /* who handed it in */
    char sender[EG_ID_MAX + 1];
    /* "" and 0: met the ceiling before it was read */
    char id[EG_ID_MAX + 1];
    uint32_t version;
    char plant[EG_ID_MAX + 1];
    /* "id version"; "" before one was chosen */
    char package[2 * EG_ID_MAX + 2];
    /* of the last answer */
    char code[40];
    char place[EG_ID_MAX + 1];
    char said[EG_HELD_TEXT_MAX];
    /* the octets are there */
    bool kept;
    /* of the report */
    uint64_t octets;
};

/* The row of a report; EG_E_NOTFOUND: none. Any mode. One look-up in an index. */
EG_MUST_USE
enum eg_status eg_store_held_find(struct eg_held *out, struct eg_store *store,
                                  const char *participant, const struct eg_digest *report,
                                  struct eg_error *err);

/* Each row, the oldest first, until `each` gives false. */
EG_MUST_USE
enum eg_status eg_store_held_each(struct eg_store *store,
                                  bool (*each)(void *payload, const struct eg_held *held),
                                  void *payload, struct eg_error *err);

/* How many rows are only breached, and how many are held, retried or judged. */
EG_MUST_USE
enum eg_status eg_store_held_count(uint64_t *breached, uint64_t *held, struct eg_store *store,
                                   struct eg_error *err);

/* What is kept of a row; EG_E_NOTFOUND: the octets are not, or the row is gone. Any mode. */
EG_MUST_USE
enum eg_status eg_store_held_octets(struct eg_buf *signature, struct eg_buf *report,
                                    struct eg_store *store, const struct eg_held *held,
                                    struct eg_error *err);

/* A program writes this archive now, as far as this machine shows it. Any thread. */
bool eg_store_has_writer(const char *path);

/* ---- the gateway's writer ------------------------------------------------------------------ */

/*
 * A report met a ceiling: its row is made (breached), or counts one more and is held. Durable on
 * EG_OK.
 *   breach   participant, report, last_ms and what follows; count and first_ms are the row's
 *   out      the row as it is now
 * EG_E_LIMIT: no room for one more row, nothing is changed. EG_E_BUSY, EG_E_IO: the same.
 */
EG_MUST_USE
enum eg_status eg_store_held_breach(struct eg_held *out, struct eg_store *store,
                                    const struct eg_held *breach, struct eg_bytes signature,
                                    struct eg_bytes report, struct eg_error *err);

/* The longest waiting report to be judged again, with its octets; EG_E_NOTFOUND: none. */
EG_MUST_USE
enum eg_status eg_store_held_next(struct eg_held *out, struct eg_buf *signature,
                                  struct eg_buf *report, struct eg_store *store,
                                  struct eg_error *err);
/* It is judged from now on. */
EG_MUST_USE
enum eg_status eg_store_held_begin(struct eg_store *store, const struct eg_held *held,
                                   struct eg_error *err);
/* None is judged any more: what still says so is held again, for this reason. */
EG_MUST_USE
enum eg_status eg_store_held_stop(struct eg_store *store, int64_t at_ms, const char *code,
                                  const char *place, const char *said, struct eg_error *err);

/* ---- a person's tool ------------------------------------------------------------------------ */

/*
 * Ask for one more judgement (EG_STORE_AMEND). EG_E_NOTFOUND: there is no such row (any more).
 * EG_E_STATE: asked for already, or the octets were not kept.
 */
EG_MUST_USE
enum eg_status eg_store_held_retry(struct eg_store *store, const char *participant,
                                   const struct eg_digest *report, struct eg_error *err);
/* The hold ends: the next sending is judged as if it were the first. EG_E_NOTFOUND: as above. */
EG_MUST_USE
enum eg_status eg_store_held_release(struct eg_store *store, const char *participant,
                                     const struct eg_digest *report, struct eg_error *err);

#endif
