/* Plain CGI (RFC 3875): one request from the environment and standard input, the answer to standard output.
 */
#ifndef RIGGER_SERVER_TRANSPORT_CGI_H
#define RIGGER_SERVER_TRANSPORT_CGI_H

#include "http/request.h"

/* The transport of this process's one request; static. */
struct transport *cgi_transport(void);

#endif
