/*
 * Reads values out of JSON text by path: "message.tool_calls.0.function.name".
 *
 * Strict (RFC 8259), so that looking anything up also shows that the whole text is well formed.
 */
#ifndef JSON_H
#define JSON_H

#include <stddef.h>

/* Whether the text is one JSON value with nothing after it. */
int json_valid(const char *text);

/* Where the value at `path` begins and how long it is, as it stands in the text; NULL where there is none. The path ""
 * is the whole. */
const char *json_raw(const char *text, const char *path, size_t *length);

/* The value as text that is yours to free: a string without its quotes and escapes, everything else as it stands. NULL
 * where there is none. `length` may be NULL; it tells strings with NUL in them. */
char *json_text(const char *text, const char *path, size_t *length);

/* The number at `path`, or `otherwise`. */
double json_number(const char *text, const char *path, double otherwise);

int json_has(const char *text, const char *path);

/* How many items the array at `path` has; -1 where there is none. */
long json_count(const char *text, const char *path);

/* `data` as a JSON string with its quotes, yours to free. */
char *json_quote(const char *data, size_t length);

#endif
