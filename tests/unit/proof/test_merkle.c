/*
 * The Merkle tree of RFC 6962: published vectors, then every proof of every tree up to 40 leaves
 * against a plain recursion that follows the text of the RFC.
 */
#include "proof/merkle.h"

#include "base/text.h"

#include <criterion/criterion.h>
#include <string.h>

enum { LEAVES = 40 };

static struct eg_digest leaves[LEAVES];
static struct eg_digest kept[8][LEAVES]; /* nodes by level and index */
static size_t kept_count[8];

static void keep(void *payload, unsigned level, uint64_t index, const struct eg_digest *hash)
{
    (void)payload;
    cr_assert_eq(index, kept_count[level], "nodes of a level come in order, each once");
    kept[level][index] = *hash;
    kept_count[level]++;
}

static enum eg_status give(void *payload, unsigned level, uint64_t index, struct eg_digest *hash,
                           struct eg_error *err)
{
    (void)payload;
    if (level >= 8 || index >= kept_count[level]) {
        return eg_error_set(err, EG_E_NOTFOUND, "node", "not kept");
    }
    *hash = kept[level][index];
    return EG_OK;
}

/* MTH of RFC 6962, 2.1, word for word. */
static struct eg_digest plain_root(size_t start, size_t count)
{
    if (count == 0) {
        return eg_hash(EG_BYTES_NONE);
    }
    if (count == 1) {
        return leaves[start];
    }
    size_t k = 1;
    while (2 * k < count) {
        k *= 2;
    }
    struct eg_digest left = plain_root(start, k);
    struct eg_digest right = plain_root(start + k, count - k);
    return eg_merkle_node(&left, &right);
}

static struct eg_merkle_edge grow(size_t size)
{
    struct eg_merkle_edge edge = {0};

    memset(kept_count, 0, sizeof(kept_count));
    for (size_t i = 0; i < size; i++) {
        uint8_t octet = (uint8_t)i;
        leaves[i] = eg_merkle_leaf((struct eg_bytes){&octet, 1});
        eg_merkle_append(&edge, &leaves[i], keep, NULL);
    }
    return edge;
}

/* The eight inputs and roots that certificate-transparency's own tests use. */
Test(merkle, gives_the_published_roots)
{
    const char *const inputs[8] = {"",
                                   "00",
                                   "10",
                                   "2021",
                                   "3031",
                                   "40414243",
                                   "5051525354555657",
                                   "606162636465666768696a6b6c6d6e6f"};
    const char *const roots[9] = {
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
    struct eg_merkle_edge edge = {0};

    for (size_t i = 0; i <= 8; i++) {
        struct eg_digest wanted;
        struct eg_digest root = eg_merkle_root(&edge);
        cr_assert(eg_text_unhex(eg_bytes_of(roots[i]), wanted.octets, EG_DIGEST_LEN));
        cr_assert(eg_digest_equal(&root, &wanted), "tree of %zu leaves", i);
        if (i < 8) {
            uint8_t octets[16];
            size_t len = strlen(inputs[i]) / 2;
            cr_assert(eg_text_unhex(eg_bytes_of(inputs[i]), octets, len));
            struct eg_digest leaf = eg_merkle_leaf((struct eg_bytes){octets, len});
            eg_merkle_append(&edge, &leaf, NULL, NULL);
        }
    }
}

Test(merkle, grows_to_the_roots_of_the_plain_recursion)
{
    for (size_t size = 0; size <= LEAVES; size++) {
        struct eg_merkle_edge edge = grow(size);
        struct eg_digest root = eg_merkle_root(&edge);
        struct eg_digest wanted = plain_root(0, size);
        cr_assert(eg_digest_equal(&root, &wanted), "size %zu", size);
    }
}

Test(merkle, proves_every_leaf_of_every_tree)
{
    struct eg_error err = {0};

    for (size_t size = 1; size <= LEAVES; size++) {
        struct eg_merkle_edge edge = grow(size);
        struct eg_digest root = eg_merkle_root(&edge);
        for (size_t i = 0; i < size; i++) {
            struct eg_digest path[EG_MERKLE_LEVELS];
            size_t count = 0;
            cr_assert_eq(eg_merkle_inclusion(path, &count, i, size, give, NULL, &err), EG_OK);
            cr_assert(eg_merkle_inclusion_verify(&leaves[i], i, size, path, count, &root),
                      "leaf %zu of %zu", i, size);
        }
    }
}

/* Whatever is changed in a proof, it proves nothing. */
static void assert_refused(size_t i, size_t size, struct eg_digest *path, size_t count,
                           const struct eg_digest *root)
{
    struct eg_digest other = *root;

    for (size_t k = 0; k < size + 3; k++) {
        if (k != i) {
            cr_assert_not(eg_merkle_inclusion_verify(&leaves[i], k, size, path, count, root));
        }
    }
    if (size > 1) {
        cr_assert_not(
            eg_merkle_inclusion_verify(&leaves[(i + 1) % size], i, size, path, count, root));
    }
    other.octets[31] ^= 1;
    cr_assert_not(eg_merkle_inclusion_verify(&leaves[i], i, size, path, count, &other));
    for (size_t k = 0; k < count; k++) {
        path[k].octets[k] ^= 0x80;
        cr_assert_not(eg_merkle_inclusion_verify(&leaves[i], i, size, path, count, root));
        path[k].octets[k] ^= 0x80;
    }
    if (count > 0) {
        cr_assert_not(eg_merkle_inclusion_verify(&leaves[i], i, size, path, count - 1, root));
        cr_assert_not(eg_merkle_inclusion_verify(&leaves[i], i, size, path + 1, count - 1, root));
    }
    path[count] = *root;
    cr_assert_not(eg_merkle_inclusion_verify(&leaves[i], i, size, path, count + 1, root));
}

Test(merkle, refuses_every_changed_inclusion_proof)
{
    struct eg_error err = {0};

    for (size_t size = 1; size <= 20; size++) {
        struct eg_merkle_edge edge = grow(size);
        struct eg_digest root = eg_merkle_root(&edge);
        for (size_t i = 0; i < size; i++) {
            struct eg_digest path[EG_MERKLE_LEVELS];
            size_t count = 0;
            cr_assert_eq(eg_merkle_inclusion(path, &count, i, size, give, NULL, &err), EG_OK);
            assert_refused(i, size, path, count, &root);
        }
    }
}

Test(merkle, asks_for_no_proof_beyond_the_tree)
{
    struct eg_digest path[EG_MERKLE_LEVELS];
    struct eg_error err = {0};
    size_t count = 77;

    grow(5);
    cr_assert_eq(eg_merkle_inclusion(path, &count, 5, 5, give, NULL, &err), EG_E_NOTFOUND);
    cr_assert_eq(eg_merkle_inclusion(path, &count, 0, 0, give, NULL, &err), EG_E_NOTFOUND);
    cr_assert_eq(count, 77, "outputs are untouched");
}

Test(merkle, passes_on_that_a_node_is_not_kept)
{
    struct eg_digest path[EG_MERKLE_LEVELS];
    struct eg_error err = {0};
    size_t count = 77;

    grow(4);
    cr_assert_eq(eg_merkle_inclusion(path, &count, 0, 8, give, NULL, &err), EG_E_NOTFOUND);
    cr_assert_eq(count, 77);
    cr_assert_not(eg_merkle_inclusion_verify(&leaves[0], 0, 0, path, 0, &leaves[0]),
                  "a leaf of the empty tree");
}
