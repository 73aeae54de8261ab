// SPDX-License-Identifier: Apache-2.0
// Statements with MariaDB Connector/C: prepared ones, bulk, cursors, long data, several in one, files,
// and what takes more than a packet. Usage: mysql_client PORT|SOCKET CONNECTIONS ROUNDS FILE; waits and
// prints as mysql_client.py does.
#include <ctype.h>
#include <mysql.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEYS = 32, LONG_TEXT = 17 << 20 };

static const char *place, *file;
static int rounds, is_alone;
static struct {
  const char *key;
  int count;
} done[KEYS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void count(const char *key) {
  pthread_mutex_lock(&lock);
  int i = 0;
  while (done[i].key && strcmp(done[i].key, key)) i++;
  done[i].key = key;
  done[i].count++;
  pthread_mutex_unlock(&lock);
}

static void check(int failed, const char *what, const char *why) {
  if (!failed) return;
  fprintf(stderr, "%s: %s\n", what, why);
  exit(1);
}

static void drain(MYSQL_STMT *statement) {
  do {
    mysql_stmt_store_result(statement);
    mysql_stmt_free_result(statement);
  } while (mysql_stmt_next_result(statement) == 0);
}

static MYSQL_STMT *prepare(MYSQL *connection, const char *sql) {
  MYSQL_STMT *statement = mysql_stmt_init(connection);
  check(mysql_stmt_prepare(statement, sql, strlen(sql)), sql, mysql_stmt_error(statement));
  return statement;
}

static void execute(MYSQL_STMT *statement, const char *key) {
  check(mysql_stmt_execute(statement), key, mysql_stmt_error(statement));
  drain(statement);
  count(key);
}

static void query(MYSQL *connection, const char *sql, unsigned long length, const char *key) {
  check(mysql_real_query(connection, sql, length), key, mysql_error(connection));
  do {
    MYSQL_RES *result = mysql_store_result(connection);
    if (result) mysql_free_result(result);
  } while (mysql_next_result(connection) == 0);
  count(key);
}

// Prepares and executes in one go, before the answer to the first is there.
static void execute_direct(MYSQL *connection) {
  MYSQL_STMT *statement = mysql_stmt_init(connection);
  const char *sql = "SELECT id, name FROM items WHERE id = 1";
  check(mariadb_stmt_execute_direct(statement, sql, strlen(sql)), sql, mysql_stmt_error(statement));
  drain(statement);
  count("SELECT items");
  mysql_stmt_close(statement);
}

static void bulk(MYSQL *connection) {
  MYSQL_STMT *statement = prepare(connection, "INSERT INTO items (name) VALUES (?)");
  unsigned int rows = 3;
  char *names[] = {"planted-value", "planted-value", "planted-value"};
  unsigned long lengths[] = {13, 13, 13};
  MYSQL_BIND bind = {.buffer_type = MYSQL_TYPE_STRING, .buffer = names, .length = lengths};
  mysql_stmt_attr_set(statement, STMT_ATTR_ARRAY_SIZE, &rows);
  mysql_stmt_bind_param(statement, &bind);
  execute(statement, "INSERT items");
  mysql_stmt_close(statement);
}

static void long_data(MYSQL *connection) {
  MYSQL_STMT *statement = prepare(connection, "UPDATE items SET body = ? WHERE id = 1");
  MYSQL_BIND bind = {.buffer_type = MYSQL_TYPE_BLOB};
  char part[3000];
  memset(part, 'b', sizeof part);
  mysql_stmt_bind_param(statement, &bind);
  mysql_stmt_send_long_data(statement, 0, part, sizeof part);
  mysql_stmt_send_long_data(statement, 0, part, sizeof part);
  execute(statement, "UPDATE items");
  mysql_stmt_close(statement);
}

static void cursor(MYSQL *connection) {
  MYSQL_STMT *statement = prepare(connection, "SELECT id FROM large");
  unsigned long type = CURSOR_TYPE_READ_ONLY, rows = 300;
  int id;
  MYSQL_BIND bind = {.buffer_type = MYSQL_TYPE_LONG, .buffer = &id};
  mysql_stmt_attr_set(statement, STMT_ATTR_CURSOR_TYPE, &type);
  mysql_stmt_attr_set(statement, STMT_ATTR_PREFETCH_ROWS, &rows);
  check(mysql_stmt_execute(statement), "cursor", mysql_stmt_error(statement));
  mysql_stmt_bind_result(statement, &bind);
  int fetched = 0;
  while (mysql_stmt_fetch(statement) == 0) fetched++;
  check(fetched != 2000, "cursor", "too few rows");
  count("SELECT large");
  mysql_stmt_close(statement);
}

static void *talk(void *unused) {
  (void)unused;
  MYSQL *connection = mysql_init(NULL);
  unsigned int on = 1;
  int is_port = isdigit((unsigned char)place[0]);
  mysql_options(connection, MYSQL_OPT_LOCAL_INFILE, &on);
  check(!mysql_real_connect(connection, is_port ? "127.0.0.1" : NULL, "alice", "planted-password",
                            "shop", is_port ? (unsigned)atoi(place) : 0, is_port ? NULL : place,
                            CLIENT_MULTI_STATEMENTS),
        "connect", mysql_error(connection));
  MYSQL_STMT *select = prepare(connection, "SELECT id, body FROM large WHERE 'planted-literal' <> ''");
  char load[512];
  snprintf(load, sizeof load,
           "LOAD DATA LOCAL INFILE '%s' INTO TABLE items FIELDS TERMINATED BY ',' (name)", file);
  for (int i = 0; i < rounds; i++) {
    execute(select, "SELECT large");
    execute_direct(connection);
    bulk(connection);
    long_data(connection);
    cursor(connection);
    const char *several = "SELECT id FROM large LIMIT 1; SELECT id FROM large LIMIT 2";
    query(connection, several, strlen(several), "SELECT large");
    query(connection, load, strlen(load), "LOAD items");
  }
  mysql_stmt_close(select);
  if (is_alone) {
    char *sql = malloc(LONG_TEXT + 100);
    const int start = sprintf(sql, "SELECT id FROM items WHERE name = '");
    memset(sql + start, 'p', LONG_TEXT);
    strcpy(sql + start + LONG_TEXT, "'");
    query(connection, sql, strlen(sql), "SELECT items");
    free(sql);
  }
  mysql_close(connection);
  return NULL;
}

int main(int argc, char **argv) {
  if (argc != 5) return 2;
  place = argv[1];
  const int connections = atoi(argv[2]);
  is_alone = connections == 1;
  rounds = atoi(argv[3]);
  file = argv[4];
  mysql_library_init(0, NULL, NULL);
  puts("waiting");
  fflush(stdout);
  getchar();
  pthread_t threads[64];
  for (int i = 0; i < connections; i++) pthread_create(&threads[i], NULL, talk, NULL);
  for (int i = 0; i < connections; i++) pthread_join(threads[i], NULL);
  for (int i = 0; i < KEYS && done[i].key; i++)
    printf("%s\"%s\": %d", i ? ", " : "{", done[i].key, done[i].count);
  puts("}");
  fflush(stdout);
  getchar();
  return 0;
}
