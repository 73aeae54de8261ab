// SPDX-License-Identifier: Apache-2.0
// ONC RPC by libtirpc, both ends. `serve`: prints its port, then answers procedure 7 of program 0x20000777 by the number it
// is sent plus one. `call PORT CONNECTIONS COUNT`: waits for a line, then makes COUNT such calls on each connection, and on
// the first one also a call of a procedure that isn't there; prints how many were answered as they should be.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <rpc/rpc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PROGRAM = 0x20000777, VERSION = 3, PROCEDURE = 7 };

static void dispatch(struct svc_req *request, SVCXPRT *transport) {
  int number = 0;
  if (request->rq_proc == NULLPROC) {
    svc_sendreply(transport, (xdrproc_t)xdr_void, NULL);
  } else if (request->rq_proc != PROCEDURE) {
    svcerr_noproc(transport);
  } else if (!svc_getargs(transport, (xdrproc_t)xdr_int, (char *)&number)) {
    svcerr_decode(transport);
  } else {
    ++number;
    svc_sendreply(transport, (xdrproc_t)xdr_int, (char *)&number);
  }
}

static struct sockaddr_in loopback(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

static int serve(void) {
  struct sockaddr_in address = loopback(0);
  socklen_t size = sizeof(address);
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, 64)) return 1;
  getsockname(listener, (struct sockaddr *)&address, &size);
  SVCXPRT *transport = svc_vc_create(listener, 0, 0);
  if (!transport || !svc_reg(transport, PROGRAM, VERSION, dispatch, NULL)) return 1;
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  svc_run();
  return 1;
}

static int call(int port, int connections, int count) {
  CLIENT *clients[64];
  char line[16];
  int good = 0;
  printf("waiting\n");
  fflush(stdout);
  if (!fgets(line, sizeof(line), stdin)) return 1;
  for (int i = 0; i < connections; i++) {
    struct sockaddr_in address = loopback(port);
    struct netbuf server = {.maxlen = sizeof(address), .len = sizeof(address), .buf = &address};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    clients[i] = clnt_vc_create(fd, &server, PROGRAM, VERSION, 0, 0);
    if (!clients[i]) return 1;
    clients[i]->cl_auth = authunix_create((char *)"topsecret", 0, 0, 0, NULL);
  }
  struct timeval patience = {.tv_sec = 10};
  for (int n = 0; n < count; n++) {
    for (int i = 0; i < connections; i++) {
      int result = 0;
      if (clnt_call(clients[i], PROCEDURE, (xdrproc_t)xdr_int, (char *)&n, (xdrproc_t)xdr_int, (char *)&result, patience) ==
              RPC_SUCCESS && result == n + 1)
        good++;
    }
  }
  int missing = clnt_call(clients[0], 99, (xdrproc_t)xdr_void, NULL, (xdrproc_t)xdr_void, NULL, patience) == RPC_PROCUNAVAIL;
  printf("%d %d\n", good, missing);
  fflush(stdout);
  fgets(line, sizeof(line), stdin);
  return 0;
}

int main(int argc, char **argv) {
  if (argc == 2 && !strcmp(argv[1], "serve")) return serve();
  if (argc == 5 && !strcmp(argv[1], "call")) return call(atoi(argv[2]), atoi(argv[3]), atoi(argv[4]));
  return 2;
}
