/* What a process is for, as far as its confinement is concerned. */
#ifndef RIGGER_CONFINE_ROLE_H
#define RIGGER_CONFINE_ROLE_H

enum role {
    ROLE_FAST,       /* requests that need the database alone */
    ROLE_SLOW,       /* requests that wait for networks */
    ROLE_BACKGROUND, /* duties between the database and Redis */
    ROLE_VERIFIER,   /* asks instances of old SDKs, as the validator */
    ROLE_PROGRAMS,   /* runs the operator's programs */
    ROLE_ALONE       /* all requests, without a master */
};

#endif
