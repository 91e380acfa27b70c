/*
 * Entries for tests.
 */
#include "tests/support/entries.h"

#include <string.h>

static struct eg_digest filled(uint8_t octet)
{
    struct eg_digest digest;

    memset(digest.octets, octet, sizeof(digest.octets));
    return digest;
}

struct eg_entry test_submission(void)
{
    struct eg_entry entry = {.kind = EG_ENTRY_SUBMISSION,
                             .form = 1,
                             .identity = {"plant-operator", "report/2011-04-06", 1},
                             .received_at_ms = 1795473000123,
                             .recorded_at_ms = 1795473000456,
                             .signer = filled(1),
                             .has_report = true,
                             .report = filled(2),
                             .has_signature = true,
                             .signature = filled(3),
                             .has_package = true,
                             .package = {"eu.ied.annex-v.gas-turbine", "1.0.0", filled(4)},
                             .has_directory = true,
                             .directory_version = 7,
                             .directory = filled(5),
                             .has_revocation = true,
                             .revocation = filled(6),
                             .has_parameters = true,
                             .parameters = filled(7),
                             .has_facts = true,
                             .facts = filled(8),
                             .has_findings = true,
                             .findings = filled(9),
                             .notifications = {{"daily", "authority", 0, filled(10)},
                                               {"daily", "public", 0, filled(11)}},
                             .notification_count = 2,
                             .semantics = 1,
                             .accepted = true};

    return entry;
}

struct eg_entry test_key_entry(void)
{
    struct eg_entry entry = {.kind = EG_ENTRY_KEY,
                             .form = 1,
                             .recorded_at_ms = 1795473000456,
                             .signer = filled(1),
                             .has_report = true,
                             .report = filled(2),
                             .has_signature = true,
                             .signature = filled(3),
                             .has_log_key = true};

    memset(entry.log_key, 0xCD, sizeof(entry.log_key));
    return entry;
}
