/*
 * Checkpoints and verifier keys (c2sp.org/tlog-checkpoint, c2sp.org/signed-note).
 *
 * Validity conditions of a note, as read here:
 *  1. three lines: origin, size in decimal, root in base64 of 32 octets; no extension lines
 *  2. an empty line, then one or more signature lines, each "— <name> <base64>" with a name and at
 *     least the four octets of a key id and one more
 *  3. exactly one signature line has our origin and key id, and its 64 octets sign conditions 1's
 *     lines, the last LF included
 */
#include "proof/checkpoint.h"

#include "base/text.h"

#include <string.h>

static const char dash[] = "\xE2\x80\x94 "; /* U+2014 and a blank */

enum {
    KEY_ID_LEN = 4,
    ED25519_ALGORITHM = 0x01,
    SIGNED_LEN = KEY_ID_LEN + EG_ED25519_SIG_LEN,
    BODY_MAX = EG_ORIGIN_MAX + 1 + 20 + 1 + 44 + 1,
    SIGNATURES_MAX = 64, /* ours and witnesses */
    VKEY_MAX = 8 * 1024, /* a key name, a key id and a key are about a hundred octets */
};

static enum eg_status malformed(struct eg_error *err, const char *text)
{
    return eg_error_set(err, EG_E_FORMAT, "checkpoint", "%s", text);
}

static void key_id(uint8_t out[KEY_ID_LEN], const char *origin,
                   const uint8_t public_key[EG_ED25519_KEY_LEN])
{
    const uint8_t between[2] = {'\n', ED25519_ALGORITHM};
    const struct eg_bytes parts[3] = {
        eg_bytes_of(origin), {between, sizeof between}, {public_key, EG_ED25519_KEY_LEN}};
    struct eg_digest digest = eg_hash_parts(parts, 3);

    memcpy(out, digest.octets, KEY_ID_LEN);
}

/* A key name of a signed note: not empty, no blank and no '+'. */
static bool is_origin(struct eg_bytes origin)
{
    return origin.len > 0 && origin.len <= EG_ORIGIN_MAX && eg_text_clean(origin) &&
           memchr(origin.data, ' ', origin.len) == NULL &&
           memchr(origin.data, '+', origin.len) == NULL;
}

static void write_body(struct eg_buf *out, const struct eg_checkpoint *checkpoint)
{
    eg_buf_format(out, "%s\n%llu\n", checkpoint->origin, (unsigned long long)checkpoint->size);
    eg_text_base64(out, (struct eg_bytes){checkpoint->root.octets, EG_DIGEST_LEN});
    eg_buf_char(out, '\n');
}

enum eg_status eg_checkpoint_sign(struct eg_buf *out, const struct eg_checkpoint *checkpoint,
                                  const uint8_t seed[EG_ED25519_KEY_LEN],
                                  const uint8_t public_key[EG_ED25519_KEY_LEN],
                                  struct eg_error *err)
{
    uint8_t sealed[SIGNED_LEN];
    size_t before = out->len;
    struct eg_buf body;

    if (!is_origin(eg_bytes_of(checkpoint->origin))) {
        return eg_error_set(err, EG_E_USAGE, checkpoint->origin, "not a log origin");
    }
    eg_buf_init(&body, BODY_MAX);
    write_body(&body, checkpoint);
    enum eg_status status = eg_buf_ok(&body, "checkpoint", err);
    if (status != EG_OK) {
        goto done;
    }
    key_id(sealed, checkpoint->origin, public_key);
    status = eg_ed25519_sign(sealed + KEY_ID_LEN, seed, eg_bytes_view(&body), err);
    if (status != EG_OK) {
        goto done;
    }
    eg_buf_bytes(out, eg_bytes_view(&body));
    eg_buf_char(out, '\n');
    eg_buf_text(out, dash);
    eg_buf_text(out, checkpoint->origin);
    eg_buf_char(out, ' ');
    eg_text_base64(out, (struct eg_bytes){sealed, sizeof sealed});
    eg_buf_char(out, '\n');
    status = eg_buf_ok(out, "checkpoint", err);
    out->len = status == EG_OK ? out->len : before;

done:
    eg_buf_done(&body);
    return status;
}

