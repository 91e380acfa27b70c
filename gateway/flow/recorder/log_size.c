/*
 * Publishing what is covered, and covering what is not.
 */
#include "flow/recorder/log_size.h"

#include "flow/pipeline/query_item.h"

bool eg_log_size_publish(struct eg_gateway_state *gateway, const struct eg_ledger *ledger)
{
    uint64_t size = eg_ledger_covered(ledger);
    bool changed = gateway->log_size != size;
    gateway->log_size = size;
    eg_clock_watch_entry(&gateway->clock, eg_ledger_last_ms(ledger));
    return changed;
}

enum eg_status eg_log_size_cover(struct eg_gateway_state *gateway, struct eg_ledger *ledger,
                                 struct eg_error *err)
{
    EG_TRY(eg_ledger_cover(ledger, err));
    if (eg_log_size_publish(gateway, ledger)) {
        eg_query_item_log_grew(gateway->queries);
    }
    return EG_OK;
}
