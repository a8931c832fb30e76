/* The yardstick for small evidence: write, fsync, rename, fsync of the directory, one file after the other.
   Usage: durable_files FOLDER BYTES SECONDS; prints files per second. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static void must(int good, const char *what) {
  if (!good) {
    perror(what);
    exit(1);
  }
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  size_t length = strtoul(argv[2], 0, 10);
  char *bytes = malloc(length), from[4096], to[4096];
  must(bytes != 0, "malloc");
  memset(bytes, 'x', length);
  int directory = open(argv[1], O_RDONLY | O_DIRECTORY);
  must(directory >= 0, "open directory");

  double start = now(), end = start + atof(argv[3]);
  long files = 0;
  while (now() < end) {
    snprintf(from, sizeof from, "%s/%ld.new", argv[1], files);
    snprintf(to, sizeof to, "%s/%ld", argv[1], files);
    int file = open(from, O_WRONLY | O_CREAT | O_EXCL, 0600);
    must(file >= 0, "open");
    must(write(file, bytes, length) == (ssize_t)length, "write");
    must(fsync(file) == 0, "fsync");
    must(close(file) == 0, "close");
    must(rename(from, to) == 0, "rename");
    must(fsync(directory) == 0, "fsync directory");
    files++;
  }
  printf("%.0f\n", files / (now() - start));
  return 0;
}
