// The few C functions that the core needs of Boost.JSON, and the growable buffer that JSON is written into.
//
// No logic of libllm's lives here: parse, look at what was parsed, write a string as JSON. Nothing throws across this
// header. https://www.boost.org/doc/libs/1_81_0/libs/json/doc/html/json/input_output.html
#ifndef CJSON_H
#define CJSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

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

/// Gives back what is reserved beyond the bytes that are there.
void cjson_buffer_fit(cjson_buffer *_Nonnull buffer);

static inline void cjson_buffer_append(cjson_buffer *_Nonnull buffer, const void *_Nullable bytes, size_t count) {
    if (count == 0) return;
    if (buffer->capacity - buffer->count < count) cjson_buffer_reserve(buffer, count);
    if (buffer->failed) return;
    memcpy(buffer->bytes + buffer->count, bytes, count);
    buffer->count += count;
}

/// Appends the text as a JSON string, quotes included. The text must be UTF-8.
void cjson_buffer_append_string(cjson_buffer *_Nonnull buffer, const uint8_t *_Nullable text, size_t count);

// ------------------------------------------------------------------------------------------------------------- parser

typedef struct cjson_parser cjson_parser;

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

/// A value. Those of a document lie one behind the other, a container before what it holds, each of an object's members as
/// its name, a string, and then its value.
typedef struct {
    union {
        int64_t int64;
        uint64_t uint64;  ///< also a bool: 0 or 1
        double number;
        const uint8_t *_Nonnull text;  ///< `count` bytes, in the document where no escape stood in them
        size_t span;                   ///< how many values an array or object takes up, itself included
    } as;
    uint32_t count;  ///< bytes, elements or members; 0 for other scalars
    cjson_kind kind;
} cjson_value;

/// Makes a parser that can be used again and again; its memory is kept from one document to the next. `allow_wtf8`: bytes
/// in strings are not checked to be UTF-8. NULL when there is no memory.
cjson_parser *_Nullable cjson_parser_create(size_t max_depth, bool allow_wtf8);
void cjson_parser_destroy(cjson_parser *_Nullable parser);

/// Parses one whole document. The values live until the parser's next document, and no longer than the text itself. On
/// failure `root` is NULL, `offset` is where the text stopped making sense, and `reason` a static text.
cjson_status cjson_parse(
    cjson_parser *_Nonnull parser, const uint8_t *_Nullable bytes, size_t count,
    const cjson_value *_Nullable *_Nonnull root, size_t *_Nonnull offset, const char *_Nullable *_Nonnull reason);

// ------------------------------------------------------------------------------------------------------------- values

/// What an array or object holds first. Not to be read where it holds nothing.
static inline const cjson_value *_Nonnull cjson_value_first(const cjson_value *_Nonnull container) {
    return container + 1;
}

/// What lies behind the value and all that it holds. Not to be read behind the last of a container.
static inline const cjson_value *_Nonnull cjson_value_after(const cjson_value *_Nonnull value) {
    return value + (value->kind >= CJSON_ARRAY ? value->as.span : 1);
}

/// The value of the last member of that name. NULL where there is none, or `object` is no object.
const cjson_value *_Nullable cjson_object_find(
    const cjson_value *_Nonnull object, const uint8_t *_Nonnull key, size_t count);

#ifdef __cplusplus
}
#endif

#endif
