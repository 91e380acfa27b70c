/*
 * libemgate: hand in reports at a gateway, ask what became of them, follow a stream.
 *
 * A client is configured with an endpoint card (text and CMS) and certificate authorities that it
 * trusts; nothing is trusted on first use. It signs its own greeting with the participant's key and
 * makes a transport key of its own. Connections that break are opened again, with a new greeting
 * where needed, and what was in flight is sent again: the same submission gets the same receipt.
 *
 * Thread: a client belongs to one thread at a time. Functions block at most as long as they say.
 */
#ifndef EMGATE_CLIENT_H
#define EMGATE_CLIENT_H

#include <emgate/status.h>

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Octets, borrowed. data may be NULL only if len is 0. */
struct eg_octets {
    const void *data;
    size_t len;
};

struct eg_client;

#define EG_CLIENT_WINDOW_MAX 1024

struct eg_client_options {
    struct eg_octets card_text, card_cms; /* the endpoint card; copied */
    struct eg_octets anchors_pem;         /* trusted certificate authorities; copied */
    struct eg_octets crls_pem; /* data NULL: no revocation check of the gateway; else there must be
                                  a list in it; copied */
    struct eg_octets key_pem, chain_pem; /* who I am: key, certificate first; copied */
    int timeout_ms;                      /* patience of every call, outages included; 0: 30 s */
    unsigned window;                     /* submissions in flight, 1..1024; 0: 16 */
    bool refuse_oversized;              /* refuse here what the gateway would reject for its size */
    bool (*interrupted)(void *payload); /* asked often while waiting; may be NULL */
    void *payload;                      /* of interrupted; kept */
};

/*
 * Make a client. Checks the card (signature, anchors, validity); does not connect.
 *
 * EG_E_FORMAT  card, key or certificate are not in their form
 * EG_E_DENIED  the card is not signed by whom the anchors vouch for, or its time is over
 * EG_E_USAGE   options out of bounds; EG_E_CRYPTO key and certificate differ; EG_E_NOMEM
 */
EG_API EG_MUST_USE
enum eg_status eg_client_new(struct eg_client **out, const struct eg_client_options *options,
                             struct eg_error *err);
EG_API void eg_client_free(struct eg_client **client); /* NULL is fine; closes without BYE */

/*
 * Greet at the door and open the hall. Other functions call it when needed.
 *
 * EG_E_DENIED   the gateway does not know us; eg_client_refusal says why
 * EG_E_BUSY     it may be tried again later than patience lasts: it is busy, or its clock or ours
 *               is wrong (the text has both times); eg_client_refusal says why
 * EG_E_CRYPTO   WELCOME is not the gateway's, or not an answer to this greeting
 * EG_E_TIMEOUT  nobody answered in time
 * EG_E_STATE    interrupted
 */
EG_API EG_MUST_USE
enum eg_status eg_client_connect(struct eg_client *client, struct eg_error *err);

/* Say goodbye and close. Never fails. */
EG_API void eg_client_bye(struct eg_client *client);

/* What card and WELCOME said. Texts are borrowed; before the first WELCOME participant is "" and
 * limits are 0. */
EG_API const char *eg_client_origin(const struct eg_client *client);
EG_API const char *eg_client_participant(const struct eg_client *client);
EG_API const char *eg_client_log_key(const struct eg_client *client); /* C2SP verifier key */
EG_API uint64_t eg_client_report_max(const struct eg_client *client);
EG_API int64_t eg_client_admitted_until_ms(const struct eg_client *client);
/* Code of the refusal that ended the last call with EG_E_DENIED; "" if none. Borrowed. */
EG_API const char *eg_client_refusal(const struct eg_client *client);

/* Three kinds of answer, and none. */
/* How much of what a report owed was judged: owed = judged + undecided, exceeded is part of judged.
 */
