/* One table under one mutex, which is robust: a process that is killed while it holds the mutex leaves a
 * table in which at most its own row is half written, and a row counts only once its process stands in it. */
#include "core/share.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define NAME_BYTES 64

struct row {
    pid_t pid; /* 0: it is free; written last */
    enum share_kind kind;
    char owner[NAME_BYTES], subject[NAME_BYTES]; /* "": nobody's */
};

struct table {
    pthread_mutex_t lock;
    int used; /* rows below this one may be taken, none above is */
    struct row rows[SHARE_MAX];
};

static struct table own = { .lock = PTHREAD_MUTEX_INITIALIZER }, *table = &own;

bool share_in_memory(void)
{
    void *memory = mmap(NULL, sizeof(*table), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_t attributes;
    struct table *shared = memory;
    bool made;

    if (memory == MAP_FAILED || pthread_mutexattr_init(&attributes) != 0)
        return false;
    made = pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED) == 0 &&
           pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST) == 0 &&
           pthread_mutex_init(&shared->lock, &attributes) == 0;
    pthread_mutexattr_destroy(&attributes);
    if (made)
        table = shared;
    return made;
}

static void lock(void)
{
    if (pthread_mutex_lock(&table->lock) == EOWNERDEAD)
        pthread_mutex_consistent(&table->lock);
}

static void unlock(void)
{
    pthread_mutex_unlock(&table->lock);
}

static void put_name(char name[NAME_BYTES], const char *text)
{
    size_t length = text == NULL ? 0 : strnlen(text, NAME_BYTES - 1);

    if (length > 0)
        memcpy(name, text, length);
    name[length] = '\0';
}

static bool is_reached(size_t count, size_t max)
{
    return max != 0 && count >= max;
}

/* The bound that one more would be over; *place: a free row, SHARE_NONE if there is none. */
static enum share_bound look(const struct share *share, const struct row *wanted, int *place)
{
    size_t of_owner = 0, of_subject = 0, all = 0;

    *place = table->used < SHARE_MAX ? table->used : SHARE_NONE;
    for (int i = table->used - 1; i >= 0; i--) {
        const struct row *row = &table->rows[i];

        if (row->pid == 0) {
            *place = i;
            continue;
        }
        if (row->kind != share->kind)
            continue;
        all++;
        of_owner += wanted->owner[0] != '\0' && strcmp(row->owner, wanted->owner) == 0;
        of_subject += wanted->subject[0] != '\0' && strcmp(row->subject, wanted->subject) == 0;
    }
    /* rule: share.subject */
    if (is_reached(of_subject, share->subject_max))
        return SHARE_OF_SUBJECT;
    /* rule: share.owner */
    if (is_reached(of_owner, share->owner_max))
        return SHARE_OF_OWNER;
    /* rule: share.all */
    return is_reached(all, share->all_max) || *place == SHARE_NONE ? SHARE_OF_ALL : SHARE_WITHIN;
}

enum share_bound share_take(const struct share *share, int *place)
{
    struct row wanted = { .kind = share->kind };
    enum share_bound bound;

    put_name(wanted.owner, share->owner);
    put_name(wanted.subject, share->subject);
    lock();
    bound = look(share, &wanted, place);
    if (bound == SHARE_WITHIN) {
        table->rows[*place] = wanted;
        table->rows[*place].pid = getpid();
        if (*place == table->used)
            table->used++;
    } else {
        *place = SHARE_NONE;
    }
    unlock();
    return bound;
}

static void trim(void)
{
    while (table->used > 0 && table->rows[table->used - 1].pid == 0)
        table->used--;
}

void share_leave(int place)
{
    if (place == SHARE_NONE)
        return;
    lock();
    table->rows[place].pid = 0;
    trim();
    unlock();
}

void share_forget(pid_t pid)
{
    lock();
    for (int i = 0; i < table->used; i++) {
        /* rule: share.forgotten */
        if (table->rows[i].pid == pid)
            table->rows[i].pid = 0;
    }
    trim();
    unlock();
}
