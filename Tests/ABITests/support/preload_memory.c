/*
 * For LD_PRELOAD: counts what is allocated and not freed in the whole process, whichever library did it, and how many bytes
 * were ever allocated. memory.c and specs/stream_work.c find the functions at the end by their names. Needs glibc, whose own allocator goes on doing the work under its second
 * set of names.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <malloc.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *memory);

static long live_count, live_bytes, total_bytes;

static void count(void *memory, long sign) {
  if (!memory) return;
  __atomic_add_fetch(&live_count, sign, __ATOMIC_RELAXED);
  __atomic_add_fetch(&live_bytes, sign * (long)malloc_usable_size(memory), __ATOMIC_RELAXED);
}

static void *counted(void *memory) {
  count(memory, 1);
  if (memory) __atomic_add_fetch(&total_bytes, (long)malloc_usable_size(memory), __ATOMIC_RELAXED);
  return memory;
}

void *malloc(size_t size) { return counted(__libc_malloc(size)); }

void *calloc(size_t number, size_t size) { return counted(__libc_calloc(number, size)); }

void *realloc(void *memory, size_t size) {
  void *larger;
  count(memory, -1);
  larger = __libc_realloc(memory, size);
  if (!larger && size) count(memory, 1); /* failed: the old one is still there */
  return counted(larger);
}

void *reallocarray(void *memory, size_t number, size_t size) {
  if (size && number > SIZE_MAX / size) {
    errno = ENOMEM;
    return NULL;
  }
  return realloc(memory, number * size);
}

void *memalign(size_t alignment, size_t size) { return counted(__libc_memalign(alignment, size)); }

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

void *valloc(size_t size) { return memalign((size_t)sysconf(_SC_PAGESIZE), size); }

int posix_memalign(void **memory, size_t alignment, size_t size) {
  if (alignment < sizeof(void *) || (alignment & (alignment - 1))) return EINVAL;
  *memory = memalign(alignment, size);
  return *memory ? 0 : ENOMEM;
}

void free(void *memory) {
  count(memory, -1);
  __libc_free(memory);
}

long memory_live_count(void) { return __atomic_load_n(&live_count, __ATOMIC_RELAXED); }

long memory_live_bytes(void) { return __atomic_load_n(&live_bytes, __ATOMIC_RELAXED); }

long memory_total_bytes(void) { return __atomic_load_n(&total_bytes, __ATOMIC_RELAXED); }