struct eg_client_counts {
    bool counted; /* false: the entry is of before, and it is not known */
    uint64_t owed, judged, exceeded, undecided;
};
/* "completely", "in-part", "not-at-all"; "not-counted". Static. */
EG_API const char *eg_client_extent(const struct eg_client_counts *counts);

enum eg_client_kind {
    EG_CLIENT_RECEIPT,         /* a decision: final, proved, keep the receipt */
    EG_CLIENT_UNAUTHENTICATED, /* who signed is not shown, or may not; mend and send again */
    EG_CLIENT_ERROR,           /* the gateway's or the moment's; send again after retry_after_ms */
    EG_CLIENT_UNANSWERED       /* patience ended; send again: it can not be recorded twice */
};

struct eg_client_reply {
    enum eg_client_kind kind;
    uint64_t ticket; /* which submission */

    /* RECEIPT. It was proved with the log key of the card before it came here: the entry is in the
     * log, and is about this very report and these findings. Otherwise `proved` is false and
     * `text` says which step failed. */
    bool proved, accepted;
    uint64_t index; /* of the entry in the log */
    struct eg_octets receipt, findings, text_de, text_en;
    uint8_t findings_salt[32], report_salt[32];

    /* UNAUTHENTICATED, ERROR: the code for machines, texts for people. For all kinds a code. */
    char code[49];
    uint32_t retry_after_ms;
    char rule[64], where[128], text[400];
    char de[400], en[400];

    struct eg_client_counts counts; /* RECEIPT */

    void *memory; /* behind the views; eg_client_reply_done */
};
EG_API void eg_client_reply_done(struct eg_client_reply *reply); /* a zeroed one is fine */

/*
 * Put a signed report on its way.
 *
 *   ticket_out  finds its reply again; counts from 1
 *   cms         CAdES-BES, detached, DER; copied
 *   report      the octets that were signed; copied
 *
 * EG_E_BUSY   the window is full: take replies first
 * EG_E_LIMIT  larger than the gateway ever answers to, or, with refuse_oversized, larger than it
 *             accepts
 * and those of eg_client_connect.
 */
EG_API EG_MUST_USE
enum eg_status eg_client_send(uint64_t *ticket_out, struct eg_client *client, struct eg_octets cms,
                              struct eg_octets report, struct eg_error *err);
/*
 * The next reply, in whatever order they come.
 *
 *   out         yours; eg_client_reply_done
 *   timeout_ms  how long to wait for one; 0 just looks
 *
 * EG_E_TIMEOUT   none in that time; EG_E_NOTFOUND nothing is in flight; those of eg_client_connect
 */
EG_API EG_MUST_USE
enum eg_status eg_client_take(struct eg_client_reply *out, struct eg_client *client, int timeout_ms,
                              struct eg_error *err);
EG_API size_t eg_client_in_flight(const struct eg_client *client); /* sent, reply not taken */

/* Send one report and wait for its reply. Only while nothing else is in flight (EG_E_STATE). */
EG_API EG_MUST_USE
enum eg_status eg_client_submit(struct eg_client_reply *out, struct eg_client *client,
                                struct eg_octets cms, struct eg_octets report,
                                struct eg_error *err);

/*
 * What became of a submission: reply of kind RECEIPT with receipt and, as `findings`, the text of
 * its deliveries ("emgate standing 1"); or ERROR with code "unknown" for what may not be told. Only
 * the receipt is proved, not what report it is about.
 *
 *   identity  "<participant> <id> <version>"
 *
 * EG_E_USAGE  not an identity
 */
EG_API EG_MUST_USE
enum eg_status eg_client_status(struct eg_client_reply *out, struct eg_client *client,
                                const char *identity, struct eg_error *err);

/* Rule packages, as a gateway has them. */
struct eg_client_rules {
    struct eg_octets list; /* text "emgate packages 1": a line for each package */
    struct eg_octets zip;  /* of the package asked for, with its publisher's signature inside */
    void *memory;          /* behind the views; eg_client_rules_done */
};
EG_API void eg_client_rules_done(struct eg_client_rules *rules); /* a zeroed one is fine */

