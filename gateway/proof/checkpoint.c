/*
 * Checkpoints and verifier keys in the forms of C2SP.
 */
#include "proof/checkpoint.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define KEY_ID_LEN 4
#define ALGORITHM_ED25519 0x01
#define DASH "\xe2\x80\x94 " /* em dash and blank begin a signature line */
#define DASH_LEN 4

static bool origin_good(const char *origin)
{
    struct eg_bytes text = eg_bytes_of(origin);
    return text.len > 0 && text.len <= EG_ORIGIN_MAX && eg_text_clean(text) &&
           memchr(text.data, ' ', text.len) == NULL && memchr(text.data, '+', text.len) == NULL;
}

static void key_id(uint8_t out[KEY_ID_LEN], const char *origin,
                   const uint8_t public_key[EG_ED25519_KEY_LEN])
{
    static const uint8_t middle[] = {'\n', ALGORITHM_ED25519};
    struct eg_bytes parts[] = {
        eg_bytes_of(origin), {middle, sizeof middle}, {public_key, EG_ED25519_KEY_LEN}};
    struct eg_digest digest = eg_hash_parts(parts, 3);
    memcpy(out, digest.octets, KEY_ID_LEN);
}

static void put_base64_line(struct eg_buf *out, struct eg_bytes octets)
{
    eg_text_base64(out, octets);
    eg_buf_char(out, '\n');
}

enum eg_status eg_checkpoint_sign(struct eg_buf *out, const struct eg_checkpoint *checkpoint,
                                  const uint8_t seed[EG_ED25519_KEY_LEN],
                                  const uint8_t public_key[EG_ED25519_KEY_LEN],
                                  struct eg_error *err)
{
    if (!origin_good(checkpoint->origin)) {
        return eg_error_set(err, EG_E_USAGE, "checkpoint", "origin has a blank, a plus or none");
    }
    size_t start = out->len;
    uint8_t signature[KEY_ID_LEN + EG_ED25519_SIG_LEN];
    eg_buf_format(out, "%s\n%" PRIu64 "\n", checkpoint->origin, checkpoint->size);
    put_base64_line(out, (struct eg_bytes){checkpoint->root.octets, EG_DIGEST_LEN});
    enum eg_status status = eg_buf_ok(out, "checkpoint", err);
    if (status == EG_OK) {
        struct eg_bytes body = {out->data + start, out->len - start};
        key_id(signature, checkpoint->origin, public_key);
        status = eg_ed25519_sign(signature + KEY_ID_LEN, seed, body, err);
    }
    if (status != EG_OK) {
        return status;
    }
    eg_buf_format(out, "\n" DASH "%s ", checkpoint->origin);
    put_base64_line(out, (struct eg_bytes){signature, sizeof signature});
    return eg_buf_ok(out, "checkpoint", err);
}

/* ---- reading ----------------------------------------------------------------------------------
 */

static bool take_line(struct eg_bytes *rest, struct eg_bytes *line)
{
    const uint8_t *end = rest->len == 0 ? NULL : memchr(rest->data, '\n', rest->len);
    if (end == NULL) {
        return false;
    }
    *line = (struct eg_bytes){rest->data, (size_t)(end - rest->data)};
    rest->data = end + 1;
    rest->len -= line->len + 1;
    return true;
}

static bool decode(struct eg_bytes text, uint8_t *out, size_t len)
{
    struct eg_buf octets;
    eg_buf_init(&octets, 256);
    bool good = text.len <= 256 && eg_text_unbase64(text, &octets) && octets.len == len;
    if (good) {
        memcpy(out, octets.data, len);
    }
    eg_buf_done(&octets);
    return good;
}

static bool read_body(struct eg_checkpoint *out, struct eg_bytes *rest)
{
    struct eg_bytes origin, size, root, empty;
    if (!take_line(rest, &origin) || !take_line(rest, &size) || !take_line(rest, &root) ||
        !take_line(rest, &empty) || empty.len != 0 || origin.len > EG_ORIGIN_MAX) {
        return false;
    }
    memcpy(out->origin, origin.data, origin.len);
    out->origin[origin.len] = '\0';
    return strlen(out->origin) == origin.len && origin_good(out->origin) &&
           eg_text_u64(size, UINT64_MAX, &out->size) &&
           decode(root, out->root.octets, EG_DIGEST_LEN);
}

