/*
 * Job: one submitted report on its way: made by the session thread, judged by a worker, recorded by
 * the recorder, ended by whoever answers it (flow/pipeline/handover.h). Each stage writes its own
 * part of the job and reads the earlier ones.
 *
 * Thread: one owner at a time.
 */
#ifndef EG_FLOW_JOB_H
#define EG_FLOW_JOB_H

#include "core/identity.h"
#include "core/outcome.h"
#include "core/signer.h"
#include "core/verdict.h"
#include "flow/job/plant_queue.h"
#include "intake/router.h"

#define EG_JOB_MAGIC 0x6a6f6231u

/* In the order of the way; what a job has passed, for the journal. */
enum eg_job_state {
    EG_JOB_TAKEN,
    EG_JOB_VERIFIED,
    EG_JOB_READ,
    EG_JOB_AUTHORISED,
    EG_JOB_ASSESSED,
    EG_JOB_RECORDED,
    EG_JOB_ANSWERED
};

struct eg_job {
    uint32_t magic;
    enum eg_job_state state;
    /* counts jobs from 1; names the job in the journal */
    uint64_t number;

    /* intake */
    struct eg_route route;
    uint8_t request_id[EG_REQUEST_ID_MAX];
    size_t request_id_len;
    /* participant of the connection */
    char sender[EG_ID_MAX + 1];
    int64_t received_at_ms;
    /* the clock was in doubt at received-at: answered from the archive, or CLOCK */
    bool clock_doubted;
    struct eg_buf cms, report;
    /* among reports of its plant */
    struct eg_plant_queue_place place;
    /* a person asked for it: nobody waits for an answer (flow/recorder/held_reports.h) */
    bool retry;

    /* verify */
    /* of the snapshot that judged */
    uint64_t generation;
    struct eg_signer signer;
    /* whose certificate signed */
    char participant[EG_ID_MAX + 1];
    struct eg_digest report_digest;

    /* read */
    struct eg_report_header header;
    struct eg_identity identity;
    bool readable;

    /* assess */
    /* its package judges by earlier facts of the plant; `outcome` holds those it used ... */
    bool needs_facts;
    /* ... which were in force at this log index */
    uint64_t facts_below;
    struct eg_outcome outcome;
    /* the findings' texts */
    struct eg_buf text_de, text_en;
    uint64_t directory_version;
    struct eg_digest directory;

    /* the end: a refusal, or a receipt made by the recorder */
    struct eg_verdict verdict;
    /* it met a ceiling: remembered before that is answered (flow/recorder/held_reports.h) */
    bool breached;
    /* "id version" of the package that met its ceiling */
    char judged_by[2 * EG_ID_MAX + 2];
    unsigned
        rounds; /* times judged; more than one when it waited, or the snapshot changed meanwhile */
};

/* Frames are copied. NULL when memory ran out. */
struct eg_job *eg_job_new(const struct eg_arrival *arrival, const char *sender,
                          int64_t received_at_ms);
void eg_job_free(struct eg_job **job);
size_t eg_job_octets(const struct eg_job *job);

/* Forget what earlier judging gave, to judge again. received-at stays. */
void eg_job_again(struct eg_job *job);

/* The only function that changes the state. */
void eg_job_enter(struct eg_job *job, enum eg_job_state state);

/* The refusal as an outgoing message; NULL when memory ran out. */
struct eg_outgoing *eg_job_refusal(const struct eg_job *job);

#endif
