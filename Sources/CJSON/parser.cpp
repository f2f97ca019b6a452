#include "cjson.h"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parser.hpp>
#include <boost/json/value.hpp>

#include <new>
#include <optional>

namespace json = boost::json;

// A stream's chunk fits the first block, so that parsing one allocates nothing.
struct cjson_parser {
    unsigned char first_block[4096];
    unsigned char stack[1024];
    std::optional<json::monotonic_resource> arena;
    json::parser parser;
    std::optional<json::value> root;

    explicit cjson_parser(const json::parse_options &options) : parser(json::storage_ptr(), options, stack) {}

    // A new arena for each document: a released one would go on doubling its blocks where it stopped.
    void clear() {
        root.reset();
        parser.reset();
        arena.emplace(first_block, sizeof first_block);
    }

    ~cjson_parser() { clear(); }
};

static const json::value &value_of(const cjson_value *value) { return *reinterpret_cast<const json::value *>(value); }
static const cjson_value *opaque(const json::value *value) { return reinterpret_cast<const cjson_value *>(value); }

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
    try {
        parser->clear();
        parser->parser.reset(&*parser->arena);
        json::error_code error;
        *offset = parser->parser.write(reinterpret_cast<const char *>(bytes), count, error);
        if (!error) {
            parser->root.emplace(parser->parser.release());
            *root = opaque(&*parser->root);
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

extern "C" cjson_kind cjson_value_kind(const cjson_value *value) {
    switch (value_of(value).kind()) {
    case json::kind::null: return CJSON_NULL;
    case json::kind::bool_: return CJSON_BOOL;
    case json::kind::int64: return CJSON_INT64;
    case json::kind::uint64: return CJSON_UINT64;
    case json::kind::double_: return CJSON_DOUBLE;
    case json::kind::string: return CJSON_STRING;
    case json::kind::array: return CJSON_ARRAY;
    case json::kind::object: return CJSON_OBJECT;
    }
    return CJSON_NULL;
}

extern "C" bool cjson_value_bool(const cjson_value *value) {
    const bool *known = value_of(value).if_bool();
    return known && *known;
}

extern "C" int64_t cjson_value_int64(const cjson_value *value) {
    const std::int64_t *known = value_of(value).if_int64();
    return known ? *known : 0;
}

extern "C" uint64_t cjson_value_uint64(const cjson_value *value) {
    const std::uint64_t *known = value_of(value).if_uint64();
    return known ? *known : 0;
}

extern "C" double cjson_value_double(const cjson_value *value) {
    const double *known = value_of(value).if_double();
    return known ? *known : 0;
}

extern "C" cjson_text cjson_value_string(const cjson_value *value) {
    const json::string *known = value_of(value).if_string();
    if (!known) return {nullptr, 0};
    return {reinterpret_cast<const uint8_t *>(known->data()), known->size()};
}

extern "C" size_t cjson_value_count(const cjson_value *value) {
    if (const json::array *known = value_of(value).if_array()) return known->size();
    if (const json::object *known = value_of(value).if_object()) return known->size();
    return 0;
}

extern "C" const cjson_value *cjson_array_at(const cjson_value *value, size_t index) {
    const json::array *known = value_of(value).if_array();
    return known && index < known->size() ? opaque(known->data() + index) : nullptr;
}

extern "C" const cjson_value *cjson_object_at(const cjson_value *value, size_t index, cjson_text *key) {
    const json::object *known = value_of(value).if_object();
    if (!known || index >= known->size()) {
        *key = {nullptr, 0};
        return nullptr;
    }
    const json::key_value_pair &member = *(known->begin() + index);
    *key = {reinterpret_cast<const uint8_t *>(member.key().data()), member.key().size()};
    return opaque(&member.value());
}

extern "C" const cjson_value *cjson_object_find(const cjson_value *value, const uint8_t *key, size_t count) {
    const json::object *known = value_of(value).if_object();
    if (!known) return nullptr;
    return opaque(known->if_contains({reinterpret_cast<const char *>(key), count}));
}
