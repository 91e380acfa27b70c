/* Strict CSV: what is read, and where each refusal points. */
#include "convert/csv.h"

#include "base/limits.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* Reads all lines; returns their number or the negative status. */
static long read_all(const char *text, size_t len, char separator, struct eg_error *err)
{
    struct eg_csv csv;
    bool more = true;
    long lines = 0;
    enum eg_status status =
        eg_csv_start(&csv, "x.csv", (struct eg_bytes){(const uint8_t *)text, len}, separator, err);

    while (status == EG_OK && more) {
        status = eg_csv_next(&more, &csv, err);
        lines += more ? 1 : 0;
    }
    eg_csv_done(&csv);
    return status == EG_OK ? lines : (long)status;
}

static void expect_refused(const char *text, size_t len, enum eg_status status, const char *where)
{
    struct eg_error err = {0};

    cr_expect_eq(read_all(text, len, ',', &err), (long)status, "%.30s", text);
    cr_expect_str_eq(err.where, where);
    cr_expect_neq(err.text[0], '\0');
}
#define REFUSED(text, where) expect_refused(text, sizeof text - 1, EG_E_FORMAT, where)

Test(csv, reads_lines_with_both_ends_and_without_the_last)
{
    struct eg_error err = {0};
    static const char text[] = "a,b\r\n1,2\n3,4\r\n5,6";

    cr_expect_eq(read_all(text, sizeof text - 1, ',', &err), 4);
}

Test(csv, reads_nothing_from_an_empty_file)
{
    struct eg_error err = {0};

    cr_expect_eq(read_all("", 0, ',', &err), 0);
    cr_expect_eq(read_all("\n\r\n\n", 4, ',', &err), 0);
}

Test(csv, gives_cells_without_quotes_and_blanks)
{
    static const char text[] = "\xEF\xBB\xBF\"a\"\"b\";  c ;\"x;y\";\"\"\n";
    struct eg_error err = {0};
    struct eg_csv csv;
    bool more = false, twice = false;

    cr_assert_eq(eg_csv_start(&csv, "x.csv", eg_bytes_of(text), ';', &err), EG_OK);
    cr_assert_eq(eg_csv_next(&more, &csv, &err), EG_OK);
    cr_assert(more);
    cr_assert_eq(csv.count, 4);
    cr_expect(eg_bytes_is(csv.cells[0].text, "a\"b"));
    cr_expect(eg_bytes_is(csv.cells[1].text, "c"));
    cr_expect(eg_bytes_is(csv.cells[2].text, "x;y"));
    cr_expect_eq(csv.cells[3].text.len, 0);
    cr_expect_eq(eg_csv_find(&csv, "c", &twice), 1);
    cr_expect_eq(eg_csv_find(&csv, "d", &twice), SIZE_MAX);
    eg_csv_done(&csv);
}

Test(csv, takes_a_tab_as_separator_only)
{
    struct eg_error err = {0};

    cr_expect_eq(read_all("a\tb\n1\t2\n", 8, '\t', &err), 2);
    cr_expect_eq(read_all("a,b\n1\t,2\n", 9, ',', &err), (long)EG_E_FORMAT);
    cr_expect_str_eq(err.where, "x.csv:2:2");
}

Test(csv, tells_that_a_name_occurs_twice)
{
    struct eg_error err = {0};
    struct eg_csv csv;
    bool more = false, twice = false;

    cr_assert_eq(eg_csv_start(&csv, "x.csv", eg_bytes_of("a,b,a"), ',', &err), EG_OK);
    cr_assert_eq(eg_csv_next(&more, &csv, &err), EG_OK);
    cr_expect_eq(eg_csv_find(&csv, "a", &twice), 0);
    cr_expect(twice);
    eg_csv_done(&csv);
}

Test(csv, refuses_what_a_spreadsheet_would_guess_at)
{
    REFUSED("a,b\n1\n", "x.csv:2:1");            /* too few */
    REFUSED("a,b\n1,2,3\n", "x.csv:2:5");        /* too many */
    REFUSED("a,b\n1,\"2\n", "x.csv:2:3");        /* never closed */
    REFUSED("a,b\n1,\"2\n3\",4\n", "x.csv:2:3"); /* runs over lines */
    REFUSED("a,b\n1,2\"\n", "x.csv:2:4");        /* in the middle */
    REFUSED("a,b\n\"1\"x,2\n", "x.csv:2:4");     /* after the closing one */
    REFUSED("a,b\n1,\0\n", "x.csv:2:3");         /* NUL */
    REFUSED("a,b\n1,\x1B\n", "x.csv:2:3");       /* control character */
    REFUSED("a,b\n1,2\r3\n", "x.csv:2:4");       /* CR alone */
    REFUSED("a,b\n\n1,2\n", "x.csv:2:1");        /* empty line */
    REFUSED("a,b\n1,\xE4\n", "x.csv:2:1");       /* Latin-1 */
    REFUSED("a,b\n1,\xC3\n", "x.csv:2:1");       /* cut UTF-8 */
}

Test(csv, refuses_a_line_one_octet_too_long_and_takes_the_longest)
{
    struct eg_error err = {0};
    char *line = malloc(EG_CSV_LINE_MAX + 1);

    cr_assert_not_null(line);
    memset(line, 'x', EG_CSV_LINE_MAX + 1);
    cr_expect_eq(read_all(line, EG_CSV_LINE_MAX, ',', &err), 1);
    cr_expect_eq(read_all(line, EG_CSV_LINE_MAX + 1, ',', &err), (long)EG_E_LIMIT);
    free(line);
}

Test(csv, refuses_one_column_too_many_and_takes_the_most)
{
    struct eg_error err = {0};
    char line[EG_CSV_COLUMNS_MAX];

    memset(line, ',', sizeof line);
    cr_expect_eq(read_all(line, EG_CSV_COLUMNS_MAX - 1, ',', &err), 1);
    cr_expect_eq(read_all(line, EG_CSV_COLUMNS_MAX, ',', &err), (long)EG_E_LIMIT);
}
