/*
 * The tables must say of a document what its tree says, and numbers must be libxml2's to the bit.
 */
#include "assess/schematron/flat.h"

#include "base/limits.h"

#include <criterion/criterion.h>
#include <libxml/xpath.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static void begin(void)
{
    struct eg_error err = {0};
    cr_assert(eg_xml_init(&err) == EG_OK);
}

static void end(void)
{
    eg_xml_done();
}

TestSuite(flat, .init = begin, .fini = end);

static xmlDoc *parsed(const char *text)
{
    xmlDoc *doc = NULL;
    struct eg_error err = {0};
    cr_assert(eg_xml_parse_file(&doc, eg_bytes_of(text), "x.xml", EG_MIB, &err) == EG_OK, "%s",
              err.text);
    return doc;
}

static struct eg_flat *flat_of(const struct eg_flat_words *words, xmlDoc *doc)
{
    struct eg_flat *flat = NULL;
    struct eg_error err = {0};
    cr_assert(eg_flat_new(&flat, words, doc, &err) == EG_OK);
    return flat;
}

/* ---- relatives ---------------------------------------------------------------------------- */

static uint32_t place_of(const struct eg_flat *flat, const xmlNode *node)
{
    return node != NULL ? eg_flat_find(flat, node) : EG_FLAT_NONE;
}

static void compare_element(const struct eg_flat *flat, uint32_t at)
{
    const struct eg_flat_element *element = &flat->elements[at];
    xmlNode *node = element->node;
    cr_expect_eq(eg_flat_find(flat, node), at);
    cr_expect_eq(element->parent, place_of(flat, node->parent));
    cr_expect_eq(element->first, place_of(flat, xmlFirstElementChild(node)));
    cr_expect_eq(element->next, place_of(flat, xmlNextElementSibling(node)));
    cr_expect_eq(element->previous, place_of(flat, xmlPreviousElementSibling(node)));
    uint32_t i = element[0].attributes;
    for (xmlAttr *a = node->properties; a != NULL; a = a->next, i++) {
        uint32_t place = i | EG_FLAT_ATTRIBUTE;
        cr_expect(i < element[1].attributes);
        cr_expect_eq(eg_flat_find(flat, (xmlNode *)a), place);
        cr_expect_eq(eg_flat_node(flat, place), (xmlNode *)a);
        cr_expect_eq(flat->attributes[i].owner, at);
        cr_expect(eg_flat_key(flat, place) > eg_flat_key(flat, at));
    }
    cr_expect_eq(i, element[1].attributes);
}

Test(flat, knows_every_relative_that_the_tree_knows)
{
    static const char *const texts[] = {
        "<a/>",
        "<!-- c --><?p x?><a/><!-- d -->",
        "<a x='1' y=''>t<b/><!-- c --><b z='2'><c/><?p?><c><d/></c></b>t<b/></a>",
        "<a><b><c><d><e/></d></c></b><b/></a>",
        "<a>t</a>",
    };
    struct eg_flat_words words = {0};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        xmlDoc *doc = parsed(texts[i]);
        struct eg_flat *flat = flat_of(&words, doc);
        cr_expect_eq(eg_flat_find(flat, (xmlNode *)doc), 0);
        for (uint32_t at = 1; at < flat->element_count; at++) {
            compare_element(flat, at);
        }
        eg_flat_free(&flat);
        xmlFreeDoc(doc);
    }
}

Test(flat, finds_no_node_of_another_document)
{
    struct eg_flat_words words = {0};
    xmlDoc *doc = parsed("<a x='1'><b/></a>");
    xmlDoc *other = parsed("<a x='1'><!-- c --><b/></a>");
    struct eg_flat *flat = flat_of(&words, doc);
    struct eg_flat *foreign = flat_of(&words, other);
    xmlNode *root = xmlDocGetRootElement(other);
    cr_expect_eq(eg_flat_find(flat, (xmlNode *)other), EG_FLAT_NONE);
    cr_expect_eq(eg_flat_find(flat, root), EG_FLAT_NONE);
    cr_expect_eq(eg_flat_find(flat, (xmlNode *)root->properties), EG_FLAT_NONE);
    cr_expect_eq(eg_flat_find(foreign, root->children), EG_FLAT_NONE);
    eg_flat_free(&flat);
    eg_flat_free(&foreign);
    xmlFreeDoc(doc);
    xmlFreeDoc(other);
}

