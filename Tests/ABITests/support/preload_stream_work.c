/* The same counting for specs/stream_work.c: a spec gets the library for LD_PRELOAD that is called after it. */
#include "preload_memory.c"
