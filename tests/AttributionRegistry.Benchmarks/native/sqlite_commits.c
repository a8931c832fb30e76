/* The yardstick for durable commits: one connection, WAL, synchronous=FULL, one INSERT a transaction.
   Usage: sqlite_commits FILE SECONDS; prints commits per second. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static void must(int code, int wanted, sqlite3 *db) {
  if (code != wanted) {
    fprintf(stderr, "sqlite: %s\n", sqlite3_errmsg(db));
    exit(1);
  }
}

int main(int argc, char **argv) {
  sqlite3 *db;
  sqlite3_stmt *insert;
  char body[300];
  if (argc != 3) return 2;
  must(sqlite3_open(argv[1], &db), SQLITE_OK, db);
  must(sqlite3_exec(db,
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
    "CREATE TABLE event (idx INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;", 0, 0, 0), SQLITE_OK, db);
  must(sqlite3_prepare_v2(db, "INSERT INTO event (body) VALUES (?1)", -1, &insert, 0), SQLITE_OK, db);
  memset(body, 'x', sizeof body);

  double start = now(), end = start + atof(argv[2]);
  long commits = 0;
  while (now() < end) {
    /* No BEGIN: each statement is its own transaction, so each step is one durable commit. */
    must(sqlite3_bind_text(insert, 1, body, sizeof body, SQLITE_STATIC), SQLITE_OK, db);
    must(sqlite3_step(insert), SQLITE_DONE, db);
    must(sqlite3_reset(insert), SQLITE_OK, db);
    commits++;
  }
  printf("%.0f\n", commits / (now() - start));
  sqlite3_finalize(insert);
  sqlite3_close(db);
  return 0;
}