static bool cut_line(struct eg_bytes *rest, struct eg_bytes *line)
{
    const uint8_t *end = rest->len > 0 ? memchr(rest->data, '\n', rest->len) : NULL;

    if (end == NULL) {
        return false;
    }
    *line = (struct eg_bytes){rest->data, (size_t)(end - rest->data)};
    *rest = (struct eg_bytes){end + 1, rest->len - line->len - 1};
    return true;
}

/* Base64 of exactly `len` octets, at most as long as a body. */
static bool read_octets(uint8_t *out, size_t len, struct eg_bytes text)
{
    struct eg_buf octets;

    if (text.len != (len + 2) / 3 * 4) {
        return false;
    }
    eg_buf_init(&octets, len);
    bool fits = eg_text_unbase64(text, &octets) && octets.len == len;
    if (fits) {
        memcpy(out, octets.data, len);
    }
    eg_buf_done(&octets);
    return fits;
}

static bool read_body(struct eg_checkpoint *out, struct eg_bytes *rest)
{
    struct eg_bytes line = EG_BYTES_NONE;

    if (!cut_line(rest, &line) || !is_origin(line)) {
        return false;
    }
    memcpy(out->origin, line.data, line.len);
    out->origin[line.len] = '\0';
    return cut_line(rest, &line) && eg_text_u64(line, UINT64_MAX, &out->size) &&
           cut_line(rest, &line) && read_octets(out->root.octets, EG_DIGEST_LEN, line);
}

struct seal {
    struct eg_bytes name, octets_text;
};

/* "— <name> <base64>" */
static bool read_seal(struct seal *out, struct eg_bytes line)
{
    size_t dash_len = strlen(dash);

    if (line.len <= dash_len || memcmp(line.data, dash, dash_len) != 0) {
        return false;
    }
    struct eg_bytes rest = {line.data + dash_len, line.len - dash_len};
    const uint8_t *blank = memchr(rest.data, ' ', rest.len);
    if (blank == NULL || blank == rest.data) {
        return false;
    }
    out->name = (struct eg_bytes){rest.data, (size_t)(blank - rest.data)};
    out->octets_text = (struct eg_bytes){blank + 1, rest.len - out->name.len - 1};
    return eg_text_clean(out->name) && memchr(out->name.data, '+', out->name.len) == NULL &&
           out->octets_text.len >= 8;
}

/* A line of somebody else must still be base64; what it seals is not ours to judge. */
static bool is_base64(struct eg_bytes text)
{
    struct eg_buf octets;

    eg_buf_init(&octets, text.len);
    bool fits = eg_text_unbase64(text, &octets) && octets.len > KEY_ID_LEN;
    eg_buf_done(&octets);
    return fits;
}

/* Reads all signature lines; counts those of our name and key id and keeps the last one's octets.
 */
static bool read_seals(struct eg_bytes rest, const char *origin, const uint8_t id[KEY_ID_LEN],
                       uint8_t sealed[SIGNED_LEN], unsigned *ours)
{
    struct eg_bytes line = EG_BYTES_NONE;
    unsigned count = 0;

    while (rest.len > 0) {
        struct seal seal;
        uint8_t octets[SIGNED_LEN];
        if (++count > SIGNATURES_MAX || !cut_line(&rest, &line) || !read_seal(&seal, line)) {
            return false;
        }
        if (eg_bytes_is(seal.name, origin) &&
            read_octets(octets, sizeof octets, seal.octets_text) &&
            memcmp(octets, id, KEY_ID_LEN) == 0) {
            memcpy(sealed, octets, sizeof octets);
            (*ours)++;
        } else if (!is_base64(seal.octets_text)) {
            return false;
        }
    }
    return count > 0;
}

enum eg_status eg_checkpoint_verify(struct eg_checkpoint *out, struct eg_bytes note,
                                    const char *origin,
                                    const uint8_t public_key[EG_ED25519_KEY_LEN],
                                    struct eg_error *err)
{
    struct eg_checkpoint read = {0};
    struct eg_bytes rest = note;
    struct eg_bytes line = EG_BYTES_NONE;
    uint8_t id[KEY_ID_LEN];
    uint8_t sealed[SIGNED_LEN];
    unsigned ours = 0;

