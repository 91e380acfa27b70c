/*
 * Every maximum of the gateway, one line of reason each.
 */
#ifndef EG_BASE_LIMITS_H
#define EG_BASE_LIMITS_H

#define EG_KIB ((size_t)1024)
#define EG_MIB (1024 * EG_KIB)

/* Reports and texts */
#define EG_REPORT_MAX (32 * EG_MIB) /* a year of half-hours of a large plant is about 30 MB */
#define EG_CMS_MAX (64 * EG_KIB)    /* one signer and a chain of five certificates fit in 16 KiB */
#define EG_CMS_CERTIFICATES_MAX 16  /* signer, its chain, and a spare chain */
#define EG_PATH_DEPTH_MAX 16 /* certificates between signer and anchor; real ones have three */
#define EG_KNOWN_SETS 128    /* known signers kept per verifier: sets ... */
#define EG_KNOWN_WAYS 4      /* ... times ways, about 10 KiB each */
#define EG_PRIVATE_KEY_MAX (64 * EG_KIB) /* RSA with 16,384 bits is 13 KiB of PEM */
#define EG_TRUST_PEM_MAX (16 * EG_MIB)   /* anchors or revocation lists in one file */
#define EG_SIGNED_TEXT_MAX                                                                         \
    (64 * EG_KIB)                    /* hello, welcome, card, key statement: a few hundred octets */
#define EG_ENTRY_MAX (16 * EG_KIB)   /* an entry is about 2 KiB */
#define EG_RECEIPT_MAX (64 * EG_KIB) /* entry, 64 proof hashes, checkpoint */
#define EG_HEAD_NOTE_SLOT                                                                          \
    4096 /* a checkpoint is 500 octets; no page of the disk holds both slots */
#define EG_HEAD_NOTE_LEN (2 * EG_HEAD_NOTE_SLOT)
#define EG_FINDINGS_MAX (1 * EG_MIB)      /* 100 findings shown of each rule, texts included */
#define EG_NOTIFICATION_MAX (32 * EG_MIB) /* not larger than what it is made from */
#define EG_XML_DEPTH_MAX 256              /* libxml2's own default */
#define EG_XML_NAMESPACES_MAX 256         /* in scope; looked up one after another for each name */
#define EG_XML_ATTRIBUTES_MAX 1000        /* of one element; libxml2 compares each with each */
#define EG_XPATH_MAX 8192 /* octets of one expression; the longest known have 2,000 */
#define EG_XPATH_COUNTED_MAX (64 * EG_KIB) /* octets of its counted form */
#define EG_XPATH_COUNTED_DEPTH_MAX 200 /* its parentheses; each `//` or `..` on the way is one */
#define EG_XPATH_DEPTH_MAX 50          /* parentheses and predicates; libxml2 recurses on them */
#define EG_XPATH_OPERATIONS_MAX 100000000UL /* of one run: some seconds, a watchdog's size */
#define EG_XPATH_ROW_FREE                                                                          \
    16 /* nodes in a row that are no elements; with more each operation costs more */
#define EG_XPATH_MEMORY_MAX                                                                        \
    (512 * EG_MIB)                        /* held by one run of checks; a report's tree is apart   \
                                           */
#define EG_XPATH_OCTETS_MAX (64 * EG_MIB) /* texts made by the functions of one run ... */
#define EG_XPATH_OCTETS_PER_NODE 256      /* ... and for each node of its document */
#define EG_SCHEMATRON_RULES_MAX 10000     /* rules after abstract patterns are filled in */
#define EG_FINDING_VALUE_MAX                                                                       \
    1000 /* octets of one value: enough for a message, too few for a report */
#define EG_FINDINGS_COUNT_MAX 1000 /* the rest is counted (one public file made 1.38 million) */
#define EG_JUDGED_LIMITS_MAX 20000 /* limits told one by one; the rest is summed */

/*
 * The published limits of a report. Each is counted over the octets of the report alone, where they
 * are parsed (assess/xml/xml_count.h), so that a gateway, the tool's verbs and an auditor count
 * alike. A report beyond one is rejected; the finding has the rule named here.
 *
 * X(name, rule, most)
 */
#define EG_INPUT_LIMITS(X)                                                                         \
    X(OCTETS, "limit-octets", EG_REPORT_MAX)                                                       \
    X(DEPTH, "limit-depth", EG_XML_DEPTH_MAX)                                                      \
    X(NODES, "limit-nodes", EG_XML_NODES_MAX)                                                      \
    X(ATTRIBUTES, "limit-attributes", EG_XML_ATTRIBUTES_MAX)                                       \
    X(ALL_ATTRIBUTES, "limit-all-attributes", EG_XML_ALL_ATTRIBUTES_MAX)                           \
    X(NAMESPACES, "limit-namespaces", EG_XML_NAMESPACES_MAX)                                       \
    X(INSTRUCTIONS, "limit-instructions", EG_XML_INSTRUCTIONS_MAX)                                 \
    X(COMMENTS, "limit-comments", EG_XML_COMMENTS_MAX)                                             \
    X(TEXT, "limit-text", EG_XML_TEXT_MAX)                                                         \
    X(NAME, "limit-name", EG_XML_NAME_MAX)