/* A signature line of ours: 1 good, 0 another's, -1 ours and wrong or no signature line at all. */
static int judge_line(struct eg_bytes line, struct eg_bytes body, const char *origin,
                      const uint8_t public_key[EG_ED25519_KEY_LEN])
{
    uint8_t wanted[KEY_ID_LEN];
    uint8_t signature[KEY_ID_LEN + EG_ED25519_SIG_LEN];
    size_t origin_len = strlen(origin);
    if (line.len < DASH_LEN || memcmp(line.data, DASH, DASH_LEN) != 0) {
        return -1;
    }
    struct eg_bytes rest = {line.data + DASH_LEN, line.len - DASH_LEN};
    if (rest.len <= origin_len || memcmp(rest.data, origin, origin_len) != 0 ||
        rest.data[origin_len] != ' ') {
        return 0;
    }
    rest.data += origin_len + 1;
    rest.len -= origin_len + 1;
    key_id(wanted, origin, public_key);
    if (!decode(rest, signature, sizeof signature) || memcmp(signature, wanted, KEY_ID_LEN) != 0) {
        return 0;
    }
    return eg_ed25519_verify(public_key, signature + KEY_ID_LEN, body) ? 1 : -1;
}

enum eg_status eg_checkpoint_verify(struct eg_checkpoint *out, struct eg_bytes note,
                                    const char *origin,
                                    const uint8_t public_key[EG_ED25519_KEY_LEN],
                                    struct eg_error *err)
{
    struct eg_checkpoint checkpoint = {.size = 0};
    struct eg_bytes rest = note;
    struct eg_bytes line;
    bool ours = false;
    if (!read_body(&checkpoint, &rest)) {
        return eg_error_set(err, EG_E_FORMAT, "checkpoint",
                            "is not origin, size, root, blank line");
    }
    if (strcmp(checkpoint.origin, origin) != 0) {
        return eg_error_set(err, EG_E_CRYPTO, "checkpoint", "is of %s, not of %s",
                            checkpoint.origin, origin);
    }
    struct eg_bytes body = {note.data, note.len - rest.len - 1};
    while (take_line(&rest, &line)) {
        int judged = judge_line(line, body, origin, public_key);
        if (judged < 0) {
            return eg_error_set(err, EG_E_CRYPTO, "checkpoint", "has a signature that is wrong");
        }
        ours = ours || judged == 1;
    }
    if (rest.len != 0 || !ours) {
        return eg_error_set(err, rest.len != 0 ? EG_E_FORMAT : EG_E_CRYPTO, "checkpoint",
                            rest.len != 0 ? "ends without a line feed"
                                          : "has no signature of the log key");
    }
    *out = checkpoint;
    return EG_OK;
}

/* ---- verifier keys ----------------------------------------------------------------------------
 */

enum eg_status eg_vkey_write(struct eg_buf *out, const char *origin,
                             const uint8_t public_key[EG_ED25519_KEY_LEN], struct eg_error *err)
{
    uint8_t id[KEY_ID_LEN];
    uint8_t key[1 + EG_ED25519_KEY_LEN] = {ALGORITHM_ED25519};
    if (!origin_good(origin)) {
        return eg_error_set(err, EG_E_USAGE, "verifier key", "origin has a blank, a plus or none");
    }
    key_id(id, origin, public_key);
    memcpy(key + 1, public_key, EG_ED25519_KEY_LEN);
    eg_buf_format(out, "%s+", origin);
    eg_text_hex(out, (struct eg_bytes){id, sizeof id});
    eg_buf_char(out, '+');
    eg_text_base64(out, (struct eg_bytes){key, sizeof key});
    return eg_buf_ok(out, "verifier key", err);
}

enum eg_status eg_vkey_read(char origin[EG_ORIGIN_MAX + 1], uint8_t public_key[EG_ED25519_KEY_LEN],
                            struct eg_bytes text, struct eg_error *err)
{
    char name[EG_ORIGIN_MAX + 1];
    uint8_t key[1 + EG_ED25519_KEY_LEN];
    uint8_t id[KEY_ID_LEN];
    uint8_t wanted[KEY_ID_LEN];
    const uint8_t *plus = text.len == 0 ? NULL : memchr(text.data, '+', text.len);
    size_t len = plus == NULL ? 0 : (size_t)(plus - text.data);
    bool good = len > 0 && len <= EG_ORIGIN_MAX && text.len > len + 10 && text.data[len + 9] == '+';
    if (good) {
        memcpy(name, text.data, len);
        name[len] = '\0';
        good =
            strlen(name) == len && origin_good(name) &&
            eg_text_unhex((struct eg_bytes){text.data + len + 1, 8}, id, KEY_ID_LEN) &&
            decode((struct eg_bytes){text.data + len + 10, text.len - len - 10}, key, sizeof key) &&
            key[0] == ALGORITHM_ED25519;
    }
    if (!good) {
        return eg_error_set(err, EG_E_FORMAT, "verifier key",
                            "is not <origin>+<8 hex digits>+<base64>");
    }
    key_id(wanted, name, key + 1);
    if (memcmp(wanted, id, KEY_ID_LEN) != 0) {
        return eg_error_set(err, EG_E_CRYPTO, "verifier key", "its id does not fit its key");
    }
    memcpy(origin, name, len + 1);
    memcpy(public_key, key + 1, EG_ED25519_KEY_LEN);
    return EG_OK;
}
