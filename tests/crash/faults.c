/*
 * Ends a process, or fails it, at the n-th of its durable system calls: preloaded (LD_PRELOAD) into a program that keeps files in a folder.
 * Counted are the calls that change files under FAULT_FOLDER or make changes durable; calls on other files pass through.
 *
 *   FAULT_FOLDER  the folder, an absolute path without links
 *   FAULT_AT      which call, from 1; counting begins when the program calls fault_arm(), or at once with FAULT_ARMED=1
 *   FAULT_MODE    before  SIGKILL instead of the call            half   half of a write, then SIGKILL
 *                 after   SIGKILL after the call                 power  as before, and all that was not made durable is undone:
 *                                                                       bytes that no fsync of their file followed, names that no fsync
 *                                                                       of their folder followed
 *                 eio, enospc   the call fails and nothing of it is done; later ones succeed
 *   FAULT_LOST    with eio: a file that receives what a failed fsync leaves in memory only. The kernel takes such pages for clean and reports no
 *                 later error, so everybody reads them until the power fails: lines "path offset 0xnow 0xbefore", newest first; and SIGKILL
 *                 instead of the call after it, so that the program cannot undo what it failed to make durable
 *   FAULT_TRACE   a file that receives one line a call, to see what n is
 *
 * Build: cc -shared -fPIC -O1 -o faults.so faults.c -ldl
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum mode { NONE, BEFORE, AFTER, HALF, POWER, FAIL };

/* What a power cut would take back, newest first. */
struct undo {
    struct undo *older;
    dev_t dev; ino_t ino;                 /* of the file whose bytes changed, or of the folder whose names did */
    enum { BYTES, CREATED, REMOVED, MOVED } what;
    int fd; off_t offset, size; size_t length, written; unsigned char *bytes;
    char path[PATH_MAX], other[PATH_MAX]; /* other: where a removed file is kept, or where a moved one came from */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct undo *undos;
static const char *folder;
static enum mode mode;
static int fault, trace = -1, lost = -1, armed, tracking;
static long at, count;

static void *(*real_dlsym)(void *, const char *);
#define REAL_AS(name, as) static typeof(&name) as; if (!as) as = (typeof(&name))real_dlsym(RTLD_NEXT, #name)
#define REAL(name) REAL_AS(name, real)

__attribute__((constructor)) static void begin(void)
{
    real_dlsym = (void *(*)(void *, const char *))dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.34");
    if (!real_dlsym) real_dlsym = (void *(*)(void *, const char *))dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.2.5");
    if (!real_dlsym) real_dlsym = (void *(*)(void *, const char *))dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.17");
    if (!real_dlsym) { fprintf(stderr, "faults: no dlsym\n"); _exit(97); }
    const char *m = getenv("FAULT_MODE");
    folder = getenv("FAULT_FOLDER");
    at = getenv("FAULT_AT") ? atol(getenv("FAULT_AT")) : 0;
    mode = !m || !at ? NONE : !strcmp(m, "before") ? BEFORE : !strcmp(m, "after") ? AFTER : !strcmp(m, "half") ? HALF : !strcmp(m, "power") ? POWER : FAIL;
    fault = m && !strcmp(m, "enospc") ? ENOSPC : EIO;
    armed = getenv("FAULT_ARMED") != NULL;
    if (getenv("FAULT_TRACE")) trace = open(getenv("FAULT_TRACE"), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (getenv("FAULT_LOST")) lost = open(getenv("FAULT_LOST"), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    tracking = mode == POWER || lost >= 0;
    unsetenv("LD_PRELOAD"); /* for this process only */
}

void fault_arm(void) { armed = 1; }
/* How many calls were counted: the program can tell whether a fault has come. */
long fault_count(void) { return count; }

static int inside(const char *path)
{
    size_t length = folder ? strlen(folder) : 0;
    return length && !strncmp(path, folder, length) && (path[length] == '/' || !path[length]);
}

static int path_of(int fd, char *path)
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length < 0) return 0;
    path[length] = 0;
    char *gone = strstr(path, " (deleted)");
    if (gone) *gone = 0;
    return inside(path);
}

/* Absolute, as it stands: the programs that this is for name their files so. */
static int named(const char *path) { return path && inside(path); }

static void die(void)
{
    if (mode == POWER)
        for (struct undo *u = undos; u; u = u->older) {
            if (u->what == BYTES) {
                REAL(pwrite64);
                if (u->length && real(u->fd, u->bytes, u->length, u->offset) != (ssize_t)u->length) _exit(98);
                REAL_AS(ftruncate64, cut);
                if (cut(u->fd, u->size)) _exit(98);
            }
            else if (u->what == CREATED) { REAL(unlink); real(u->path); }
            else if (u->what == REMOVED) { REAL(rename); real(u->other, u->path); }
            else { REAL(rename); real(u->path, u->other); }
        }
    kill(getpid(), SIGKILL);
    pause();
}

static struct undo *remember(int what)
{
    struct undo *u = calloc(1, sizeof *u);
    u->what = what; u->older = undos; undos = u;
    return u;
}

static void remember_bytes(int fd, off_t offset, size_t length)
{
    struct stat s;
    if (!tracking || fstat(fd, &s)) return;
    struct undo *u = remember(BYTES);
    u->dev = s.st_dev; u->ino = s.st_ino; u->size = s.st_size; u->offset = offset; u->written = length;
    /* Opened anew: the program may close its own, or may have it for writing only. */
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    u->fd = open(link, O_RDWR | O_CLOEXEC);
    if (u->fd < 0) u->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    if (offset < s.st_size && length) {
        u->length = (size_t)(s.st_size - offset) < length ? (size_t)(s.st_size - offset) : length;
        u->bytes = malloc(u->length);
        if (pread(u->fd, u->bytes, u->length, offset) != (ssize_t)u->length) _exit(98);
    }
}

static void remember_name(int what, const char *path, const char *other)
{
    struct stat s;
    char parent[PATH_MAX];
    if (!tracking) return;
    snprintf(parent, sizeof parent, "%s", path);
    *strrchr(parent, '/') = 0;
    if (stat(parent, &s)) return;
    struct undo *u = remember(what);
    u->dev = s.st_dev; u->ino = s.st_ino;
    snprintf(u->path, sizeof u->path, "%s", path);
    if (other) snprintf(u->other, sizeof u->other, "%s", other);
}

/* A file that loses its name keeps another one aside until the folder is durable. */
static void keep_aside(const char *path)
{
    char aside[PATH_MAX];
    static int number;
    if (!tracking || access(path, F_OK)) return;
    snprintf(aside, sizeof aside, "%s/../kept-aside-%d-%d", folder, getpid(), number++);
    REAL(link);
    if (!real(path, aside)) remember_name(REMOVED, path, aside);
}

static void durable(int fd)
{
    struct stat s;
    if (!tracking || fstat(fd, &s)) return;
    for (struct undo **u = &undos; *u;) {
        struct undo *gone = *u;
        if (gone->dev != s.st_dev || gone->ino != s.st_ino) { u = &gone->older; continue; }
        *u = gone->older;
        if (gone->what == BYTES) close(gone->fd);
        if (gone->what == REMOVED) { REAL(unlink); real(gone->other); }
        free(gone->bytes);
        free(gone);
    }
}

static void print_hex(const unsigned char *bytes, size_t length)
{
    char text[8192];
    for (size_t from = 0; from < length; from += sizeof text / 2) {
        size_t part = length - from < sizeof text / 2 ? length - from : sizeof text / 2;
        for (size_t i = 0; i < part; i++) sprintf(text + 2 * i, "%02x", bytes[from + i]);
        dprintf(lost, "%.*s", (int)(2 * part), text);
    }
}

/* An fsync of this file is about to fail. */
static void lose(const char *path)
{
    struct stat s;
    if (lost < 0 || stat(path, &s)) return;
    for (struct undo *u = undos; u; u = u->older)
        if (u->what == BYTES && u->dev == s.st_dev && u->ino == s.st_ino && u->written) {
            unsigned char *now = malloc(u->written);
            ssize_t length = pread(u->fd, now, u->written, u->offset);
            dprintf(lost, "%s %ld 0x", path, (long)u->offset);
            print_hex(now, length > 0 ? (size_t)length : 0);
            dprintf(lost, " 0x");
            print_hex(u->bytes, u->length);
            dprintf(lost, "\n");
            free(now);
        }
}

/* Counts a call. What is told back: 0 go on, 1 fail, 2 go on and die afterwards, 3 do half and die. */
static int next(const char *call, const char *path)
{
    if (!armed) return 0;
    count++;
    if (trace >= 0) dprintf(trace, "%ld %s %s\n", count, call, path);
    if (lost >= 0 && count == at + 1) die();
    if (count != at) return 0;
    if (mode == BEFORE || mode == POWER) die();
    return mode == FAIL ? 1 : mode == HALF ? 3 : 2;
}

#define ENTER(isours, call, path) \
    char known[PATH_MAX]; (void)known; \
    if (!(isours)) PASS; \
    pthread_mutex_lock(&lock); \
    int todo = next(call, path); \
    if (todo == 1) { if (!strcmp(call, "fsync") || !strcmp(call, "fdatasync")) lose(known); pthread_mutex_unlock(&lock); errno = fault; return -1; }
#define LEAVE(result) \
    do { int kept = errno; if (todo >= 2) die(); pthread_mutex_unlock(&lock); errno = kept; return result; } while (0)

#define PASS return real(fd, bytes, length, offset)
#define PWRITE(name) \
ssize_t name(int fd, const void *bytes, size_t length, off_t offset) \
{ \
    REAL(name); \
    ENTER(path_of(fd, known), "write", known) \
    remember_bytes(fd, offset, length); \
    ssize_t done = real(fd, bytes, todo == 3 ? length / 2 : length, offset); \
    LEAVE(done); \
}
PWRITE(pwrite)
PWRITE(pwrite64)
#undef PASS

#define PASS return real(fd, parts, number, offset)
#define PWRITEV(name) \
ssize_t name(int fd, const struct iovec *parts, int number, off_t offset) \
{ \
    REAL(name); \
    ENTER(path_of(fd, known), "write", known) \
    size_t length = 0; \
    for (int i = 0; i < number; i++) length += parts[i].iov_len; \
    remember_bytes(fd, offset, length); \
    ssize_t done = real(fd, parts, todo == 3 ? number / 2 : number, offset); \
    LEAVE(done); \
}
PWRITEV(pwritev)
PWRITEV(pwritev64)
#undef PASS

#define PASS return real(fd, bytes, length)
ssize_t write(int fd, const void *bytes, size_t length)
{
    REAL(write);
    ENTER(path_of(fd, known), "write", known)
    remember_bytes(fd, lseek(fd, 0, SEEK_CUR), length);
    ssize_t done = real(fd, bytes, todo == 3 ? length / 2 : length);
    LEAVE(done);
}
#undef PASS

#define PASS return real(fd, size)
#define TRUNCATE(name) \
int name(int fd, off_t size) \
{ \
    REAL(name); \
    ENTER(path_of(fd, known), "ftruncate", known) \
    struct stat s; \
    if (!fstat(fd, &s)) remember_bytes(fd, size, s.st_size > size ? (size_t)(s.st_size - size) : 0); \
    int done = real(fd, size); \
    LEAVE(done); \
}
TRUNCATE(ftruncate)
TRUNCATE(ftruncate64)
#undef PASS

#define PASS return real(fd)
#define SYNC(name) \
int name(int fd) \
{ \
    REAL(name); \
    ENTER(path_of(fd, known), #name, known) \
    int done = real(fd); \
    if (!done) durable(fd); \
    LEAVE(done); \
}
SYNC(fsync)
SYNC(fdatasync)
#undef PASS

#define PASS return real(path)
int unlink(const char *path)
{
    REAL(unlink);
    ENTER(named(path), "unlink", path)
    keep_aside(path);
    int done = real(path);
    LEAVE(done);
}
#undef PASS

#define PASS return real(from, to)
int link(const char *from, const char *to)
{
    REAL(link);
    ENTER(named(to), "link", to)
    int done = real(from, to);
    if (!done) remember_name(CREATED, to, NULL);
    LEAVE(done);
}

int rename(const char *from, const char *to)
{
    REAL(rename);
    ENTER(named(to), "rename", to)
    keep_aside(to);
    int done = real(from, to);
    if (!done) remember_name(MOVED, to, from);
    LEAVE(done);
}
#undef PASS

/* Only what makes a name counts: opening what is there changes nothing. */
#define PASS return real(path, flags, access_mode)
#define OPEN(name) \
int name(const char *path, int flags, ...) \
{ \
    va_list rest; \
    va_start(rest, flags); \
    mode_t access_mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0; \
    va_end(rest); \
    REAL(name); \
    ENTER((flags & O_CREAT) && named(path) && access(path, F_OK), "create", path) \
    int done = real(path, flags, access_mode); \
    if (done >= 0) remember_name(CREATED, path, NULL); \
    LEAVE(done); \
}
OPEN(open)
OPEN(open64)

/* The runtime asks for functions of the C library by name, past the preloaded ones. */
void *dlsym(void *handle, const char *name)
{
    static const char *const ours[] = { "open", "fsync", "fdatasync", "link", "rename", "unlink", "write", "pwrite", "ftruncate" };
    if (handle != RTLD_NEXT)
        for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
            if (!strcmp(name, ours[i])) return real_dlsym(RTLD_DEFAULT, name);
    return real_dlsym(handle, name);
}