    if (note.len > EG_RECEIPT_MAX || !read_body(&read, &rest)) {
        return malformed(err, "not the three lines of a checkpoint");
    }
    struct eg_bytes body = {note.data, note.len - rest.len};
    if (!cut_line(&rest, &line) || line.len != 0) {
        return malformed(err, "no empty line before the signatures");
    }
    key_id(id, origin, public_key);
    if (!read_seals(rest, origin, id, sealed, &ours) || ours > 1) {
        return malformed(err, "signature lines are malformed");
    }
    if (strcmp(read.origin, origin) != 0) {
        return eg_error_set(err, EG_E_CRYPTO, "checkpoint", "its origin is %s, not %s", read.origin,
                            origin);
    }
    if (ours == 0) {
        return eg_error_set(err, EG_E_CRYPTO, "checkpoint", "no signature of the log key");
    }
    if (!eg_ed25519_verify(public_key, sealed + KEY_ID_LEN, body)) {
        return eg_error_set(err, EG_E_CRYPTO, "checkpoint", "the log key's signature is wrong");
    }
    *out = read;
    return EG_OK;
}

/* ---- verifier keys ------------------------------------------------------------------------- */

enum eg_status eg_vkey_write(struct eg_buf *out, const char *origin,
                             const uint8_t public_key[EG_ED25519_KEY_LEN], struct eg_error *err)
{
    uint8_t id[KEY_ID_LEN];
    uint8_t typed[1 + EG_ED25519_KEY_LEN] = {ED25519_ALGORITHM};
    size_t before = out->len;

    if (!is_origin(eg_bytes_of(origin))) {
        return eg_error_set(err, EG_E_USAGE, origin, "not a log origin");
    }
    key_id(id, origin, public_key);
    memcpy(typed + 1, public_key, EG_ED25519_KEY_LEN);
    eg_buf_text(out, origin);
    eg_buf_char(out, '+');
    eg_text_hex(out, (struct eg_bytes){id, sizeof id});
    eg_buf_char(out, '+');
    eg_text_base64(out, (struct eg_bytes){typed, sizeof typed});
    enum eg_status status = eg_buf_ok(out, "verifier key", err);
    out->len = status == EG_OK ? out->len : before;
    return status;
}

/* The part before the next '+'. */
static bool cut_part(struct eg_bytes *rest, struct eg_bytes *part)
{
    const uint8_t *plus = rest->len > 0 ? memchr(rest->data, '+', rest->len) : NULL;

    if (plus == NULL) {
        return false;
    }
    *part = (struct eg_bytes){rest->data, (size_t)(plus - rest->data)};
    *rest = (struct eg_bytes){plus + 1, rest->len - part->len - 1};
    return true;
}

enum eg_status eg_vkey_read(char origin[EG_ORIGIN_MAX + 1], uint8_t public_key[EG_ED25519_KEY_LEN],
                            struct eg_bytes text, struct eg_error *err)
{
    struct eg_bytes rest = text;
    struct eg_bytes name = EG_BYTES_NONE;
    struct eg_bytes id_text = EG_BYTES_NONE;
    uint8_t typed[1 + EG_ED25519_KEY_LEN];
    uint8_t id[KEY_ID_LEN];
    uint8_t wanted[KEY_ID_LEN];
    char read[EG_ORIGIN_MAX + 1];

    if (text.len > VKEY_MAX || !cut_part(&rest, &name) || !cut_part(&rest, &id_text) ||
        !is_origin(name) || !eg_text_unhex(id_text, id, sizeof id) ||
        !read_octets(typed, sizeof typed, rest)) {
        return eg_error_set(err, EG_E_FORMAT, "verifier key", "not <origin>+<key id>+<key>");
    }
    if (typed[0] != ED25519_ALGORITHM) {
        return eg_error_set(err, EG_E_FORMAT, "verifier key", "not an Ed25519 key");
    }
    memcpy(read, name.data, name.len);
    read[name.len] = '\0';
    key_id(wanted, read, typed + 1);
    if (memcmp(wanted, id, sizeof id) != 0) {
        return eg_error_set(err, EG_E_FORMAT, "verifier key", "key id and key do not fit");
    }
    memcpy(origin, read, name.len + 1);
    memcpy(public_key, typed + 1, EG_ED25519_KEY_LEN);
    return EG_OK;
}
