// The few C functions that the core needs of Boost.JSON, and the growable buffer that JSON is written into.
//
// No logic of libllm's lives here: parse, look at what was parsed, write a string as JSON. Nothing throws across this
// header. https://www.boost.org/doc/libs/1_81_0/libs/json/doc/html/index.html
#ifndef CJSON_H
#define CJSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// ------------------------------------------------------------------------------------------------------------ buffer

/// Bytes from malloc, so that a finished text can be handed to a C caller as it is and freed with free().
typedef struct {
    uint8_t *_Nullable bytes;
    size_t count;
    size_t capacity;
    bool failed;  ///< an allocation failed; what was appended since is missing
} cjson_buffer;

void cjson_buffer_reserve(cjson_buffer *_Nonnull buffer, size_t additional);
void cjson_buffer_append(cjson_buffer *_Nonnull buffer, const void *_Nullable bytes, size_t count);
/// Appends the text as a JSON string, quotes included. The text must be UTF-8.
void cjson_buffer_append_string(cjson_buffer *_Nonnull buffer, const uint8_t *_Nullable text, size_t count);

// ------------------------------------------------------------------------------------------------------------- parser

typedef struct cjson_parser cjson_parser;
typedef struct cjson_value cjson_value;

typedef enum {
    CJSON_OK,
    CJSON_MALFORMED,
    CJSON_TOO_DEEP,
    CJSON_NO_MEMORY,
} cjson_status;

typedef enum {
    CJSON_NULL,
    CJSON_BOOL,
    CJSON_INT64,
    CJSON_UINT64,
    CJSON_DOUBLE,
    CJSON_STRING,
    CJSON_ARRAY,
    CJSON_OBJECT,
} cjson_kind;

typedef struct {
    const uint8_t *_Nullable bytes;
    size_t count;
} cjson_text;

/// Makes a parser that can be used again and again; its memory is kept from one document to the next. `allow_wtf8`: bytes
/// in strings are not checked to be UTF-8. NULL when there is no memory.
cjson_parser *_Nullable cjson_parser_create(size_t max_depth, bool allow_wtf8);
void cjson_parser_destroy(cjson_parser *_Nullable parser);

/// Parses one whole document. The values live until the parser's next document. On failure `root` is NULL, `offset` is
/// where the text stopped making sense, and `reason` a static text.
cjson_status cjson_parse(
    cjson_parser *_Nonnull parser, const uint8_t *_Nullable bytes, size_t count,
    const cjson_value *_Nullable *_Nonnull root, size_t *_Nonnull offset, const char *_Nullable *_Nonnull reason);

// ------------------------------------------------------------------------------------------------------------- values

cjson_kind cjson_value_kind(const cjson_value *_Nonnull value);
/// Each of these is for the kind it names, and gives 0 or empty text for any other.
bool cjson_value_bool(const cjson_value *_Nonnull value);
int64_t cjson_value_int64(const cjson_value *_Nonnull value);
uint64_t cjson_value_uint64(const cjson_value *_Nonnull value);
double cjson_value_double(const cjson_value *_Nonnull value);
cjson_text cjson_value_string(const cjson_value *_Nonnull value);

/// How many elements or members; 0 for scalars.
size_t cjson_value_count(const cjson_value *_Nonnull value);
/// NULL past the end, or where `value` is no array.
const cjson_value *_Nullable cjson_array_at(const cjson_value *_Nonnull value, size_t index);
/// NULL past the end, or where `value` is no object. Members are in the order of the text.
const cjson_value *_Nullable cjson_object_at(const cjson_value *_Nonnull value, size_t index, cjson_text *_Nonnull key);
/// NULL where there is no such member, or `value` is no object.
const cjson_value *_Nullable cjson_object_find(
    const cjson_value *_Nonnull value, const uint8_t *_Nonnull key, size_t count);

#ifdef __cplusplus
}
#endif

#endif
