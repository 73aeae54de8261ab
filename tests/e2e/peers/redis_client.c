// SPDX-License-Identifier: Apache-2.0
// hiredis. Usage: redis_client PORT CONNECTIONS COUNT PIPELINE; waits for a line on stdin, then sends COUNT rounds of SET and GET
// on each connection, PIPELINE rounds in one go, and prints how many of each were answered well, as JSON.
#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>

static int good(redisContext *context, int wanted) {
  redisReply *reply = NULL;
  if (redisGetReply(context, (void **)&reply) != REDIS_OK) return 0;
  int right = reply->type == wanted;
  freeReplyObject(reply);
  return right;
}

int main(int argc, char **argv) {
  if (argc != 5) return 2;
  int port = atoi(argv[1]), connections = atoi(argv[2]), count = atoi(argv[3]), pipeline = atoi(argv[4]);
  char line[16];
  puts("waiting");
  fflush(stdout);
  if (!fgets(line, sizeof line, stdin)) return 1;
  redisContext **contexts = calloc(connections, sizeof *contexts);
  int auth = 0, set = 0, get = 0;
  for (int i = 0; i < connections; i++) {
    contexts[i] = redisConnect("127.0.0.1", port);
    if (!contexts[i] || contexts[i]->err) return 1;
    redisAppendCommand(contexts[i], "AUTH topsecret");
    auth += good(contexts[i], REDIS_REPLY_STATUS);
  }
  for (int first = 0; first < count; first += pipeline) {
    int rounds = count - first < pipeline ? count - first : pipeline;
    for (int i = 0; i < connections; i++) {
      for (int n = 0; n < rounds; n++) {
        redisAppendCommand(contexts[i], "SET c:%d topsecret-%d", i, n);
        redisAppendCommand(contexts[i], "GET c:%d", i);
      }
      for (int n = 0; n < rounds; n++) {
        set += good(contexts[i], REDIS_REPLY_STATUS);
        get += good(contexts[i], REDIS_REPLY_STRING);
      }
    }
  }
  for (int i = 0; i < connections; i++) redisFree(contexts[i]);
  printf("{\"AUTH\": %d, \"SET\": %d, \"GET\": %d}\n", auth, set, get);
  fflush(stdout);
  if (!fgets(line, sizeof line, stdin)) return 0;
  return 0;
}
