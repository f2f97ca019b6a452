#include <math.h>

/* glibc's has a new version since 2.35, and would be all that keeps the library from a system with 2.34. Swift's standard
 * library refers to it, and nothing here calls it. The squares of two floats fit in a double. */
__attribute__((visibility("hidden"))) float hypotf(float x, float y) {
    if (isinf(x) || isinf(y)) return INFINITY;
    return (float)sqrt((double)x * x + (double)y * y);
}
