/*
 * The table; see the header.
 */
#include "flow/pipeline/failure.h"

/*
 * 1. LIMIT and NOMEM are CEILING, of the package or of the process, and a breach.
 * 2. DENIED is SETTING: the package misses a setting of the plant, which its operator can give.
 * 3. Anything else is INTERNAL; FORMAT is a breach, for the same report leads to it again.
 */
static struct eg_failure judging(enum eg_status status)
{
    switch (status) {
    case EG_E_LIMIT:
    case EG_E_NOMEM:
        return (struct eg_failure){EG_CODE_CEILING, true};
    case EG_E_DENIED:
        return (struct eg_failure){EG_CODE_SETTING, false};
    default:
        return (struct eg_failure){EG_CODE_INTERNAL, status == EG_E_FORMAT};
    }
}

struct eg_failure eg_failure_of(enum eg_failure_task task, enum eg_status status)
{
    switch (task) {
    case EG_FAILURE_SIGNATURE: /* STATE: no revocation list tells about the certificate now */
        return (struct eg_failure){status == EG_E_STATE ? EG_CODE_REVOCATION : EG_CODE_INTERNAL,
                                   false};
    case EG_FAILURE_ARCHIVE:
        return (struct eg_failure){EG_CODE_ARCHIVE, false};
    case EG_FAILURE_FACTS: /* LIMIT: more facts than a package may ask for */
        return status == EG_E_LIMIT ? judging(status) : (struct eg_failure){EG_CODE_ARCHIVE, false};
    case EG_FAILURE_JUDGING:
        return judging(status);
    case EG_FAILURE_OWN:
        break;
    }
    return (struct eg_failure){EG_CODE_INTERNAL, false};
}
