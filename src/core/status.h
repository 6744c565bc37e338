/* What a function that may be refused, or fail for reasons of ours, came to. Why a client is refused is an
 * enum refusal (core/refusal.h); a function whose every failure is a refusal returns that.
 */
#ifndef RIGGER_CORE_STATUS_H
#define RIGGER_CORE_STATUS_H

enum status {
    STATUS_OK,
    STATUS_REFUSED,     /* it was decided not to do it; the function says where the refusal stands */
    STATUS_UNAVAILABLE, /* a database or service is away or too slow: trying again may help */
    STATUS_ERROR        /* a defect of program or database; it is logged */
};

#endif
