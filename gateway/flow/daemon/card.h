/*
 * Cards: what the gateway signs for participants: the endpoint card and WELCOMEs.
 *
 * Thread: owner thread (the session thread).
 */
#ifndef EG_FLOW_CARD_H
#define EG_FLOW_CARD_H

#include "core/settings.h"
#include "flow/snapshot/clock_watch.h"
#include "wire/texts.h"

struct eg_card_parts {
    const char *door, *hall, *door_key, *hall_key;
    const uint8_t *log_key;
    struct eg_clock_watch *clock;
};

struct eg_cards;

/* Load the gateway's key, sign a card and write it where the settings say. */
EG_MUST_USE
enum eg_status eg_cards_open(struct eg_cards **out, const struct eg_settings *settings,
                             const struct eg_card_parts *parts, struct eg_error *err);
void eg_cards_close(struct eg_cards **cards);

/* At half its time the card is signed anew; a failure is journalled and tried again. None is signed
 * while the clock is in doubt, but at the start, which needs one: that is dated at the latest time
 * known to have come, and signed anew when the doubt ends. */
void eg_cards_renew(struct eg_cards *cards);

/* Sign a WELCOME and append its frame to what waits for the door. */
EG_MUST_USE
enum eg_status eg_cards_welcome(struct eg_cards *cards, struct eg_buf *out, struct eg_bytes ticket,
                                const struct eg_welcome *welcome, struct eg_error *err);

#endif
