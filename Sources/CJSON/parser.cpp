#include "cjson.h"

#include <boost/json/basic_parser_impl.hpp>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>

namespace json = boost::json;

namespace {

// Puts down what Boost.JSON's parser finds, value behind value: a container before what it holds, a member's name before
// its value. Texts stay where they are in the document; those with escapes in them are put into memory of its own.
class Tape {
public:
    // What basic_parser asks of its handler. A text's length and a container's count have 32 bits.
    static constexpr std::size_t max_object_size = INT32_MAX;
    static constexpr std::size_t max_array_size = INT32_MAX;
    static constexpr std::size_t max_key_size = INT32_MAX;
    static constexpr std::size_t max_string_size = INT32_MAX;

    ~Tape() {
        std::free(values);
        std::free(text);
    }

    // Memory beyond what a stream's events need is not kept.
    void begin(const char *bytes, std::size_t size) {
        document = bytes;
        document_size = size;
        if (capacity > kept_values) {
            std::free(values);
            values = nullptr;
            capacity = 0;
        }
        std::free(text);
        text = nullptr;
        text_count = 0;
        count = 0;
        open = 0;
    }

    const cjson_value *root() const { return values; }

    bool on_document_begin(json::error_code &) { return true; }
    bool on_document_end(json::error_code &) { return true; }
    bool on_array_begin(json::error_code &) { return begin_container(CJSON_ARRAY); }
    bool on_array_end(std::size_t n, json::error_code &) { return end_container(n); }
    bool on_object_begin(json::error_code &) { return begin_container(CJSON_OBJECT); }
    bool on_object_end(std::size_t n, json::error_code &) { return end_container(n); }
    bool on_key_part(json::string_view s, std::size_t, json::error_code &) { return keep(s); }
    bool on_key(json::string_view s, std::size_t n, json::error_code &) { return string(s, n); }
    bool on_string_part(json::string_view s, std::size_t, json::error_code &) { return keep(s); }
    bool on_string(json::string_view s, std::size_t n, json::error_code &) { return string(s, n); }
    bool on_number_part(json::string_view, json::error_code &) { return true; }
    bool on_int64(std::int64_t number, json::string_view, json::error_code &) {
        cjson_value *value = add(CJSON_INT64);
        value->as.int64 = number;
        return true;
    }
    bool on_uint64(std::uint64_t number, json::string_view, json::error_code &) {
        add(CJSON_UINT64)->as.uint64 = number;
        return true;
    }
    // Boost.JSON makes 0 times infinity of a zero with a large exponent.
    bool on_double(double number, json::string_view, json::error_code &) {
        add(CJSON_DOUBLE)->as.number = number != number ? 0 : number;
        return true;
    }
    bool on_bool(bool truth, json::error_code &) {
        add(CJSON_BOOL)->as.uint64 = truth;
        return true;
    }
    bool on_null(json::error_code &) {
        add(CJSON_NULL)->as.uint64 = 0;
        return true;
    }
    bool on_comment_part(json::string_view, json::error_code &) { return true; }
    bool on_comment(json::string_view, json::error_code &) { return true; }

private:
    static constexpr std::size_t kept_values = 4096;

    cjson_value *values = nullptr;
    std::size_t count = 0;
    std::size_t capacity = 0;
    // The innermost container that is not closed yet; its span says where the one around it is.
    std::size_t open = 0;

    const char *document = nullptr;
    std::size_t document_size = 0;
    // Never longer than the document, for which it is allocated at once: so what points into it stays valid.
    char *text = nullptr;
    std::size_t text_count = 0;

    cjson_value *add(cjson_kind kind) {
        if (count == capacity) {
            std::size_t larger = capacity == 0 ? 128 : 2 * capacity;
            void *grown = std::realloc(values, larger * sizeof *values);
            if (!grown) throw std::bad_alloc();
            values = static_cast<cjson_value *>(grown);
            capacity = larger;
        }
        cjson_value *value = values + count++;
        value->kind = kind;
        value->count = 0;
        return value;
    }

    bool begin_container(cjson_kind kind) {
        std::size_t place = count;
        add(kind)->as.span = open;
        open = place;
        return true;
    }

    bool end_container(std::size_t n) {
        cjson_value &container = values[open];
        std::size_t around = container.as.span;
        container.count = static_cast<uint32_t>(n);
        container.as.span = count - open;
        open = around;
        return true;
    }

    bool keep(json::string_view s) {
        if (!text) {
            text = static_cast<char *>(std::malloc(document_size));
            if (!text) throw std::bad_alloc();
        }
        std::memcpy(text + text_count, s.data(), s.size());
        text_count += s.size();
        return true;
    }

    // The last piece of a text of n bytes, whose others were kept.
    bool string(json::string_view s, std::size_t n) {
        cjson_value *value = add(CJSON_STRING);
        bool is_in_place = s.size() == n && s.data() >= document && s.data() + n <= document + document_size;
        const char *start = s.data();
        if (!is_in_place) {
            keep(s);
            start = text + text_count - n;
        }
        value->as.text = reinterpret_cast<const uint8_t *>(start);
        value->count = static_cast<uint32_t>(n);
        return true;
    }
};

}  // namespace

struct cjson_parser {
    // Boost.JSON's parser says "this text failed" by giving its own address for where it stopped. A document may end at that
    // very address, where the allocator puts blocks side by side (glibc's has a header between them, others have none). So
    // the parser does not stand where its block begins, and what ends there is another's.
    char apart[alignof(std::max_align_t)];
    json::basic_parser<Tape> parser;

    explicit cjson_parser(const json::parse_options &options) : parser(options) {}
};

extern "C" cjson_parser *cjson_parser_create(size_t max_depth, bool allow_wtf8) {
    json::parse_options options;
    options.max_depth = max_depth;
    options.allow_invalid_utf8 = allow_wtf8;
    try {
        return new cjson_parser(options);
    } catch (...) {
        return nullptr;
    }
}

extern "C" void cjson_parser_destroy(cjson_parser *parser) { delete parser; }

extern "C" cjson_status cjson_parse(
    cjson_parser *parser, const uint8_t *bytes, size_t count, const cjson_value **root, size_t *offset,
    const char **reason
) {
    *root = nullptr;
    *offset = 0;
    *reason = nullptr;
    const char *text = reinterpret_cast<const char *>(bytes);
    try {
        parser->parser.reset();
        parser->parser.handler().begin(text, count);
        json::error_code error;
        *offset = parser->parser.write_some(false, text, count, error);
        if (!error && *offset < count) error = json::error::extra_data;
        if (!error) {
            *root = parser->parser.handler().root();
            return CJSON_OK;
        }
        if (error == json::error::incomplete) *reason = "it ends too early";
        else if (error == json::error::too_deep) *reason = "it is nested too deeply";
        else if (error == json::error::extra_data) *reason = "there is more after its end";
        else *reason = "it is malformed";
        return error == json::error::too_deep ? CJSON_TOO_DEEP : CJSON_MALFORMED;
    } catch (...) {
        *reason = "there is no memory for it";
        return CJSON_NO_MEMORY;
    }
}

extern "C" const cjson_value *cjson_object_find(const cjson_value *object, const uint8_t *key, size_t count) {
    if (object->kind != CJSON_OBJECT) return nullptr;
    const cjson_value *found = nullptr;
    const cjson_value *name = cjson_value_first(object);
    for (uint32_t left = object->count; left > 0; left--) {
        const cjson_value *value = name + 1;
        if (name->count == count && std::memcmp(name->as.text, key, count) == 0) found = value;
        name = cjson_value_after(value);
    }
    return found;
}
