#include "cjson.h"

#include <cstdlib>
#include <cstring>

extern "C" void cjson_buffer_reserve(cjson_buffer *buffer, size_t additional) {
    if (buffer->capacity - buffer->count >= additional) return;
    if (additional > SIZE_MAX / 2 - buffer->count) {
        buffer->failed = true;
        return;
    }
    size_t capacity = buffer->capacity < 128 ? 128 : buffer->capacity;
    while (capacity - buffer->count < additional) capacity *= 2;
    void *grown = std::realloc(buffer->bytes, capacity);
    if (!grown) {
        buffer->failed = true;
        return;
    }
    buffer->bytes = static_cast<uint8_t *>(grown);
    buffer->capacity = capacity;
}

extern "C" void cjson_buffer_fit(cjson_buffer *buffer) {
    if (buffer->count == 0 || buffer->count == buffer->capacity) return;
    void *fitting = std::realloc(buffer->bytes, buffer->count);
    if (!fitting) return;
    buffer->bytes = static_cast<uint8_t *>(fitting);
    buffer->capacity = buffer->count;
}

// What stands behind the backslash for a byte that a string cannot hold as it is; 0 for one that it can.
static inline char escape_of(uint8_t byte) {
    if (byte > '\\') return 0;  // most letters
    switch (byte) {
    case '"': return '"';
    case '\\': return '\\';
    case '\b': return 'b';
    case '\f': return 'f';
    case '\n': return 'n';
    case '\r': return 'r';
    case '\t': return 't';
    default: return byte < 0x20 ? 'u' : 0;
    }
}

// Whether one of eight bytes may need an escape: looked at all at once, as most texts have none for long. True for some that
// do not, behind one that does. (https://graphics.stanford.edu/~seander/bithacks.html#HasLessInWord)
static inline bool may_need_escape(const uint8_t *bytes) {
    uint64_t word;
    std::memcpy(&word, bytes, 8);
    constexpr uint64_t ones = 0x0101010101010101, highs = 0x8080808080808080;
    auto holds_below = [](uint64_t word, uint64_t limit) { return (word - ones * limit) & ~word & highs; };
    return holds_below(word, 0x20) | holds_below(word ^ ones * '"', 1) | holds_below(word ^ ones * '\\', 1);
}

extern "C" void cjson_buffer_append_string(cjson_buffer *buffer, const uint8_t *text, size_t count) {
    cjson_buffer_append(buffer, "\"", 1);
    size_t begin = 0;
    for (size_t index = 0; index < count; index++) {
        while (count - index >= 8 && !may_need_escape(text + index)) index += 8;
        if (index == count) break;
        char escape = escape_of(text[index]);
        if (escape == 0) continue;
        cjson_buffer_append(buffer, text + begin, index - begin);
        begin = index + 1;
        static const char digits[] = "0123456789abcdef";
        const char escaped[] = {'\\', escape, '0', '0', digits[text[index] >> 4], digits[text[index] & 15]};
        cjson_buffer_append(buffer, escaped, escape == 'u' ? 6 : 2);
    }
    cjson_buffer_append(buffer, text + begin, count - begin);
    cjson_buffer_append(buffer, "\"", 1);
}