/* ---- names -------------------------------------------------------------------------------- */

Test(flat, numbers_only_names_that_are_asked_for)
{
    struct eg_flat_words words = {0};
    uint32_t element = eg_flat_word(&words, false, "urn:a", "v");
    uint32_t attribute = eg_flat_word(&words, true, "", "v");
    cr_expect_neq(element, 0);
    cr_expect_neq(element, attribute);
    cr_expect_eq(eg_flat_word(&words, false, "urn:a", "v"), element);
    xmlDoc *doc = parsed("<v xmlns='urn:a' v='1' w='2' xmlns:p='urn:p' p:v='3'>"
                         "<v xmlns=''/><p:v/><w/></v>");
    struct eg_flat *flat = flat_of(&words, doc);
    cr_assert_eq(flat->element_count, 5);
    cr_expect_eq(flat->elements[1].word, element);
    cr_expect_eq(flat->elements[2].word, 0);
    cr_expect_eq(flat->elements[3].word, 0);
    cr_expect_eq(flat->elements[4].word, 0);
    cr_assert_eq(flat->attribute_count, 3);
    cr_expect_eq(flat->attributes[0].word, attribute);
    cr_expect_eq(flat->attributes[1].word, 0);
    cr_expect_eq(flat->attributes[2].word, 0);
    eg_flat_free(&flat);
    eg_flat_words_done(&words);
    xmlFreeDoc(doc);
}

/* ---- numbers ------------------------------------------------------------------------------ */

static void compare_number(const char *text)
{
    bool unknown = false;
    double ours = eg_flat_number(text, strlen(text), true, &unknown);
    double theirs = xmlXPathCastStringToNumber(BAD_CAST text);
    cr_expect(memcmp(&ours, &theirs, sizeof(ours)) == 0 || (isnan(ours) && isnan(theirs)),
              "'%s': %a, libxml2 %a", text, ours, theirs);
    char longer[100] = "";
    (void)snprintf(longer, sizeof(longer), "%s9", text);
    double cut = eg_flat_number(longer, strlen(text), false, &unknown);
    cr_expect(memcmp(&cut, &theirs, sizeof(cut)) == 0 || (isnan(cut) && isnan(theirs)),
              "'%s' cut: %a, libxml2 %a", text, cut, theirs);
    cr_expect_not(unknown);
}

Test(flat, reads_numbers_as_libxml2_does)
{
    static const char *const texts[] = {"",
                                        "-",
                                        "0",
                                        "-0",
                                        "5",
                                        "5.",
                                        ".5",
                                        "-.5",
                                        "5.0",
                                        "--5",
                                        "+5",
                                        " 5",
                                        "5 ",
                                        "5 5",
                                        "1e5",
                                        "1E-3",
                                        "0x10",
                                        "Infinity",
                                        "NaN",
                                        "1.2.3",
                                        "00.10",
                                        "-5.",
                                        "5,0",
                                        "5.a",
                                        "99999999999999999999",
                                        "0.1",
                                        "0.3",
                                        "273.15",
                                        "1e",
                                        "٣",
                                        "5\t",
                                        "12345678901234567",
                                        "0.000000000000001",
                                        "123456789.12345678",
                                        ".",
                                        "-.",
                                        "0.12345678901234567890123"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        compare_number(texts[i]);
    }
}

Test(flat, reads_numbers_as_libxml2_does_whatever_they_are)
{
    static const char octets[] = "0123456789012345678901234567890123456789..-- e";
    unsigned long seed = 20260105;
    for (size_t i = 0; i < 200000; i++) {
        char text[24] = "";
        size_t len = 1 + i % 20;
        for (size_t k = 0; k < len; k++) {
            seed = seed * 6364136223846793005UL + 1442695040888963407UL;
            text[k] = octets[(seed >> 33) % (k == 0 || i % 2 == 0 ? sizeof(octets) - 1 : 41)];
        }
        compare_number(text);
    }
}

Test(flat, says_so_when_a_number_would_need_a_long_copy)
{
    char text[200];
    bool unknown = false;
    memset(text, '1', sizeof(text));
    cr_expect(isnan(eg_flat_number(text, 150, false, &unknown)));
    cr_expect(unknown);
}
