/*
 * A gateway that does what a test tells it: real CURVE sockets, real certificates and CMS, a real
 * log with receipts that prove; no rules, no archive. It runs in a thread of its own.
 */
#ifndef EG_TESTS_FAKE_GATEWAY_H
#define EG_TESTS_FAKE_GATEWAY_H

#include "base/bytes.h"

#include <stdatomic.h>

#define EG_FAKE_ORIGIN "log.test.example"
#define EG_FAKE_ENTRIES_MAX 64

/* How the door answers. */
enum eg_fake_welcome {
    EG_FAKE_WELCOME,
    EG_FAKE_REFUSES,         /* UNAUTHENTICATED participant-unknown */
    EG_FAKE_SILENT,          /* no answer */
    EG_FAKE_BUSY_ONCE,       /* ERROR busy, then WELCOME */
    EG_FAKE_OTHER_TIME,      /* UNAUTHENTICATED hello-time, retry-after as in the table of codes */
    EG_FAKE_OTHER_TIME_ONCE, /* the same, retry-after 20 ms, then WELCOME */
    EG_FAKE_OTHER_DIGEST,    /* WELCOME for another HELLO */
    EG_FAKE_OTHER_SIGNER,    /* WELCOME signed by the operator's certificate */
    EG_FAKE_REPORT_SIGNED,   /* WELCOME signed with the content type of a report */
    EG_FAKE_ALTERED,         /* WELCOME text altered after signing */
    EG_FAKE_ENDED,           /* admitted until a time that is over */
    EG_FAKE_OTHER_CARD,      /* with a card of another origin */
    EG_FAKE_NONSENSE         /* PONG */
};

/* How a receipt comes. */
enum eg_fake_receipt {
    EG_FAKE_RECEIPT,
    EG_FAKE_OTHER_KEY,      /* checkpoint by another log key */
    EG_FAKE_OTHER_REPORT,   /* entry about another report */
    EG_FAKE_OTHER_FINDINGS, /* findings that the entry does not name */
    EG_FAKE_NO_SALT         /* frame of salts cut short */
};

struct eg_fake_gateway;

/* What a test may set at any time; the thread reads it. */
struct eg_fake_script {
    atomic_int welcome;     /* enum eg_fake_welcome */
    atomic_int receipt;     /* enum eg_fake_receipt */
    atomic_int busy;        /* so many next SUBMITs get ERROR busy, retry-after 20 ms */
    atomic_int busy_code;   /* or this enum eg_code in place of busy; 0: busy */
    atomic_int mute;        /* so many next messages in the hall get no answer */
    atomic_int greet_again; /* so many next messages in the hall get ERROR greet-again */
    atomic_int error;       /* all SUBMITs get this enum eg_code; 0 none */
    atomic_int rejects;     /* receipts say rejected */
    atomic_int items;       /* items in the operator's stream; may grow */
    atomic_int skip_item;   /* leave this item out: a gap; 0 none */
    atomic_int forge_item;  /* alter the notification of this item; 0 none */
    atomic_int damaged;     /* ERROR item-damaged instead of this item; 0 none */
    atomic_int misnamed;    /* and with a `where` that is no cursor */
    atomic_int unreadable;  /* so many next items get ERROR archive instead, retry-after 50 ms */
    atomic_int admitted_ms; /* length of an admission; 0: an hour */
    /* what was seen */
    atomic_int hellos, submits, follows, credits, acks, byes;
};

/* Start it; asserts that all works. at_port pins nothing: endpoints are ephemeral. */
struct eg_fake_gateway *eg_fake_gateway_start(void);
void eg_fake_gateway_stop(struct eg_fake_gateway **fake);

struct eg_fake_script *eg_fake_gateway_script(struct eg_fake_gateway *fake);

/* Close both sockets, forget all admissions, open again at the same endpoints. */
void eg_fake_gateway_restart(struct eg_fake_gateway *fake);
/* Only close, until the next restart. */
void eg_fake_gateway_close(struct eg_fake_gateway *fake);

/* PEM and card; borrowed. The stranger's authority issued nothing that the gateway uses. */
struct eg_fake_files {
    struct eg_buf ca, stranger_ca;
    struct eg_buf gateway_key, gateway_pem;
    struct eg_buf operator_key, operator_pem;
    struct eg_buf card, card_cms;
    struct eg_buf old_card, old_card_cms; /* its week is over */
    struct eg_buf hello_card_cms;         /* the card, signed with the content type of HELLO */
};
const struct eg_fake_files *eg_fake_gateway_files(const struct eg_fake_gateway *fake);

#endif
