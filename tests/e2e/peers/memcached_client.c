// SPDX-License-Identifier: Apache-2.0
// libmemcached. Usage: memcached_client text|binary PORT CONNECTIONS COUNT; waits for a line on stdin, then sends COUNT rounds on
// each connection, and a batch of buffered stores, and prints what it did as JSON.
#include <libmemcached/memcached.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUFFERED = 16 };  // the server answers them in one call, of as many parts as can be captured

static int sets, gets, deletes;

static void round_of(memcached_st *memory, const char *key) {
  size_t length;
  uint32_t flags;
  memcached_return_t result;
  sets += memcached_set(memory, key, strlen(key), "topsecret", 9, 60, 0) == MEMCACHED_SUCCESS;
  char *value = memcached_get(memory, key, strlen(key), &length, &flags, &result);
  gets += result == MEMCACHED_SUCCESS && length == 9;
  free(value);
  value = memcached_get(memory, "missing", 7, &length, &flags, &result);
  gets += result == MEMCACHED_NOTFOUND;
  free(value);
  deletes += memcached_delete(memory, key, strlen(key), 0) == MEMCACHED_SUCCESS;
}

// Stores that are sent together, in the binary protocol as quiet ones; the next fetch sends them, and reads their answers.
// (Whoever changes a behaviour quits the connection first.)
static void buffered(memcached_st *memory, const char *key) {
  memcached_behavior_set(memory, MEMCACHED_BEHAVIOR_BUFFER_REQUESTS, 1);
  for (int i = 0; i < BUFFERED; i++) {
    memcached_return_t result = memcached_set(memory, key, strlen(key), "topsecret", 9, 60, 0);
    sets += result == MEMCACHED_BUFFERED || result == MEMCACHED_SUCCESS;
  }
  size_t length;
  uint32_t flags;
  memcached_return_t result;
  char *value = memcached_get(memory, key, strlen(key), &length, &flags, &result);
  gets += result == MEMCACHED_SUCCESS && length == 9;
  free(value);
}

int main(int argc, char **argv) {
  if (argc != 5) return 2;
  int port = atoi(argv[2]), connections = atoi(argv[3]), count = atoi(argv[4]);
  char line[16];
  puts("waiting");
  fflush(stdout);
  if (!fgets(line, sizeof line, stdin)) return 1;
  memcached_st **memories = calloc(connections, sizeof *memories);
  for (int i = 0; i < connections; i++) {
    memories[i] = memcached_create(NULL);
    memcached_behavior_set(memories[i], MEMCACHED_BEHAVIOR_BINARY_PROTOCOL, strcmp(argv[1], "binary") == 0);
    memcached_server_add(memories[i], "127.0.0.1", port);
  }
  for (int n = 0; n < count; n++) {
    for (int i = 0; i < connections; i++) {
      char key[32];
      snprintf(key, sizeof key, "c:%d", i);
      round_of(memories[i], key);
    }
  }
  for (int i = 0; i < connections; i++) buffered(memories[i], "buffered");
  for (int i = 0; i < connections; i++) memcached_free(memories[i]);
  printf("{\"SET\": %d, \"GET\": %d, \"DELETE\": %d}\n", sets, gets, deletes);
  fflush(stdout);
  if (!fgets(line, sizeof line, stdin)) return 0;
  return 0;
}
