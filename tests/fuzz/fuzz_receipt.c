/*
 * Receipts: what is read writes back the same octets.
 */
#include "proof/receipt.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t key[EG_ED25519_KEY_LEN];
    struct eg_bytes text = {data, size};
    struct eg_receipt receipt;
    struct eg_buf again;

    if (eg_receipt_verify(&receipt, text, "log.example", key, NULL) == EG_OK) {
        abort(); /* nobody signs with a key of zeros */
    }
    if (eg_receipt_read(&receipt, text, NULL) != EG_OK) {
        return 0;
    }
    eg_buf_init(&again, EG_RECEIPT_MAX);
    if (eg_receipt_write(&again, eg_bytes_view(&receipt.entry_text), receipt.index, receipt.path,
                         receipt.path_count, receipt.checkpoint_note, NULL) != EG_OK ||
        !eg_bytes_equal(eg_bytes_view(&again), text)) {
        abort();
    }
    eg_buf_done(&again);
    eg_receipt_done(&receipt);
    return 0;
}
