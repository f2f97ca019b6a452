#include "cjson.h"

#include <boost/json/serializer.hpp>

#include <cstdlib>
#include <cstring>

namespace json = boost::json;

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

extern "C" void cjson_buffer_append(cjson_buffer *buffer, const void *bytes, size_t count) {
    if (count == 0) return;
    cjson_buffer_reserve(buffer, count);
    if (buffer->failed) return;
    std::memcpy(buffer->bytes + buffer->count, bytes, count);
    buffer->count += count;
}

extern "C" void cjson_buffer_append_string(cjson_buffer *buffer, const uint8_t *text, size_t count) {
    // Kept per thread: a serializer's work space is larger than most texts.
    static thread_local json::serializer serializer;
    serializer.reset(json::string_view(reinterpret_cast<const char *>(text), count));
    size_t room = count + 2;
    while (!serializer.done()) {
        cjson_buffer_reserve(buffer, room);
        if (buffer->failed) {
            serializer.reset(json::string_view());
            return;
        }
        char *free_space = reinterpret_cast<char *>(buffer->bytes + buffer->count);
        buffer->count += serializer.read(free_space, buffer->capacity - buffer->count).size();
        room = 64;
    }
}
