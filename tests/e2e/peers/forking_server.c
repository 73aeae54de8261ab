// SPDX-License-Identifier: Apache-2.0
// A server that forks a process for each connection: forking_server PORT [PROGRAM ARGUMENT…]. The child answers one request and
// ends at once; or, with a program, becomes that, with the connection as its standard input and output (inetd).
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int count, char **arguments) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(arguments[1]))};
  int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1;
  signal(SIGCHLD, SIG_IGN);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listener, (struct sockaddr *)&address, sizeof(address)) || listen(listener, 512)) return 1;
  while (1) {
    int connection = accept(listener, NULL, NULL);
    if (connection >= 0 && fork() == 0) {
      static const char answer[] = "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi";
      char request[4096];
      close(listener);
      if (count > 2) {
        dup2(connection, 0);
        dup2(connection, 1);
        close(connection);
        execv(arguments[2], arguments + 2);
        _exit(1);
      }
      if (read(connection, request, sizeof(request)) > 0 && write(connection, answer, sizeof(answer) - 1) < 0) _exit(1);
      _exit(0);
    }
    close(connection);
  }
}