#define EG_XML_NODES_MAX 4000000          /* a year of 32 MiB has 1.3 million */
#define EG_XML_ALL_ATTRIBUTES_MAX 4000000 /* the same year has 2 million */
#define EG_XML_INSTRUCTIONS_MAX 1000      /* a report has one or two; XPath pays for rows of them */
#define EG_XML_COMMENTS_MAX 10000         /* one for each day of a year and each of 27 columns */
#define EG_XML_TEXT_MAX (16 * EG_MIB)     /* of one value; half a report */
#define EG_XML_NAME_MAX 1000              /* shown in findings, compared at each look-up */

/* Facts */
#define EG_FACTS_MAX 250000              /* 366 days of 30 components with 20 facts each */
#define EG_FACTS_OCTETS_MAX (8 * EG_MIB) /* the same as text, some ten octets a value */

#define EG_FACTS_CACHE_MAX 256 /* sets kept for the next report of their plant ... */
#define EG_FACTS_CACHE_OCTETS_MAX (64 * EG_MIB) /* ... a year of 40 facts a day is 2 MiB */

/* Reports that met a ceiling (archive/store_held.h) */
#define EG_HELD_MAX 10000                               /* rows, 1 KiB each ... */
#define EG_HELD_OF_PARTICIPANT_MAX 1000                 /* ... and of one participant */
#define EG_HELD_OCTETS_MAX (256 * EG_MIB)               /* kept to be judged again, packed ... */
#define EG_HELD_OCTETS_OF_PARTICIPANT_MAX (64 * EG_MIB) /* ... and of one participant */
#define EG_HELD_TEXT_MAX 400                            /* what is told of the last time */

/* Identities */
#define EG_ROLES_TEXT_MAX 128        /* the words of all roles, with commas */
#define EG_ID_MAX 128                /* a declared id, participant id, plant id, package id */
#define EG_ORIGIN_MAX 128            /* a log origin: a host name with path */
#define EG_CURVE_KEY_TEXT 40         /* Z85 of 32 octets */
#define EG_VERSION_NUMBER_MAX 999999 /* of a submission; keeps texts short */

/* Source data of plants */
#define EG_CSV_MAX (256 * EG_MIB)     /* ten years of half-hours in 60 columns are about 100 MB */
#define EG_CSV_LINE_MAX (64 * EG_KIB) /* 1,024 columns of 60 characters */
#define EG_CSV_COLUMNS_MAX 1024       /* the widest exports seen have some hundred */
#define EG_MAPPING_MAX (256 * EG_KIB) /* a mapping file is a page or two */
#define EG_MAPPING_COLUMNS_MAX 256    /* series, companions and states of all sources together */

/* Packages and directory */
#define EG_PACKAGE_FILES_MAX 2000 /* files of one package */
#define EG_PACKAGE_OCTETS_MAX (64 * EG_MIB)
#define EG_DIRECTORY_MAX (32 * EG_MIB)       /* some 20,000 participants */
#define EG_SETTINGS_LACKING_MAX 200          /* told of one report; a line holds some 50 */
#define EG_RETENTION_YEARS_MAX 999           /* three digits, as directory.xsd has them */
#define EG_SCHEMA_PATTERN_MAX 1000           /* octets of a pattern of a simple type */
#define EG_SCHEMA_PATTERN_DEPTH_MAX 20       /* parentheses in each other */
#define EG_SCHEMA_PATTERN_PLACES_MAX 1000    /* characters, repetitions written out */
#define EG_SCHEMA_PATTERN_WAYS_MAX 8         /* choices outside repetitions: 256 ways at most */
#define EG_SCHEMA_WORDS_MAX 10000            /* words of all enumerations: a large code list */
#define EG_SCHEMA_PATTERNS_MAX 1000          /* patterns of all types */
#define EG_SCHEMA_MEMBERS_MAX 20             /* of one union */
#define EG_NOTIFICATIONS_MAX 16              /* notifications of one package */
#define EG_PARAMETERS_MAX 256                /* parameters of one package */
#define EG_PARAMETER_ROWS_MAX 64             /* rows of one parameter, as the schema bounds them */
#define EG_PARAMETER_COMBINATIONS_MAX 100000 /* of words of settings, tried at load */
#define EG_EXPRESSION_MAX 2000             /* octets of one formula or condition: a page of a law */
#define EG_EXPRESSION_DEPTH_MAX 40         /* parentheses and negations in each other */
#define EG_EXPRESSION_WORDS_MAX 64         /* words in one "is one of" */
#define EG_READING_FILE_MAX (256 * EG_KIB) /* a reading is a page or two */
#define EG_READING_OCTETS_MAX (4 * EG_MIB) /* compiled: paths have room for all their steps */
#define EG_GRID_OCTETS_MAX                                                                         \
    (256 * EG_MIB)                          /* the most series with 48 places and 200 columns each \
                                             */