/*
 * The packages that the gateway judges with, or the octets of one of them. Nothing of the package
 * is believed here: whoever uses it verifies its publisher's signature (emgate rules verify).
 *
 *   out      yours; eg_client_rules_done
 *   id       of a package; NULL: the list alone
 *   version  "1.2.0", or the digest "sha256:<hex>" that a receipt names; NULL: the highest in force
 *
 * EG_E_DENIED  refused; eg_client_refusal says why ("unknown": no such package)
 */
EG_API EG_MUST_USE
enum eg_status eg_client_rules(struct eg_client_rules *out, struct eg_client *client,
                               const char *id, const char *version, struct eg_error *err);

/* The gateway's time and the number of entries in its log; either may be NULL. */
EG_API EG_MUST_USE
enum eg_status eg_client_ping(int64_t *time_ms_out, uint64_t *size_out, struct eg_client *client,
                              struct eg_error *err);

/*
 * Follow a stream. Items come through eg_client_next. One stream at a time.
 *
 *   stream  a participant follows its own mailbox: the stream named like its participant id
 *   cursor  the last item held, "<index>.<number>"; "0.0" from the first item on; NULL from the
 *           last one acknowledged
 *   credit  items that may come ahead, 1..1000; 0: 100
 *
 * EG_E_DENIED  refused; eg_client_refusal says why
 */
EG_API EG_MUST_USE
enum eg_status eg_client_follow(struct eg_client *client, const char *stream, const char *cursor,
                                unsigned credit, struct eg_error *err);

struct eg_client_item {
    char cursor[40];   /* of this item: keep it with the item, durably, before the ACK */
    char previous[40]; /* of the item before it */
    char name[129];    /* of the notification */
    uint64_t index;    /* of the entry in the log */
    struct eg_octets receipt;
    uint8_t salt[32];
    struct eg_octets notification;
    struct eg_client_counts counts; /* of the decision */
    void *memory;
};
EG_API void eg_client_item_done(struct eg_client_item *item);

/*
 * The next item. It was proved: the receipt is in the log, and names this very notification.
 *
 * EG_E_TIMEOUT  none in that time
 * EG_E_BUSY     none in that time, and the gateway says that it can not look at the moment: that
 *               none waits is not known. Call again: it is asked again, and refused in the end
 *               (EG_E_DENIED) when this lasts longer than timeout_ms of the options
 * EG_E_DENIED   the gateway ended the stream; eg_client_refusal says why. "item-damaged": the item
 *               that eg_client_damaged names can not be delivered, and nothing behind it comes
 *               until it is mended there, or skipped
 * EG_E_STATE    a gap: an item is missing before this one. Nothing more comes until
 *               eg_client_follow is called again
 * EG_E_CRYPTO   receipt or notification is not what the log says; as after a gap
 */
EG_API EG_MUST_USE
enum eg_status eg_client_next(struct eg_client_item *out, struct eg_client *client, int timeout_ms,
                              struct eg_error *err);

/* Cursor of the damaged item that ended the stream followed; "" if none did. Borrowed. */
EG_API const char *eg_client_damaged(const struct eg_client *client);

/*
 * Go on without a damaged item: acknowledges it as not received, and follows behind it. The item
 * will not be offered again. For people to decide, item by item; write down that it is missing
 * before.
 *
 *   cursor  that of eg_client_damaged
 *
 * EG_E_USAGE   another item, or none is damaged
 * EG_E_DENIED  refused; those of eg_client_ack and eg_client_follow
 */
EG_API EG_MUST_USE
enum eg_status eg_client_skip(struct eg_client *client, const char *cursor, struct eg_error *err);

/* Acknowledge everything up to this cursor. EG_OK: it is durable at the gateway. */
EG_API EG_MUST_USE
enum eg_status eg_client_ack(struct eg_client *client, const char *cursor, struct eg_error *err);

#ifdef __cplusplus
}
#endif

#endif
