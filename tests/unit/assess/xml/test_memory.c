/*
 * Ceilings on memory while a transform runs are tested with transforms (test_transform.c). Here:
 * what the machine refuses is no fault of a report.
 */
#include "assess/xml/memory.h"

#include "assess/judge/document.h"
#include "assess/judge/engine.h"
#include "base/limits.h"

#include <criterion/criterion.h>
#include <libxml/xmlmemory.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum told { TAKEN, NO_MEMORY, REJECTED, OTHER };

static void stop(void *payload)
{
    *(bool *)payload = true;
}

Test(memory, watch_counts_and_asks_once_to_stop)
{
    struct eg_memory_watch watch;
    bool asked = false;

    cr_assert_eq(eg_engine_init(NULL), EG_OK);
    eg_memory_begin(&watch, 1000, stop, &asked);
    void *small = xmlMalloc(500);
    cr_expect_not(asked);
    cr_expect_geq(watch.live, 500);
    void *large = xmlMalloc(600);
    cr_expect(asked);
    cr_expect(watch.exceeded);
    asked = false;
    xmlFree(large);
    large = xmlMalloc(600);
    cr_expect_not(asked, "asked a second time");
    eg_memory_end(&watch);
    xmlFree(large);
    xmlFree(small);
    cr_expect_eq(eg_memory_refused(), 0);
    eg_engine_done();
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

static uint64_t addresses_now(void)
{
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");

    if (file == NULL || fscanf(file, "%lu", &pages) != 1) {
        pages = 0;
    }
    (void)(file != NULL && fclose(file));
    return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* In a child: parse with so many octets of addresses more than now. */
static enum told parse_within(const struct eg_buf *xml, size_t more)
{
    pid_t pid = fork();
    int how = 0;

    if (pid == 0) {
        struct eg_document *document = NULL;
        struct eg_findings findings = {0};
        uint64_t max = addresses_now() + more;
        eg_findings_init(&findings);
        enum told told = OTHER;
        if (setrlimit(RLIMIT_AS, &(struct rlimit){max, max}) == 0) {
            enum eg_status status =
                eg_document_parse(&document, &findings, eg_bytes_view(xml), EG_REPORT_MAX, NULL);
            told = status == EG_E_NOMEM                    ? NO_MEMORY
                   : status == EG_OK && findings.count > 0 ? REJECTED
                   : status == EG_OK && document != NULL   ? TAKEN
                                                           : OTHER;
        }
        _exit((int)told);
    }
    cr_assert_gt(pid, 0);
    cr_assert_eq(waitpid(pid, &how, 0), pid);
    return WIFEXITED(how) ? (enum told)WEXITSTATUS(how) : OTHER;
}

Test(memory, report_for_which_memory_ran_out_is_not_malformed)
{
    struct eg_buf xml;
    unsigned counts[OTHER + 1] = {0};

    cr_assert_eq(eg_engine_init(NULL), EG_OK);
    eg_buf_init(&xml, EG_REPORT_MAX);
    eg_buf_text(&xml, "<r>");
    for (unsigned i = 0; i < 200000; i++) {
        eg_buf_format(&xml, "<v%u a%u=\"1\">text</v%u>", i % 5000, i % 7000, i % 5000);
    }
    eg_buf_text(&xml, "</r>");
    cr_assert_eq(eg_buf_ok(&xml, "report", NULL), EG_OK);
    for (size_t more = EG_MIB; more < 260 * EG_MIB; more += 24 * EG_MIB) {
        counts[parse_within(&xml, more)]++;
    }
    cr_expect_gt(counts[TAKEN], 0);
    cr_expect_gt(counts[NO_MEMORY], 0);
    cr_expect_eq(counts[REJECTED], 0, "rejected %u times", counts[REJECTED]);
    cr_expect_eq(counts[OTHER], 0, "%u times something else", counts[OTHER]);
    eg_buf_done(&xml);
    eg_engine_done();
}

Test(memory, allocation_that_fails_is_counted)
{
    cr_assert_eq(eg_engine_init(NULL), EG_OK);
    void *huge = xmlMalloc((size_t)1 << 62);
    cr_expect_null(huge);
    cr_expect_eq(eg_memory_refused(), 1);
    xmlFree(huge);
    eg_engine_done();
}
#endif