#define EG_COLUMN_WORDS_MAX 200             /* words of one column: their index is an octet */
#define EG_GRID_SERIES_MAX 2000             /* sources, and series of all sources, of one report */
#define EG_GRID_LIST_MAX 1000               /* samplings of one series; a long campaign has 100 */
#define EG_ASSESSMENT_FILE_MAX (1 * EG_MIB) /* a page of a law is a page of it */
#define EG_ASSESSMENT_MEMORY_MAX (64 * EG_MIB) /* of one compiled, and of one run */
#define EG_ASSESSMENT_OPERATIONS_MAX 2000      /* the largest shipped has some 150 */
#define EG_ASSESSMENT_NAMES_MAX 200            /* of one block: more is not read */
#define EG_ASSESSMENT_WINDOWS_MAX 20           /* of one assessment */
#define EG_ASSESSMENT_DAYS_MAX 366             /* of one window: a leap year */
#define EG_ASSESSMENT_LISTED_MAX 100 /* places listed of one finding; the rest is counted */
#define EG_TRANSFORM_OPERATIONS_MAX 200000000UL /* a year of a plant takes some 100 million */
#define EG_TRANSFORM_MEMORY_MAX (512 * EG_MIB)  /* a result's tree is ten times its octets */
#define EG_TRANSFORM_DEPTH_MAX 1000 /* templates in each other; libxslt recurses on them */
#define EG_TEST_BASES_MAX 9         /* a case of a package's tests and its bases */
#define EG_TEST_FACT_DAYS_MAX 400   /* days of one fact of such a case: a year and a month */
#define EG_SANDBOX_CPU_S 120        /* CPU time to compile a package and run its tests */
#define EG_SANDBOX_MEMORY_MAX (4096 * EG_MIB) /* addresses of that child, its parent's included */

/* Wire */
#define EG_REQUEST_ID_MAX 32               /* as the protocol says */
#define EG_FRAMES_MAX 12                   /* most frames any message of the protocol has */
#define EG_CREDIT_MAX 1000                 /* items a follower may ask for ahead */
#define EG_ROUTING_ID_MAX 255              /* what a ROUTER can give */
#define EG_FOLLOWERS_MAX 4096              /* every participant of a large Land, several times */
#define EG_FOLLOWERS_PER_PARTICIPANT_MAX 8 /* connections that were lost linger until noticed */
#define EG_FOLLOWER_OCTETS_MAX                                                                     \
    (64 * EG_MIB) /* sent to one follower and not acknowledged: 2 items */
#define EG_STREAMS_OCTETS_MAX (256 * EG_MIB)  /* the same for all followers together */
#define EG_PACKAGES_PEER_MAX (4 * EG_MIB)     /* packages that one peer has not taken: some laws */
#define EG_PACKAGES_MAX EG_PACKAGE_OCTETS_MAX /* the same of all peers: the largest, or many */

/* The journal */
#define EG_JOURNAL_BUFFER_MAX (256 * EG_KIB) /* waiting to be written: some 2,500 lines */
#define EG_JOURNAL_REPEATS_KEPT 64           /* events whose repetitions are counted at a time */
#define EG_JOURNAL_REPEATS_SHOWN 5           /* of the same event, before they are counted ... */
#define EG_JOURNAL_REPEATS_MS 10000          /* ... within this time */
#define EG_JOURNAL_REPEAT_KEY_MAX 512 /* octets of the fields of one; a longer line is shown */
#define EG_JOURNAL_STRANGERS_HOUR_MAX                                                              \
    ((size_t)300000) /* 7.2 MB a day, so that with what a dying door says strangers cause < 10 MB  \
                      */
#define EG_JOURNAL_PATIENCE_MS 2000 /* for whoever reads the journal, at the end */

/* Time */
#define EG_SIGNING_TIME_AHEAD_MS (5 * 60 * 1000LL) /* a sender's clock may run ahead by this */
#define EG_CRL_AHEAD_MS (5 * 60 * 1000LL)          /* a list may be made while a report is judged */
#define EG_CLOCK_BEHIND_MAX_MS                                                                     \
    (5 * 60 * 1000LL) /* our clock may be behind a time that has come, by this */
#define EG_CARD_VALID_MAX_MS                                                                       \
    (7 * 24 * 3600 * 1000LL) /* an endpoint card lives at most seven days */

#endif
